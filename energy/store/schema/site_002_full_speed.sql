-- Views of demand, gauges and states; corrections; the seal; what has left the database.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

-- ---------------------------------------------------------------- views of readings
-- A batch that spans more than a day is found by its end: the short ones are found by their start.
CREATE INDEX batch_index_long ON {schema}.batch_index (channel, last_at)
    WHERE last_at - first_at > interval '1 day';

-- Open findings by their time: every slice asks which of them its readings explain.
CREATE INDEX finding_open ON {schema}.finding (start_at) WHERE explained_position IS NULL;
-- Rows that are written again and again stay on their pages.
ALTER TABLE {schema}.latest SET (fillfactor = 40);
ALTER TABLE {schema}.usage_block SET (fillfactor = 70);

-- Greatest use of a local day within windows of 15, 30 and 60 minutes, block or sliding by the
-- grid's step. Power is usage divided by the window.
CREATE TABLE {schema}.demand_day (
    channel int NOT NULL, day date NOT NULL, window_s int NOT NULL, kind text NOT NULL,
    start_at timestamptz NOT NULL, usage bigint NOT NULL, quality smallint NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (channel, day, window_s, kind),
    CHECK (kind IN ('block', 'sliding'))
);
-- Hours begin at the local day's start; the last one of a day may be shorter.
CREATE TABLE {schema}.gauge_hour (
    channel int NOT NULL, start_at timestamptz NOT NULL, day date NOT NULL, least bigint NOT NULL,
    greatest bigint NOT NULL, sum numeric NOT NULL, readings int NOT NULL, last bigint NOT NULL,
    quality smallint NOT NULL, position bigint NOT NULL, PRIMARY KEY (channel, start_at)
);
CREATE TABLE {schema}.gauge_day (
    channel int NOT NULL, day date NOT NULL, least bigint NOT NULL, greatest bigint NOT NULL,
    sum numeric NOT NULL, readings int NOT NULL, last bigint NOT NULL, quality smallint NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (channel, day)
);
-- Time a channel of kind `state` spent in each state within an hour. What is missing to the hour
-- is unknown: the last word was stale.
CREATE TABLE {schema}.state_hour (
    channel int NOT NULL, start_at timestamptz NOT NULL, state bigint NOT NULL,
    duration_us bigint NOT NULL, changes int NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (channel, start_at, state)
);
-- Hours of gauges and states to be computed again, once they are over.
CREATE TABLE {schema}.gauge_dirty (
    channel int NOT NULL, start_at timestamptz NOT NULL, end_at timestamptz NOT NULL,
    day date NOT NULL, PRIMARY KEY (channel, start_at)
);

-- From where on a series table holds every row of the journal; older rows may be dropped.
CREATE TABLE {schema}.series_kept (
    series text PRIMARY KEY, kept_from timestamptz NOT NULL, changed_at timestamptz NOT NULL
);

-- ---------------------------------------------------------------- corrections and decisions
CREATE TABLE {schema}.correction (
    correction uuid PRIMARY KEY, kind text NOT NULL, channel int NOT NULL, state text NOT NULL,
    first_at timestamptz NOT NULL, last_at timestamptz NOT NULL, readings jsonb NOT NULL,
    method text, reason text NOT NULL, evidence text[] NOT NULL, proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL, decided_by uuid, decided_at timestamptz,
    decision text, position bigint NOT NULL
);
ALTER TABLE {schema}.finding ADD COLUMN resolved_by uuid, ADD COLUMN resolution text;
ALTER TABLE {schema}.parked ADD COLUMN resolved_position bigint;

-- ---------------------------------------------------------------- seal
-- Chain over every row of an application in position order; `links` holds one hash of 32 bytes
-- per position from first_position to last_position.
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
-- Parts of the journal kept as sealed files. From dropped_at on the payloads of their batches
-- are in the file alone; the rows stay, so positions, keys and hashes still stand in the table.
CREATE TABLE {schema}.archive_segment (
    application text NOT NULL, first_position bigint NOT NULL, last_position bigint NOT NULL,
    file_name text NOT NULL, sha256 bytea NOT NULL, octets bigint NOT NULL,
    archived_at timestamptz NOT NULL, dropped_at timestamptz,
    PRIMARY KEY (application, first_position)
);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.demand_day, {schema}.gauge_hour, {schema}.gauge_day, {schema}.state_hour,
    {schema}.gauge_dirty, {schema}.series_kept, {schema}.correction, {schema}.seal,
    {schema}.seal_head, {schema}.archive_segment TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.demand_day, {schema}.gauge_hour, {schema}.gauge_day,
    {schema}.state_hour, {schema}.gauge_dirty, {schema}.series_kept, {schema}.correction
    TO meterline_writer;
GRANT SELECT, INSERT ON {schema}.seal, {schema}.seal_head, {schema}.archive_segment
    TO meterline_sealer;

-- ---------------------------------------------------------------- What 001 has folded
-- Demand, gauges and states of the past are derived with the next rollup; on a fresh site nothing.
INSERT INTO {schema}.usage_dirty (channel, day, position)
    SELECT channel, day, max(position) FROM {schema}.usage_block GROUP BY channel, day
    ON CONFLICT DO NOTHING;
-- The local days are those that usage was folded in.
INSERT INTO {schema}.gauge_dirty (channel, start_at, end_at, day)
    SELECT t.channel, date_bin('1 hour', t.at, d.start_at),
        least(date_bin('1 hour', t.at, d.start_at) + interval '1 hour', d.end_at), d.day
    FROM (
        SELECT r.channel, r.at + n * interval '1 hour' AS at
        FROM {schema}.reading AS r JOIN {schema}.channel AS c ON c.number = r.channel
        CROSS JOIN generate_series(0, 1) AS n
        WHERE c.kind = 'state' OR (c.kind = 'gauge' AND n = 0)
    ) AS t JOIN (
        SELECT DISTINCT day, start_at, start_at + make_interval(secs => intervals * step_s) AS end_at
        FROM {schema}.usage_block
    ) AS d ON t.at >= d.start_at AND t.at < d.end_at
    GROUP BY 1, 2, 3, 4;
