-- A landinfo store as GeoPackage 1.3 (OGC 12-128r17). Statements end with a semicolon at the end of a line.
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);

CREATE TABLE meta (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  value TEXT NOT NULL
);
CREATE TABLE communes (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  code TEXT NOT NULL,
  period TEXT NOT NULL,
  effective_from DATE NOT NULL,
  effective_to DATE,
  names TEXT NOT NULL, -- [[first day, kind, name], …]
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  UNIQUE (code, period)
);
CREATE TABLE unions (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  old_code TEXT NOT NULL,
  old_period TEXT NOT NULL,
  new_code TEXT NOT NULL,
  new_period TEXT NOT NULL,
  day DATE NOT NULL,
  whole BOOLEAN NOT NULL
);
CREATE TABLE editions (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  layer TEXT NOT NULL,
  territory TEXT NOT NULL,
  document TEXT NOT NULL,
  effective_from DATE NOT NULL,
  content_hash TEXT NOT NULL,
  simulated BOOLEAN NOT NULL,
  source TEXT NOT NULL,
  rows INTEGER NOT NULL
);
CREATE TABLE spans ( -- when an edition is known, and for days before which one
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  edition TEXT NOT NULL REFERENCES editions(id),
  published DATE NOT NULL,
  withdrawn DATE,
  effective_to DATE
);
CREATE INDEX spans_edition ON spans (edition);
CREATE TABLE events ( -- what was done to an edition
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  edition TEXT NOT NULL REFERENCES editions(id),
  day DATE NOT NULL,
  action TEXT NOT NULL,
  who TEXT NOT NULL,
  detail TEXT NOT NULL -- {…}
);
CREATE TABLE staging ( -- an edition that is being written: steps done, and what they held
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  edition TEXT NOT NULL UNIQUE REFERENCES editions(id),
  steps INTEGER NOT NULL,
  digest TEXT NOT NULL
);
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
);
CREATE INDEX lineage_before ON lineage (before_commune, before_period, before_sheet, before_number);
CREATE INDEX lineage_after ON lineage (after_commune, after_period, after_sheet, after_number);
CREATE TABLE parcels (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY NOT NULL,
  commune TEXT NOT NULL,
  period TEXT NOT NULL,
  sheet TEXT NOT NULL,
  number TEXT NOT NULL,
  suffix TEXT NOT NULL,
  registered_area TEXT, -- m², the decimals of the certificate
  land_uses TEXT NOT NULL, -- [{code, regime, area}, …]
  effective_from DATE NOT NULL,
  effective_to DATE, -- the first day out of force
  commune_now TEXT,
  map_scale INTEGER,
  edition TEXT NOT NULL REFERENCES editions(id)
);
CREATE INDEX parcels_ref ON parcels (commune, period, sheet, number);
CREATE TABLE features (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY NOT NULL,
  id TEXT NOT NULL,
  theme TEXT NOT NULL,
  designation TEXT NOT NULL,
  effective_from DATE NOT NULL,
  effective_to DATE,
  document TEXT NOT NULL,
  article TEXT NOT NULL,
  edition TEXT NOT NULL REFERENCES editions(id)
);
CREATE TABLE coverage (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY NOT NULL,
  layer TEXT NOT NULL,
  effective_from DATE NOT NULL,
  effective_to DATE,
  complete BOOLEAN NOT NULL,
  edition TEXT NOT NULL REFERENCES editions(id)
);
CREATE TABLE price_zones (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom GEOMETRY NOT NULL,
  id TEXT NOT NULL,
  price_list TEXT NOT NULL,
  section TEXT NOT NULL,
  position INTEGER NOT NULL,
  agricultural_position INTEGER NOT NULL,
  conditions TEXT NOT NULL,
  found TEXT NOT NULL,
  effective_from DATE NOT NULL,
  effective_to DATE,
  edition TEXT NOT NULL REFERENCES editions(id)
);
CREATE TABLE measure_runs ( -- by which editions, from which day on and in which way measures were made
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  state TEXT NOT NULL,
  since DATE NOT NULL,
  way TEXT NOT NULL -- {layer: how}
);
CREATE TABLE measures ( -- of the parcel with this number; derived, may be thrown away
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  run INTEGER NOT NULL,
  until DATE, -- the day before which nothing changes
  shares TEXT NOT NULL, -- [[theme, kind, designation, m², percent], …]
  made TEXT NOT NULL, -- the rest of each layer, and rows of price zones
  shapes BLOB NOT NULL -- WKB of what is not the whole parcel, one after the other
);
-- Numbers are never given twice, so a measure is wrong only when a row is changed in place, which landinfo never does.
-- An edition of which somebody changed or took away rows is not what was loaded, and its hash says so.
CREATE TRIGGER changed_parcels AFTER UPDATE ON parcels
BEGIN
  DELETE FROM measures;
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id IN (OLD.edition, NEW.edition);
END;
CREATE TRIGGER taken_parcels AFTER DELETE ON parcels WHEN EXISTS (SELECT 1 FROM spans WHERE edition = OLD.edition)
BEGIN
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id = OLD.edition;
END;
CREATE TRIGGER changed_features AFTER UPDATE ON features
BEGIN
  DELETE FROM measures;
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id IN (OLD.edition, NEW.edition);
END;
CREATE TRIGGER taken_features AFTER DELETE ON features WHEN EXISTS (SELECT 1 FROM spans WHERE edition = OLD.edition)
BEGIN
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id = OLD.edition;
END;
CREATE TRIGGER changed_coverage AFTER UPDATE ON coverage
BEGIN
  DELETE FROM measures;
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id IN (OLD.edition, NEW.edition);
END;
CREATE TRIGGER taken_coverage AFTER DELETE ON coverage WHEN EXISTS (SELECT 1 FROM spans WHERE edition = OLD.edition)
BEGIN
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id = OLD.edition;
END;
CREATE TRIGGER changed_price_zones AFTER UPDATE ON price_zones
BEGIN
  DELETE FROM measures;
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id IN (OLD.edition, NEW.edition);
END;
CREATE TRIGGER taken_price_zones AFTER DELETE ON price_zones WHEN EXISTS (SELECT 1 FROM spans WHERE edition = OLD.edition)
BEGIN
  UPDATE editions SET content_hash = 'changed-' || lower(hex(randomblob(16))) WHERE id = OLD.edition;
END;
