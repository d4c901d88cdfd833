-- What channels that deliver intervals need beside what 001 knows of a channel.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

-- Width of the intervals that a channel of kind `interval` delivers, where it is not that of its
-- grid; 86400 stands for the local day, however long it is.
CREATE TABLE {schema}.interval_channel (
    channel int PRIMARY KEY, interval_s int NOT NULL CHECK (interval_s > 0)
);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.interval_channel TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.interval_channel TO meterline_writer;
