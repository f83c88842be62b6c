-- A landinfo store in PostGIS. {srid} is the store's plane; texts are ordered by code point, as in every other engine.
CREATE TABLE landinfo.meta (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);
CREATE TABLE landinfo.communes (
  code text COLLATE "C" NOT NULL,
  period text COLLATE "C" NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  names text NOT NULL, -- [[first day, kind, name], …]
  district text NOT NULL,
  province text NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  PRIMARY KEY (code, period)
);
CREATE TABLE landinfo.unions (
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  old_code text COLLATE "C" NOT NULL,
  old_period text COLLATE "C" NOT NULL,
  new_code text COLLATE "C" NOT NULL,
  new_period text COLLATE "C" NOT NULL,
  day date NOT NULL,
  whole boolean NOT NULL
);
CREATE TABLE landinfo.editions (
  id text COLLATE "C" PRIMARY KEY,
  layer text COLLATE "C" NOT NULL,
  territory text COLLATE "C" NOT NULL,
  document text NOT NULL,
  effective_from date NOT NULL,
  content_hash text NOT NULL,
  simulated boolean NOT NULL,
  source text NOT NULL,
  rows bigint NOT NULL
);
CREATE TABLE landinfo.spans ( -- when an edition is known, and for days before which one
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions,
  published date NOT NULL,
  withdrawn date,
  effective_to date
);
CREATE INDEX spans_edition ON landinfo.spans (edition);
CREATE TABLE landinfo.events ( -- what was done to an edition
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions,
  day date NOT NULL,
  action text NOT NULL,
  who text NOT NULL,
  detail text NOT NULL -- {…}
);
CREATE TABLE landinfo.staging ( -- an edition that is being written: steps done, and what they held
  edition text COLLATE "C" PRIMARY KEY REFERENCES landinfo.editions,
  steps integer NOT NULL,
  digest text NOT NULL
);
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
);
CREATE INDEX lineage_before ON landinfo.lineage (before_commune, before_period, before_sheet, before_number);
CREATE INDEX lineage_after ON landinfo.lineage (after_commune, after_period, after_sheet, after_number);
CREATE TABLE landinfo.parcels (
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  geom geometry(Geometry, {srid}) NOT NULL,
  commune text COLLATE "C" NOT NULL,
  period text COLLATE "C" NOT NULL,
  sheet text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  suffix text COLLATE "C" NOT NULL,
  registered_area text, -- m², the decimals of the certificate
  land_uses text NOT NULL, -- [{code, regime, area}, …]
  effective_from date NOT NULL,
  effective_to date, -- the first day out of force
  commune_now text,
  map_scale integer,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions
);
CREATE TABLE landinfo.features (
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  geom geometry(Geometry, {srid}) NOT NULL,
  id text NOT NULL,
  theme text COLLATE "C" NOT NULL,
  designation text NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  document text NOT NULL,
  article text NOT NULL,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions
);
CREATE TABLE landinfo.coverage (
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  geom geometry(Geometry, {srid}) NOT NULL,
  layer text COLLATE "C" NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  complete boolean NOT NULL,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions
);
CREATE TABLE landinfo.price_zones (
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  geom geometry(Geometry, {srid}) NOT NULL,
  id text NOT NULL,
  price_list text NOT NULL,
  section text NOT NULL,
  position integer NOT NULL,
  agricultural_position integer NOT NULL,
  conditions text NOT NULL,
  found text NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  edition text COLLATE "C" NOT NULL REFERENCES landinfo.editions
);
CREATE INDEX parcels_ref ON landinfo.parcels (commune, period, sheet, number);
CREATE INDEX parcels_geom ON landinfo.parcels USING gist (geom);
CREATE INDEX features_geom ON landinfo.features USING gist (geom);
CREATE INDEX coverage_geom ON landinfo.coverage USING gist (geom);
CREATE INDEX price_zones_geom ON landinfo.price_zones USING gist (geom);
CREATE TABLE landinfo.measure_runs ( -- by which editions, from which day on and in which way measures were made
  fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state text COLLATE "C" NOT NULL,
  since date NOT NULL,
  way text COLLATE "C" NOT NULL -- {layer: how}
);
CREATE TABLE landinfo.measures ( -- of the parcel with this number; derived, may be thrown away
  fid bigint PRIMARY KEY,
  run bigint NOT NULL,
  until date, -- the day before which nothing changes
  shares text NOT NULL, -- [[theme, kind, designation, m², percent], …]
  made text NOT NULL, -- the rest of each layer, and rows of price zones
  shapes bytea NOT NULL -- WKB of what is not the whole parcel, one after the other
);
-- Numbers are never given twice, so a measure is wrong only when a row is changed in place, which landinfo never does.
CREATE FUNCTION landinfo.measures_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM landinfo.measures;
  RETURN NULL;
END $$;
-- An edition of which somebody changed or took away rows is not what was loaded, and its hash says so; by the rights of
-- its owner: who may change rows need not be one who may change editions.
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
END $$;
CREATE TRIGGER measures_stale AFTER UPDATE OR TRUNCATE ON landinfo.parcels
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.measures_stale();
CREATE TRIGGER changed AFTER UPDATE ON landinfo.parcels REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER taken AFTER DELETE ON landinfo.parcels REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER emptied AFTER TRUNCATE ON landinfo.parcels
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER measures_stale AFTER UPDATE OR TRUNCATE ON landinfo.features
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.measures_stale();
CREATE TRIGGER changed AFTER UPDATE ON landinfo.features REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER taken AFTER DELETE ON landinfo.features REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER emptied AFTER TRUNCATE ON landinfo.features
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER measures_stale AFTER UPDATE OR TRUNCATE ON landinfo.coverage
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.measures_stale();
CREATE TRIGGER changed AFTER UPDATE ON landinfo.coverage REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER taken AFTER DELETE ON landinfo.coverage REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER emptied AFTER TRUNCATE ON landinfo.coverage
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER measures_stale AFTER UPDATE OR TRUNCATE ON landinfo.price_zones
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.measures_stale();
CREATE TRIGGER changed AFTER UPDATE ON landinfo.price_zones REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER taken AFTER DELETE ON landinfo.price_zones REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
CREATE TRIGGER emptied AFTER TRUNCATE ON landinfo.price_zones
  FOR EACH STATEMENT EXECUTE FUNCTION landinfo.changed();
