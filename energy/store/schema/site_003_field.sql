-- The field: intervals, files, alerts of findings, communication, collectors, laptops.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

-- ---------------------------------------------------------------- view of metering: channels that deliver intervals
-- Width of the intervals that a channel of kind `interval` delivers, where it is not that of its
-- grid; 86400 stands for the local day, however long it is.
CREATE TABLE {schema}.interval_channel (
    channel int PRIMARY KEY, interval_s int NOT NULL CHECK (interval_s > 0)
);

-- ---------------------------------------------------------------- view of metering
CREATE TABLE {schema}.file_import (
    stream uuid PRIMARY KEY, file text NOT NULL, sha256 text NOT NULL, octets bigint NOT NULL,
    mapping text NOT NULL, mapping_sha256 text NOT NULL, source text NOT NULL,
    readings bigint NOT NULL, channels int NOT NULL, refused bigint NOT NULL,
    first_at timestamptz NOT NULL, last_at timestamptz NOT NULL, imported_by uuid,
    learned_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX file_import_file ON {schema}.file_import (sha256);

-- ---------------------------------------------------------------- view of books
-- Amounts as the card system printed them; a record is known by (card system, record number).
CREATE TABLE {schema}.ic_card_record (
    system text NOT NULL, record text NOT NULL, card text NOT NULL, meter text NOT NULL,
    kind text NOT NULL, at timestamptz NOT NULL, energy numeric, unit text NOT NULL,
    money numeric, price numeric, remaining numeric, used numeric, currency text NOT NULL,
    file text NOT NULL, file_row bigint NOT NULL, sha256 text NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (system, record)
);
CREATE INDEX ic_card_record_card ON {schema}.ic_card_record (system, card, at);

-- ---------------------------------------------------------------- view of operations: alerts that tell of findings
-- Which finding an alert tells of, where it is no rule's: a code at a channel; 0 where the whole
-- source is meant. One alert is open for one of them at most.
CREATE TABLE {schema}.alert_finding (
    alert uuid PRIMARY KEY, code text NOT NULL, channel int NOT NULL, about text NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX alert_finding_what ON {schema}.alert_finding (code, channel);

-- ---------------------------------------------------------------- how devices answer
-- How devices answer, as their collector last told: what is now, no history and no fact of the
-- journal. A collector that is silent tells nothing, so each row says when it was told.
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

-- ---------------------------------------------------------------- collectors among each other
-- Which collector asks a polled source. It renews its claim while it has contact; another one
-- takes the source over only when it is given back, or was not renewed for a long time.
CREATE TABLE {schema}.source_claim (
    source text PRIMARY KEY, owner uuid NOT NULL, name text NOT NULL,
    claimed_at timestamptz NOT NULL, renewed_at timestamptz NOT NULL
);

-- ---------------------------------------------------------------- laptops of technicians
-- What laptops did at the meters without network, and what became of it here.
-- The act itself (who, which photos, what devices answered) is sealed under a key of its own, as
-- names in the journal are; it is let go once the journal holds the act.
CREATE TABLE {schema}.laptop_command (
    command uuid PRIMARY KEY,
    laptop uuid NOT NULL,
    pack uuid NOT NULL,
    number int NOT NULL,
    verb text NOT NULL,
    point text NOT NULL,
    at timestamptz NOT NULL,
    own_hash bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'review', 'refused')),
    reason text NOT NULL,
    position bigint NOT NULL,
    received_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    decision text NOT NULL DEFAULT '',
    sealed text NOT NULL,
    person uuid,  -- whose pack it was done with
    brought_by uuid  -- who signed in for the bundle
);
CREATE INDEX laptop_command_of ON {schema}.laptop_command (laptop, number);
-- A pack belongs to one laptop: its channel numbers are given out once.
CREATE TABLE {schema}.laptop_pack (
    pack uuid PRIMARY KEY,
    laptop uuid NOT NULL,
    first_seen_at timestamptz NOT NULL
);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.interval_channel TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.interval_channel TO meterline_writer;
GRANT SELECT ON {schema}.file_import, {schema}.ic_card_record TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.file_import, {schema}.ic_card_record TO meterline_writer;
GRANT SELECT ON {schema}.alert_finding TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.alert_finding TO meterline_writer;
GRANT SELECT ON {schema}.communication TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.communication TO meterline_writer;
GRANT SELECT ON {schema}.source_claim TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.source_claim TO meterline_writer;
GRANT SELECT ON {schema}.laptop_command, {schema}.laptop_pack TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE ON {schema}.laptop_command, {schema}.laptop_pack TO meterline_writer;
