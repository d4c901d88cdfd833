-- Incidents and work orders, what they are measured by and done from. Folded from operations.

CREATE TABLE {schema}.service_levels (
    version int PRIMARY KEY, valid_from date NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    published_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.checklist (
    key text PRIMARY KEY, version int NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    published_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.incident (
    incident uuid PRIMARY KEY, number text NOT NULL UNIQUE, origin text NOT NULL,
    about text NOT NULL, what text NOT NULL, level text NOT NULL, levels int NOT NULL,
    second_person boolean NOT NULL, urgency text NOT NULL, place text NOT NULL,
    node text NOT NULL, point text NOT NULL, heard_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL, opened_by uuid NOT NULL, owner uuid NOT NULL, offered uuid,
    state text NOT NULL, responded_at timestamptz, responded_by uuid,
    waits_for text NOT NULL DEFAULT '', problem text NOT NULL DEFAULT '',
    cause text NOT NULL DEFAULT '', words text NOT NULL DEFAULT '',
    changed text NOT NULL DEFAULT '', resolved_at timestamptz, resolved_by uuid,
    closed_at timestamptz, closed_by uuid, parent uuid, open_orders int NOT NULL DEFAULT 0,
    position bigint NOT NULL
);
CREATE INDEX incident_state ON {schema}.incident (state, heard_at);
CREATE INDEX incident_about ON {schema}.incident (origin, about);
-- Spans in which its clock stands still: paused, or resolved and opened again.
CREATE TABLE {schema}.incident_pause (
    incident uuid NOT NULL, begin_at timestamptz NOT NULL, end_at timestamptz,
    waits_for text NOT NULL, position bigint PRIMARY KEY
);
CREATE INDEX incident_pause_of ON {schema}.incident_pause (incident, begin_at);
CREATE TABLE {schema}.work_order (
    work_order uuid PRIMARY KEY, number text NOT NULL UNIQUE, incident uuid, kind text NOT NULL,
    what text NOT NULL, plan text NOT NULL, equipment text NOT NULL, place text NOT NULL,
    node text NOT NULL, point text NOT NULL, since timestamptz NOT NULL, due_at timestamptz,
    level text NOT NULL, levels int NOT NULL, second_person boolean NOT NULL,
    checklist text NOT NULL, items jsonb NOT NULL, answers jsonb NOT NULL DEFAULT '{{}}',
    opened_at timestamptz NOT NULL, opened_by uuid NOT NULL, owner uuid NOT NULL, assigned uuid,
    state text NOT NULL, begun_at timestamptz, waits_for text NOT NULL DEFAULT '',
    done_at timestamptz, done_by uuid, signed_by uuid, reason text NOT NULL DEFAULT '',
    ended_at timestamptz, position bigint NOT NULL
);
CREATE INDEX work_order_state ON {schema}.work_order (state, since);
CREATE INDEX work_order_incident ON {schema}.work_order (incident);
CREATE TABLE {schema}.work_order_part (
    work_order uuid NOT NULL, item text NOT NULL, number bigint NOT NULL, unit text NOT NULL,
    person uuid NOT NULL, position bigint PRIMARY KEY
);
CREATE INDEX work_order_part_of ON {schema}.work_order_part (work_order);
CREATE TABLE {schema}.work_order_time (
    work_order uuid NOT NULL, person uuid NOT NULL, began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL, position bigint PRIMARY KEY
);
CREATE INDEX work_order_time_of ON {schema}.work_order_time (work_order);
CREATE TABLE {schema}.work_order_paper (
    work_order uuid NOT NULL, sha256 text NOT NULL, media_type text NOT NULL,
    person uuid NOT NULL, added_at timestamptz NOT NULL, position bigint PRIMARY KEY
);
CREATE INDEX work_order_paper_of ON {schema}.work_order_paper (work_order);
-- What happened, one row an event, in order of the journal.
CREATE TABLE {schema}.work_fact (
    position bigint PRIMARY KEY, thing uuid NOT NULL, act text NOT NULL, person uuid,
    at timestamptz NOT NULL, told jsonb NOT NULL
);
CREATE INDEX work_fact_thing ON {schema}.work_fact (thing, position);

GRANT SELECT ON {schema}.service_levels, {schema}.checklist, {schema}.incident,
    {schema}.incident_pause, {schema}.work_order, {schema}.work_order_part,
    {schema}.work_order_time, {schema}.work_order_paper, {schema}.work_fact
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.service_levels, {schema}.checklist, {schema}.incident,
    {schema}.incident_pause, {schema}.work_order, {schema}.work_order_part,
    {schema}.work_order_time, {schema}.work_order_paper, {schema}.work_fact TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['service_levels', 'checklist', 'incident', 'incident_pause',
        'work_order', 'work_order_part', 'work_order_time', 'work_order_paper', 'work_fact']
    LOOP
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY everybody ON {schema}.%I USING (true) WITH CHECK (true)',
            name);
        EXECUTE format('CREATE POLICY web_sees ON {schema}.%I AS RESTRICTIVE FOR SELECT '
            'TO meterline_web USING ((SELECT current_setting(''app.scope'', true) = ''staff''))',
            name);
    END LOOP;
END
$$;
