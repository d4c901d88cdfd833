-- The seal of the directory's own journal; columns as in a site's schema.
-- Placeholders: {schema} is "directory".

ALTER TABLE {schema}.parked ADD COLUMN resolved_position bigint;
CREATE TABLE {schema}.seal (
    application text NOT NULL, first_position bigint NOT NULL, last_position bigint NOT NULL,
    links bytea NOT NULL, sealed_at timestamptz NOT NULL,
    PRIMARY KEY (application, first_position),
    CHECK (octet_length(links) = 32 * (last_position - first_position + 1))
);
CREATE TABLE {schema}.seal_head (
    application text NOT NULL, position bigint NOT NULL, link bytea NOT NULL,
    signed_at timestamptz NOT NULL, key_id text NOT NULL, signature bytea NOT NULL,
    PRIMARY KEY (application, position)
);
CREATE TABLE {schema}.archive_segment (
    application text NOT NULL, first_position bigint NOT NULL, last_position bigint NOT NULL,
    file_name text NOT NULL, sha256 bytea NOT NULL, octets bigint NOT NULL,
    archived_at timestamptz NOT NULL, dropped_at timestamptz,
    PRIMARY KEY (application, first_position)
);
GRANT SELECT ON {schema}.seal, {schema}.seal_head, {schema}.archive_segment
    TO meterline_writer, meterline_web;
GRANT SELECT, INSERT ON {schema}.seal, {schema}.seal_head, {schema}.archive_segment
    TO meterline_sealer;
