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
    sealed text NOT NULL
);
CREATE INDEX laptop_command_of ON {schema}.laptop_command (laptop, number);
-- A pack belongs to one laptop: its channel numbers are given out once.
CREATE TABLE {schema}.laptop_pack (
    pack uuid PRIMARY KEY,
    laptop uuid NOT NULL,
    first_seen_at timestamptz NOT NULL
);
GRANT SELECT ON {schema}.laptop_command, {schema}.laptop_pack TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE ON {schema}.laptop_command, {schema}.laptop_pack TO meterline_writer;
