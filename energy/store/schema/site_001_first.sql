-- One site = one schema: journal, views and books. Run by `site init` as meterline_owner.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

CREATE SCHEMA {schema};

-- ---------------------------------------------------------------- journal
-- One row an application: appenders take it for update, so positions are free of gaps and in
-- commit order, and learned_at never decreases (docs/decisions/0011-journal-head-row.md).
CREATE TABLE {schema}.journal_head (
    application text PRIMARY KEY, position bigint NOT NULL DEFAULT 0,
    learned_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO {schema}.journal_head (application) VALUES ('metering'), ('operations'), ('books');

CREATE TABLE {schema}.metering_events (
    originator_id uuid NOT NULL, originator_version bigint NOT NULL,
    topic text NOT NULL, state bytea NOT NULL, notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX metering_events_position ON {schema}.metering_events (notification_id);
CREATE TABLE {schema}.operations_events (LIKE {schema}.metering_events INCLUDING ALL);
CREATE TABLE {schema}.books_events (LIKE {schema}.metering_events INCLUDING ALL);

CREATE TABLE {schema}.follower (
    name text PRIMARY KEY, position bigint NOT NULL DEFAULT 0,
    state jsonb NOT NULL DEFAULT '{{}}', updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE {schema}.parked (
    follower text NOT NULL, position bigint NOT NULL, error text NOT NULL,
    parked_at timestamptz NOT NULL, resolved_at timestamptz, PRIMARY KEY (follower, position)
);
-- As known at metering position P a finding is open when position <= P and neither
-- explained_position (later readings explain it) nor resolved_position (a person did) is <= P.
CREATE TABLE {schema}.finding (
    code text NOT NULL, severity text NOT NULL, channel int NOT NULL DEFAULT 0,
    start_at timestamptz NOT NULL, end_at timestamptz NOT NULL, position bigint NOT NULL,
    proof jsonb NOT NULL DEFAULT '{{}}', explained_position bigint,
    resolved_at timestamptz, resolved_position bigint,
    PRIMARY KEY (code, channel, start_at, position)
);

-- ---------------------------------------------------------------- registry (from metering)
CREATE TABLE {schema}.place (
    key text PRIMARY KEY, parent text, kind text NOT NULL, name text NOT NULL, area_m2 numeric
);
CREATE TABLE {schema}.supply_node (
    utility text NOT NULL, key text NOT NULL, kind text NOT NULL, name text NOT NULL, point text,
    valid_from timestamptz NOT NULL, valid_to timestamptz, PRIMARY KEY (utility, key, valid_from)
);
CREATE TABLE {schema}.supply_edge (
    utility text NOT NULL, from_key text NOT NULL, to_key text NOT NULL,
    valid_from timestamptz NOT NULL, valid_to timestamptz,
    PRIMARY KEY (utility, from_key, to_key, valid_from)
);
CREATE TABLE {schema}.meter (
    point text PRIMARY KEY, meter uuid NOT NULL UNIQUE, place text NOT NULL, name text NOT NULL, utility text,
    serial text, profile text, source text, address jsonb NOT NULL, multiplier text,
    record jsonb NOT NULL DEFAULT '{{}}', commissioned_at timestamptz, retired_at timestamptz
);
CREATE TABLE {schema}.source (
    key text PRIMARY KEY, kind text NOT NULL, settings jsonb NOT NULL
);
CREATE TABLE {schema}.channel (
    number int PRIMARY KEY, point text NOT NULL, quantity text NOT NULL, kind text NOT NULL,
    utility text, unit text NOT NULL, resolution text NOT NULL, modulus numeric,
    direction text NOT NULL, side text NOT NULL, billing boolean NOT NULL, grid_s int NOT NULL,
    max_per_hour bigint, UNIQUE (point, quantity)
);
CREATE TABLE {schema}.segment (
    channel int NOT NULL, start_at timestamptz NOT NULL, end_at timestamptz, serial text NOT NULL,
    multiplier text NOT NULL, start_count bigint, end_count bigint, position bigint NOT NULL,
    end_position bigint NOT NULL DEFAULT 0, PRIMARY KEY (channel, start_at)
);
-- What `segment` said before a meter event closed it: no end, from position to until_position.
CREATE TABLE {schema}.segment_superseded (
    channel int NOT NULL, start_at timestamptz NOT NULL, serial text NOT NULL,
    multiplier text NOT NULL, start_count bigint, position bigint NOT NULL,
    until_position bigint NOT NULL, PRIMARY KEY (channel, start_at, until_position)
);
CREATE TABLE {schema}.mark (
    position bigint PRIMARY KEY, at timestamptz NOT NULL, reason text NOT NULL,
    learned_at timestamptz NOT NULL
);

-- ---------------------------------------------------------------- views of readings
CREATE TABLE {schema}.latest (
    channel int PRIMARY KEY, at timestamptz NOT NULL, count bigint NOT NULL,
    quality smallint NOT NULL, position bigint NOT NULL
);
-- Recent raw readings; the journal is the record. The series suffix (partitions or hypertable)
-- is chosen at migrate time by energy/store/series.py.
CREATE TABLE {schema}.reading (
    channel int NOT NULL, at timestamptz NOT NULL, count bigint NOT NULL,
    quality smallint NOT NULL, position bigint NOT NULL, PRIMARY KEY (channel, at)
){series_suffix};
-- What counted from position to until_position, before a better reading or a correction came.
CREATE TABLE {schema}.reading_superseded (
    channel int NOT NULL, at timestamptz NOT NULL, count bigint NOT NULL,
    quality smallint NOT NULL, position bigint NOT NULL, until_position bigint NOT NULL,
    PRIMARY KEY (channel, at, position)
);
CREATE TABLE {schema}.batch_index (
    position bigint NOT NULL, channel int NOT NULL, first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL, readings int NOT NULL, PRIMARY KEY (position, channel)
);
CREATE INDEX batch_index_channel ON {schema}.batch_index (channel, first_at, last_at);

-- One row per channel, local day and mark: `epoch` is the position of the last mark before the
-- row's own position (0 before the first). Big-endian integers of 4 or 8 bytes, one an interval.
CREATE TABLE {schema}.usage_block (
    channel int NOT NULL, day date NOT NULL, epoch bigint NOT NULL, position bigint NOT NULL,
    start_at timestamptz NOT NULL, step_s int NOT NULL, intervals int NOT NULL,
    usage bytea NOT NULL, quality bytea NOT NULL,
    start_value bigint, end_value bigint, total bigint NOT NULL, worst smallint NOT NULL,
    PRIMARY KEY (channel, day, epoch)
);
CREATE INDEX usage_block_day ON {schema}.usage_block (day, channel);
CREATE TABLE {schema}.usage_hour (
    channel int NOT NULL, start_at timestamptz NOT NULL, usage bigint NOT NULL,
    quality smallint NOT NULL, position bigint NOT NULL, PRIMARY KEY (channel, start_at)
);
CREATE TABLE {schema}.usage_day (
    channel int NOT NULL, day date NOT NULL, usage bigint NOT NULL, quality smallint NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (channel, day)
);
CREATE TABLE {schema}.usage_month (
    channel int NOT NULL, month date NOT NULL, usage bigint NOT NULL, quality smallint NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (channel, month)
);
CREATE TABLE {schema}.usage_dirty (
    channel int NOT NULL, day date NOT NULL, position bigint NOT NULL, PRIMARY KEY (channel, day)
);

CREATE FUNCTION {schema}.usage_unpack(block {schema}.usage_block)
RETURNS TABLE (start_at timestamptz, usage bigint, quality smallint)
LANGUAGE sql IMMUTABLE AS $body$
    SELECT block.start_at + make_interval(secs => block.step_s * n),
           CASE WHEN octet_length(block.usage) = 4 * block.intervals
                THEN ('x' || encode(substring(block.usage FROM 4 * n + 1 FOR 4), 'hex'))::bit(32)::int::bigint
                ELSE ('x' || encode(substring(block.usage FROM 8 * n + 1 FOR 8), 'hex'))::bit(64)::bigint
           END,
           get_byte(block.quality, n)::smallint
    FROM generate_series(0, block.intervals - 1) AS n
$body$;

-- ---------------------------------------------------------------- views of operations
CREATE TABLE {schema}.rule (
    rule uuid PRIMARY KEY, key text NOT NULL, version int NOT NULL, name text NOT NULL,
    channel int NOT NULL, spec jsonb NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.alert (
    alert uuid PRIMARY KEY, rule uuid NOT NULL, channel int NOT NULL, severity text NOT NULL,
    raised_at timestamptz NOT NULL, value bigint NOT NULL, limit_value bigint NOT NULL,
    historic boolean NOT NULL, cleared_at timestamptz, acknowledged_at timestamptz,
    acknowledged_by uuid, position bigint NOT NULL
);
CREATE INDEX alert_open ON {schema}.alert (raised_at) WHERE cleared_at IS NULL;

-- ---------------------------------------------------------------- views of books
CREATE TABLE {schema}.tariff_version (
    tariff text NOT NULL, valid_from date NOT NULL, version int NOT NULL, utility text NOT NULL,
    sha256 text NOT NULL, document jsonb NOT NULL, published_at timestamptz NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (tariff, valid_from, version)
);
CREATE TABLE {schema}.account (
    account text PRIMARY KEY, name_sealed text NOT NULL, person uuid NOT NULL,
    language text NOT NULL, opened_on date NOT NULL, closed_on date, position bigint NOT NULL
);
CREATE TABLE {schema}.account_channel (
    account text NOT NULL, point text NOT NULL, tariff text NOT NULL, valid_from date NOT NULL,
    valid_to date, position bigint NOT NULL, PRIMARY KEY (account, point, valid_from)
);
CREATE TABLE {schema}.bill_run (
    run uuid PRIMARY KEY, key text NOT NULL, first_day date NOT NULL, last_day date NOT NULL,
    state text NOT NULL, metering_position bigint NOT NULL, books_position bigint NOT NULL,
    accounts int NOT NULL, total numeric NOT NULL, opened_by uuid, approved_by uuid,
    opened_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.invoice (
    invoice uuid PRIMARY KEY, run uuid NOT NULL, account text NOT NULL, number text UNIQUE,
    state text NOT NULL, first_day date NOT NULL, last_day date NOT NULL, currency text NOT NULL,
    net numeric NOT NULL, tax numeric NOT NULL, total numeric NOT NULL, findings int NOT NULL,
    document text NOT NULL, provenance text NOT NULL, sha256 text NOT NULL,
    issued_at timestamptz, position bigint NOT NULL
);
CREATE INDEX invoice_run ON {schema}.invoice (run);
CREATE INDEX invoice_account ON {schema}.invoice (account, first_day);

-- ---------------------------------------------------------------- attachments
CREATE TABLE {schema}.attachment (
    sha256 bytea PRIMARY KEY, media_type text NOT NULL, content bytea NOT NULL,
    CHECK (octet_length(content) <= 20971520), CHECK (sha256 = sha256(content))
);

-- ---------------------------------------------------------------- who may do what
-- Events are only ever inserted and read: no role below the owner may change one.
GRANT USAGE ON SCHEMA {schema} TO meterline_writer, meterline_web, meterline_sealer;
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO meterline_writer, meterline_web;
GRANT INSERT ON {schema}.metering_events, {schema}.operations_events, {schema}.books_events,
    {schema}.attachment TO meterline_writer;
GRANT INSERT ON {schema}.operations_events, {schema}.books_events, {schema}.attachment
    TO meterline_web;
GRANT UPDATE ON {schema}.journal_head TO meterline_writer, meterline_web;
-- The web may append to operations and books, never to metering.
ALTER TABLE {schema}.journal_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_head ON {schema}.journal_head FOR SELECT USING (true);
CREATE POLICY writer_head ON {schema}.journal_head FOR UPDATE TO meterline_writer USING (true);
CREATE POLICY web_head ON {schema}.journal_head FOR UPDATE TO meterline_web
    USING (application IN ('operations', 'books'));
GRANT INSERT, UPDATE, DELETE ON {schema}.follower, {schema}.parked, {schema}.finding, {schema}.place,
    {schema}.supply_node, {schema}.supply_edge, {schema}.source, {schema}.meter, {schema}.channel, {schema}.segment,
    {schema}.segment_superseded, {schema}.reading_superseded,
    {schema}.mark, {schema}.latest, {schema}.reading, {schema}.batch_index, {schema}.usage_block,
    {schema}.usage_hour, {schema}.usage_day, {schema}.usage_month, {schema}.usage_dirty,
    {schema}.rule, {schema}.alert, {schema}.tariff_version, {schema}.account,
    {schema}.account_channel, {schema}.bill_run, {schema}.invoice TO meterline_writer;
GRANT SELECT ON {schema}.journal_head, {schema}.metering_events, {schema}.operations_events,
    {schema}.books_events TO meterline_sealer;
