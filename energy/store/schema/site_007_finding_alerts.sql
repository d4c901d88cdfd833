-- Alerts that tell of findings.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

-- Which finding an alert tells of, where it is no rule's: a code at a channel; 0 where the whole
-- source is meant. One alert is open for one of them at most.
CREATE TABLE {schema}.alert_finding (
    alert uuid PRIMARY KEY, code text NOT NULL, channel int NOT NULL, about text NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX alert_finding_what ON {schema}.alert_finding (code, channel);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.alert_finding TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.alert_finding TO meterline_writer;
