-- What several collectors of one site must know of each other.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

-- Which collector asks a polled source. It renews its claim while it has contact; another one
-- takes the source over only when it is given back, or was not renewed for a long time.
CREATE TABLE {schema}.source_claim (
    source text PRIMARY KEY, owner uuid NOT NULL, name text NOT NULL,
    claimed_at timestamptz NOT NULL, renewed_at timestamptz NOT NULL
);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.source_claim TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.source_claim TO meterline_writer;
