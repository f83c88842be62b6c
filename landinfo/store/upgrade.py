"""Brings an older store up to this version's schema: all of it or nothing.

A store carries its version; one that is older or newer is not opened. ``STEPS[n]`` leads from version n to n + 1, with
the statements of each engine. A released step is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from landinfo.store import SCHEMA_VERSION, is_postgis


@dataclass(frozen=True, slots=True)
class Step:
    """Statements that lead one version on; they run in one transaction with all other steps."""

    geopackage: Sequence[str]
    postgis: Sequence[str]


# Where an old commune went whole into one new one, its parcels lie there; the ground of a divided one is not known.
_DERIVE_COMMUNE_NOW = """
UPDATE {parcels} SET commune_now = (
  SELECT min(u.new_code) FROM {unions} u WHERE u.old_code = commune AND u.old_period = period AND u.whole)
"""

# An edition could be withdrawn once and for all; now it has spans, and may be known again.
_SPANS_GEOPACKAGE = (
    """
CREATE TABLE spans ( -- when an edition is known, and for days before which one
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  edition TEXT NOT NULL REFERENCES editions(id),
  published DATE NOT NULL,
  withdrawn DATE,
  effective_to DATE
)
""",
    "CREATE INDEX spans_edition ON spans (edition)",
    """
CREATE TABLE events ( -- what was done to an edition
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  edition TEXT NOT NULL REFERENCES editions(id),
  day DATE NOT NULL,
  action TEXT NOT NULL,
  who TEXT NOT NULL,
  detail TEXT NOT NULL -- {…}
)
""",
    """
CREATE TABLE staging ( -- an edition that is being written: steps done, and what they held
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  edition TEXT NOT NULL UNIQUE REFERENCES editions(id),
  steps INTEGER NOT NULL,
  digest TEXT NOT NULL
)
""",
    """
CREATE TABLE lineage ( -- ground that went from one parcel to another
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT NOT NULL,
  day DATE NOT NULL,
  before_commune TEXT NOT NULL,
  before_period TEXT NOT NULL,
  before_sheet TEXT NOT NULL,
  before_number TEXT NOT NULL,
  before_suffix TEXT NOT NULL,
  after_commune TEXT NOT NULL,
  after_period TEXT NOT NULL,
  after_sheet TEXT NOT NULL,
  after_number TEXT NOT NULL,
  after_suffix TEXT NOT NULL,
  shared TEXT NOT NULL, -- m²
  edition TEXT NOT NULL REFERENCES editions(id)
)
""",
    "CREATE INDEX lineage_before ON lineage (before_commune, before_period, before_sheet, before_number)",
    "CREATE INDEX lineage_after ON lineage (after_commune, after_period, after_sheet, after_number)",
    "INSERT INTO spans (edition, published, withdrawn) SELECT id, published, withdrawn FROM editions ORDER BY id",
    "ALTER TABLE editions DROP COLUMN published",
    "ALTER TABLE editions DROP COLUMN withdrawn",
    """
INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)
VALUES ('spans', 'attributes', 'spans', '1970-01-01T00:00:00.000Z'),
  ('events', 'attributes', 'events', '1970-01-01T00:00:00.000Z'),
  ('staging', 'attributes', 'staging', '1970-01-01T00:00:00.000Z'),
  ('lineage', 'attributes', 'lineage', '1970-01-01T00:00:00.000Z')
""",
)
_SPANS_POSTGIS = (
    """
CREATE TABLE landinfo.spans ( -- when an edition is known, and for days before which one
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions,
  published date NOT NULL,
  withdrawn date,
  effective_to date
)
""",
    "CREATE INDEX spans_edition ON landinfo.spans (edition)",
    """
CREATE TABLE landinfo.events ( -- what was done to an edition
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions,
  day date NOT NULL,
  action text NOT NULL,
  who text NOT NULL,
  detail text NOT NULL -- {…}
)
""",
    """
CREATE TABLE landinfo.staging ( -- an edition that is being written: steps done, and what they held
  edition text COLLATE "C" PRIMARY KEY REFERENCES landinfo.editions,
  steps integer NOT NULL,
  digest text NOT NULL
)
""",
    """
CREATE TABLE landinfo.lineage ( -- ground that went from one parcel to another
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  day date NOT NULL,
  before_commune text COLLATE "C" NOT NULL,
  before_period text COLLATE "C" NOT NULL,
  before_sheet text COLLATE "C" NOT NULL,
  before_number text COLLATE "C" NOT NULL,
  before_suffix text COLLATE "C" NOT NULL,
  after_commune text COLLATE "C" NOT NULL,
  after_period text COLLATE "C" NOT NULL,
  after_sheet text COLLATE "C" NOT NULL,
  after_number text COLLATE "C" NOT NULL,
  after_suffix text COLLATE "C" NOT NULL,
  shared text NOT NULL, -- m²
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions
)
""",
    "CREATE INDEX lineage_before ON landinfo.lineage (before_commune, before_period, before_sheet, before_number)",
    "CREATE INDEX lineage_after ON landinfo.lineage (after_commune, after_period, after_sheet, after_number)",
    """
INSERT INTO landinfo.spans (edition, published, withdrawn)
SELECT id, published, withdrawn FROM landinfo.editions ORDER BY id
""",
    "ALTER TABLE landinfo.editions DROP COLUMN published, DROP COLUMN withdrawn",
)

# Shares and price zones measured beforehand.
_MEASURES_GEOPACKAGE = (
    """
CREATE TABLE measure_runs ( -- by which editions, from which day on and in which way measures were made
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  state TEXT NOT NULL,
  since DATE NOT NULL,
  way TEXT NOT NULL -- {layer: how}
)
""",
    """
CREATE TABLE measures ( -- of the parcel with this number; derived, may be thrown away
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  run INTEGER NOT NULL,
  until DATE, -- the day before which nothing changes
  shares TEXT NOT NULL, -- [[theme, kind, designation, m², percent], …]
  made TEXT NOT NULL, -- the rest of each layer, and rows of price zones
  shapes BLOB NOT NULL -- WKB of what is not the whole parcel, one after the other
)
""",
    *(
        f"CREATE TRIGGER measures_stale_{table} AFTER UPDATE ON {table}\nBEGIN\n  DELETE FROM measures;\nEND"  # noqa: S608
        for table in ("parcels", "features", "coverage", "price_zones")
    ),
    """
INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)
VALUES ('measure_runs', 'attributes', 'measure_runs', '1970-01-01T00:00:00.000Z'),
  ('measures', 'attributes', 'measures', '1970-01-01T00:00:00.000Z')
""",
)
_MEASURES_POSTGIS = (
    """
CREATE TABLE landinfo.measure_runs ( -- by which editions, from which day on and in which way measures were made
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state text COLLATE "C" NOT NULL,
  since date NOT NULL,
  way text COLLATE "C" NOT NULL -- {layer: how}
)
""",
    """
CREATE TABLE landinfo.measures ( -- of the parcel with this number; derived, may be thrown away
  fid bigint PRIMARY KEY,
  run bigint NOT NULL,
  until date, -- the day before which nothing changes
  shares text NOT NULL, -- [[theme, kind, designation, m², percent], …]
  made text NOT NULL, -- the rest of each layer, and rows of price zones
  shapes bytea NOT NULL -- WKB of what is not the whole parcel, one after the other
)
""",
    """
CREATE FUNCTION landinfo.measures_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM landinfo.measures;
  RETURN NULL;
END $$
""",
    *(
        f"CREATE TRIGGER measures_stale AFTER UPDATE OR TRUNCATE ON landinfo.{table}\n"
        "  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.measures_stale()"
        for table in ("parcels", "features", "coverage", "price_zones")
    ),
)

_SHAPED = ("parcels", "features", "coverage", "price_zones")
_TOLD_GEOPACKAGE = "UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id"
# By the rights of its owner: who may change rows need not be one who may change editions.
_CHANGED_FUNCTION = """
CREATE FUNCTION landinfo.changed() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE of text[];
BEGIN
  IF TG_OP = 'UPDATE' THEN of := ARRAY(SELECT edition FROM before UNION SELECT edition FROM after);
  ELSIF TG_OP = 'DELETE' THEN of := ARRAY(SELECT DISTINCT edition FROM before);
  ELSE of := ARRAY(SELECT id FROM landinfo.editions);
  END IF;
  UPDATE landinfo.editions SET content_hash = 'changed-' || replace(gen_random_uuid()::text, '-', '')
  WHERE id = ANY(of);
  RETURN NULL;
END $$
"""
_TRIGGER = "CREATE TRIGGER {0} AFTER {1} ON landinfo.{2} {3}\n  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed()"

# An edition of which somebody changed or took away rows says so by its hash.
_CHANGED_GEOPACKAGE = (
    *(f"DROP TRIGGER measures_stale_{table}" for table in _SHAPED),
    *(
        f"CREATE TRIGGER changed_{table} AFTER UPDATE ON {table}\nBEGIN\n  DELETE FROM measures;\n"  # noqa: S608
        f"  {_TOLD_GEOPACKAGE} IN (OLD.edition, NEW.edition);\nEND"
        for table in _SHAPED
    ),
    *(
        f"CREATE TRIGGER taken_{table} AFTER DELETE ON {table} "  # noqa: S608
        "WHEN EXISTS (SELECT 1 FROM spans WHERE edition = OLD.edition)\n"
        f"BEGIN\n  {_TOLD_GEOPACKAGE} = OLD.edition;\nEND"
        for table in _SHAPED
    ),
)
_CHANGED_POSTGIS = (
    _CHANGED_FUNCTION,
    *(
        _TRIGGER.format(name, event, table, rows)
        for table in _SHAPED
        for name, event, rows in (
            ("changed", "UPDATE", "REFERENCING OLD TABLE AS before NEW TABLE AS after"),
            ("taken", "DELETE", "REFERENCING OLD TABLE AS before"),
            ("emptied", "TRUNCATE", ""),
        )
    ),
)

STEPS: tuple[Step, ...] = (
    Step(
        geopackage=(
            "ALTER TABLE parcels ADD COLUMN commune_now TEXT",
            _DERIVE_COMMUNE_NOW.format(parcels="parcels", unions="unions"),
        ),
        postgis=(
            "ALTER TABLE landinfo.parcels ADD COLUMN commune_now text",
            _DERIVE_COMMUNE_NOW.format(parcels="landinfo.parcels", unions="landinfo.unions"),
        ),
    ),
    Step(geopackage=_SPANS_GEOPACKAGE, postgis=_SPANS_POSTGIS),
    Step(geopackage=_MEASURES_GEOPACKAGE, postgis=_MEASURES_POSTGIS),
    Step(geopackage=_CHANGED_GEOPACKAGE, postgis=_CHANGED_POSTGIS),
)


def upgrade(url: str) -> tuple[int, int]:
    """Bring the store at ``url`` to this version; returns (version before, version now), equal when it was there.

    Raises ``Refused``: not a store, or a newer one; ``Busy``: it is in use and stayed so. Then nothing was changed.
    """
    if is_postgis(url):
        from landinfo.store.postgis import PostgisStore

        return PostgisStore.upgrade(url, [step.postgis for step in STEPS], SCHEMA_VERSION), SCHEMA_VERSION
    from landinfo.store.geopackage import GeopackageStore

    return GeopackageStore.upgrade(url, [step.geopackage for step in STEPS], SCHEMA_VERSION), SCHEMA_VERSION
