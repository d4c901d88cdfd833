-- Quantities one can put in a contract: what is validated, reviewed, estimated, computed, shared.

-- review: what people decide about doubtful values
-- One row a decision about a case of findings; the last one of a case says what it waits for.
CREATE TABLE {schema}.review_decision (
    position bigint PRIMARY KEY, review uuid NOT NULL, number int NOT NULL, kind text NOT NULL,
    cause text NOT NULL, point text NOT NULL, source text NOT NULL, findings jsonb NOT NULL,
    reason text NOT NULL, evidence text[] NOT NULL, until date, correction uuid, estimate uuid,
    stake numeric, currency text NOT NULL, proposed_by uuid, decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL, command uuid NOT NULL
);
CREATE INDEX review_decision_of ON {schema}.review_decision (review, number);
CREATE INDEX review_decision_correction ON {schema}.review_decision (correction)
    WHERE correction IS NOT NULL;
GRANT SELECT ON {schema}.review_decision TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.review_decision TO meterline_writer;

-- estimates: how they came to be, what superseded them

-- meter life: calibration, accuracy, certificates, what is due
-- The channel whose register feeds a segment, where a meter was wired the wrong way round.
ALTER TABLE {schema}.segment ADD COLUMN feed int;
-- A closed segment too may be superseded: what it said, whole.
ALTER TABLE {schema}.segment_superseded ADD COLUMN end_at timestamptz, ADD COLUMN end_count bigint,
    ADD COLUMN end_position bigint NOT NULL DEFAULT 0, ADD COLUMN feed int;
-- What is known of a meter from an instant on: class, seals, next check, battery.
CREATE TABLE {schema}.meter_fact (
    point text NOT NULL, serial text NOT NULL, name text NOT NULL, value text NOT NULL,
    from_at timestamptz NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (point, serial, name, position)
);
-- Certificates with the errors found at the load points, exact decimals, before and after.
CREATE TABLE {schema}.certificate (
    position bigint PRIMARY KEY, point text NOT NULL, serial text NOT NULL, tested_on date NOT NULL,
    valid_until date NOT NULL, laboratory text NOT NULL, accuracy_class text NOT NULL,
    document text NOT NULL, error_percent text, errors jsonb NOT NULL
);
-- What people decided to add to or take from the usage of a span, and its share of each local day.
CREATE TABLE {schema}.adjustment (
    adjustment uuid PRIMARY KEY, channel int NOT NULL, serial text NOT NULL,
    first_day date NOT NULL, last_day date NOT NULL, total bigint NOT NULL, basis jsonb NOT NULL,
    reason text NOT NULL, state text NOT NULL, proposed_by uuid NOT NULL, position bigint NOT NULL,
    decided_by uuid, decided_position bigint
);
CREATE TABLE {schema}.adjustment_day (
    adjustment uuid NOT NULL, day date NOT NULL, amount bigint NOT NULL,
    PRIMARY KEY (adjustment, day)
);
CREATE INDEX adjustment_counting ON {schema}.adjustment (channel, first_day, last_day)
    WHERE state = 'approved';
-- What was folded before these tables were there.
INSERT INTO {schema}.certificate
SELECT notification_id, told ->> 'point', told ->> 'serial', (told -> 'tested_on' ->> '_data_')::date,
    (told -> 'valid_until' ->> '_data_')::date, told ->> 'laboratory', '', told ->> 'certificate',
    told -> 'error_percent' ->> '_data_', jsonb_build_object('unit', '', 'points', jsonb_build_array())
FROM (SELECT notification_id, convert_from(state, 'UTF8')::jsonb AS told
    FROM {schema}.metering_events AS e WHERE topic = 'meter.calibrated' AND notification_id <= (
        SELECT coalesce(max(position), 0) FROM {schema}.follower WHERE name = 'metering')
    AND NOT EXISTS (SELECT FROM {schema}.parked AS p
        WHERE p.follower = 'metering' AND p.position = e.notification_id)) AS event;
INSERT INTO {schema}.meter_fact
SELECT c.point, c.serial, 'certificate_until', c.valid_until::text,
    (convert_from(e.state, 'UTF8')::jsonb -> 'at' ->> '_data_')::timestamptz, c.position
FROM {schema}.certificate AS c JOIN {schema}.metering_events AS e ON e.notification_id = c.position;
GRANT SELECT ON {schema}.meter_fact, {schema}.certificate, {schema}.adjustment,
    {schema}.adjustment_day TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.meter_fact, {schema}.certificate, {schema}.adjustment,
    {schema}.adjustment_day TO meterline_writer;

-- computed channels: formulas and their versions
-- Which rule a channel without readings follows; see energy/views/computed.py.
CREATE TABLE {schema}.computed_channel (channel int PRIMARY KEY, rule text NOT NULL);
-- A version holds from its local day until the next one's; of one day the newest position counts.
-- A row without text says from when on the formula is retired.
CREATE TABLE {schema}.formula_version (
    channel int NOT NULL, position bigint NOT NULL, version int NOT NULL, formula text NOT NULL,
    valid_from date NOT NULL, source text, unit text NOT NULL, spec jsonb NOT NULL,
    reason text NOT NULL, decided_by uuid, PRIMARY KEY (channel, position)
);
GRANT SELECT ON {schema}.computed_channel, {schema}.formula_version
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.computed_channel, {schema}.formula_version
    TO meterline_writer;

-- places and supply: dated moves, ties, losses
-- Every change with its day and journal position: the tree and the graph as known then follow.
CREATE TABLE {schema}.place_history (
    place text NOT NULL, valid_from timestamptz NOT NULL, position bigint NOT NULL,
    item int NOT NULL, act text NOT NULL, facts jsonb NOT NULL,
    PRIMARY KEY (place, position, item)
);
CREATE TABLE {schema}.point_place (
    point text NOT NULL, valid_from timestamptz NOT NULL, position bigint NOT NULL,
    place text NOT NULL, PRIMARY KEY (point, valid_from, position)
);
CREATE TABLE {schema}.supply_history (
    utility text NOT NULL, valid_from timestamptz NOT NULL, position bigint NOT NULL,
    item int NOT NULL, act text NOT NULL, facts jsonb NOT NULL,
    PRIMARY KEY (utility, position, item)
);
-- What was folded before these tables were there; every tree and graph was told whole then.
WITH told AS (
    SELECT notification_id AS position, place FROM {schema}.metering_events,
        jsonb_array_elements(convert_from(state, 'UTF8')::jsonb -> 'places') AS place
    WHERE topic IN ('place_tree.defined', 'place_tree.redefined') AND notification_id <= (
        SELECT coalesce(max(position), 0) FROM {schema}.follower WHERE name = 'metering')
)
INSERT INTO {schema}.place_history
SELECT place ->> 'key', timestamptz '1970-01-01 00:00:00+00', position, 0, 'defined',
    jsonb_build_object('parent', place -> 'parent', 'kind', place -> 'kind', 'name', place -> 'name',
        'attributes', CASE WHEN place ->> 'area_m2' IS NULL THEN jsonb_build_object()
            ELSE jsonb_build_object('area_m2', place ->> 'area_m2') END)
FROM told
UNION ALL
SELECT DISTINCT older.place ->> 'key', timestamptz '1970-01-01 00:00:00+00', again.position, 0,
    'closed', jsonb_build_object()
FROM (SELECT DISTINCT position FROM told) AS again JOIN told AS older ON older.position < again.position
WHERE NOT EXISTS (SELECT FROM told AS kept WHERE kept.position = again.position
    AND kept.place ->> 'key' = older.place ->> 'key');
INSERT INTO {schema}.supply_history
SELECT told ->> 'utility', (told -> 'valid_from' ->> '_data_')::timestamptz, notification_id, 0,
    'whole', jsonb_build_object('nodes', told -> 'nodes', 'edges', told -> 'edges')
FROM (SELECT notification_id, convert_from(state, 'UTF8')::jsonb AS told
    FROM {schema}.metering_events
    WHERE topic IN ('supply_graph.defined', 'supply_graph.redefined')) AS event
WHERE notification_id <= (
    SELECT coalesce(max(position), 0) FROM {schema}.follower WHERE name = 'metering');
GRANT SELECT ON {schema}.place_history, {schema}.point_place, {schema}.supply_history
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.place_history, {schema}.point_place,
    {schema}.supply_history TO meterline_writer;

-- shares: tenants, cost centres, production lines, shifts, apportionment
-- Cost bearers; what changed keeps its earlier form with the position that ended it.
CREATE TABLE {schema}.bearer (
    kind text NOT NULL, key text NOT NULL, name text NOT NULL, account text,
    position bigint NOT NULL, until_position bigint, PRIMARY KEY (kind, key, position)
);
-- Who holds which point (a share is one) on which local days.
CREATE TABLE {schema}.bearer_hold (
    kind text NOT NULL, bearer text NOT NULL, point text NOT NULL, valid_from date NOT NULL,
    valid_to date, position bigint NOT NULL, until_position bigint,
    PRIMARY KEY (kind, point, valid_from, position)
);
-- Shifts of production lines and opening hours of places; of one day the newest position counts.
CREATE TABLE {schema}.week_hours (
    scope text NOT NULL, key text NOT NULL, valid_from date NOT NULL, hours jsonb NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (scope, key, valid_from, position)
);
-- Apportionments of common quantities, their dated keys, the channel that is each part's share.
CREATE TABLE {schema}.apportionment (
    key text PRIMARY KEY, name text NOT NULL, whole jsonb NOT NULL, grid_s int NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE {schema}.apportionment_key (
    share text NOT NULL, valid_from date NOT NULL, document jsonb NOT NULL, reason text NOT NULL,
    decided_by uuid NOT NULL, position bigint NOT NULL, PRIMARY KEY (share, position)
);
CREATE TABLE {schema}.apportionment_end (
    share text NOT NULL, valid_to date NOT NULL, reason text NOT NULL, decided_by uuid NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (share, position)
);
CREATE TABLE {schema}.apportionment_part (
    share text NOT NULL, part text NOT NULL, channel int NOT NULL UNIQUE, position bigint NOT NULL,
    PRIMARY KEY (share, part)
);
GRANT SELECT ON {schema}.bearer, {schema}.bearer_hold, {schema}.week_hours,
    {schema}.apportionment, {schema}.apportionment_key, {schema}.apportionment_end,
    {schema}.apportionment_part TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.bearer, {schema}.bearer_hold, {schema}.week_hours,
    {schema}.apportionment, {schema}.apportionment_key, {schema}.apportionment_end,
    {schema}.apportionment_part TO meterline_writer;

-- plans and notes
-- What nodes are meant to use. A row counts from the position of its approval until the next one's.
CREATE TABLE {schema}.plan_revision (
    revision uuid PRIMARY KEY, year int NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
    reason text NOT NULL, file text NOT NULL, proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL, position bigint NOT NULL, decided_by uuid,
    decided_at timestamptz, decided_position bigint, decision text NOT NULL DEFAULT ''
);
CREATE TABLE {schema}.plan_row (
    revision uuid NOT NULL, node text NOT NULL, utility text NOT NULL, year int NOT NULL,
    month int NOT NULL, unit text NOT NULL, quantity text NOT NULL, money text,
    currency text NOT NULL, position bigint, until_position bigint,
    PRIMARY KEY (revision, node, utility, month)
);
CREATE INDEX plan_row_counting ON {schema}.plan_row (year, node, utility)
    WHERE position IS NOT NULL AND until_position IS NULL;
-- What people say about a place or a point over a span; folded from `operations`.
CREATE TABLE {schema}.pinned_note (
    note uuid NOT NULL, version int NOT NULL, place text NOT NULL, point text NOT NULL,
    quantity text NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
    text text NOT NULL, written_by uuid NOT NULL, written_at timestamptz NOT NULL,
    position bigint NOT NULL, until_position bigint, withdrawn boolean NOT NULL DEFAULT false,
    PRIMARY KEY (note, version)
);
CREATE INDEX pinned_note_counting ON {schema}.pinned_note (last_at, first_at)
    WHERE until_position IS NULL;
GRANT SELECT ON {schema}.plan_revision, {schema}.plan_row, {schema}.pinned_note
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.plan_revision, {schema}.plan_row, {schema}.pinned_note
    TO meterline_writer;

-- completeness
-- How the known intervals of a channel and local day came to be, kept by the roll-up.
CREATE TABLE {schema}.completeness_day (
    channel int NOT NULL, day date NOT NULL, measured int NOT NULL, shaped int NOT NULL,
    estimated int NOT NULL, position bigint NOT NULL, PRIMARY KEY (channel, day)
);
CREATE INDEX completeness_day_day ON {schema}.completeness_day (day);
GRANT SELECT ON {schema}.completeness_day TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.completeness_day TO meterline_writer;
-- Days of the past are derived with the next roll-up; on a fresh site there are none.
INSERT INTO {schema}.usage_dirty (channel, day, position)
    SELECT channel, day, max(position) FROM {schema}.usage_block GROUP BY channel, day
    ON CONFLICT DO NOTHING;

-- grants
