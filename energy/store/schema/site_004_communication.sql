-- How devices answer, as their collector last told: what is now, no history and no fact of the
-- journal. A collector that is silent tells nothing, so each row says when it was told.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

CREATE TABLE {schema}.communication (
    point text PRIMARY KEY,
    source text NOT NULL,
    bus text NOT NULL,
    gateway text NOT NULL,
    last_seen timestamptz,
    failing text NOT NULL,
    failing_since timestamptz,
    message text NOT NULL,
    answers bigint NOT NULL,
    failures bigint NOT NULL,
    latency_p50_us int,
    latency_p99_us int,
    told_at timestamptz NOT NULL
);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.communication TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.communication TO meterline_writer;
