-- Switching orders: templates, orders, their steps and permits, what happened. Folded from operations.

CREATE TABLE {schema}.switching_template (
    key text NOT NULL, version int NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    drafted_at timestamptz NOT NULL, reviewed_by uuid, reviewed_at timestamptz,
    position bigint NOT NULL, PRIMARY KEY (key, version)
);
CREATE TABLE {schema}.switching_order (
    switching_order uuid PRIMARY KEY, number text NOT NULL UNIQUE, about text NOT NULL,
    reason text NOT NULL, begins_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
    operator uuid NOT NULL, guardian uuid NOT NULL, template text NOT NULL, version int NOT NULL,
    name jsonb NOT NULL, permit_after int NOT NULL, undoes uuid, request jsonb NOT NULL,
    state text NOT NULL, author uuid NOT NULL, written_at timestamptz NOT NULL,
    approved_by uuid, approved_at timestamptz, released_by uuid, released_at timestamptz,
    words text NOT NULL DEFAULT '', undo jsonb NOT NULL DEFAULT '[]', back uuid,
    ended_by uuid, ended_at timestamptz, position bigint NOT NULL
);
CREATE INDEX switching_order_begins ON {schema}.switching_order (begins_at);
CREATE TABLE {schema}.switching_step (
    switching_order uuid NOT NULL, step int NOT NULL, spec jsonb NOT NULL, state text NOT NULL,
    told_by uuid, told_at timestamptz, read_back_by uuid, read_back_at timestamptz,
    skipped_by uuid, skipped_at timestamptz, reason text NOT NULL DEFAULT '',
    position bigint NOT NULL, PRIMARY KEY (switching_order, step)
);
CREATE TABLE {schema}.switching_permit (
    switching_order uuid NOT NULL, permit int NOT NULL, what text NOT NULL, place text NOT NULL,
    earthed_at text NOT NULL, holder uuid NOT NULL, valid_until timestamptz NOT NULL,
    given_by uuid NOT NULL, given_at timestamptz NOT NULL, returned_by uuid,
    returned_at timestamptz, reason text NOT NULL DEFAULT '', position bigint NOT NULL,
    PRIMARY KEY (switching_order, permit)
);
-- What happened, one row an event, in order of the journal.
CREATE TABLE {schema}.switching_fact (
    position bigint PRIMARY KEY, switching_order uuid NOT NULL, act text NOT NULL,
    person uuid NOT NULL, at timestamptz NOT NULL, step int, words text NOT NULL
);
CREATE INDEX switching_fact_order ON {schema}.switching_fact (switching_order, position);

GRANT SELECT ON {schema}.switching_template, {schema}.switching_order, {schema}.switching_step,
    {schema}.switching_permit, {schema}.switching_fact TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.switching_template, {schema}.switching_order,
    {schema}.switching_step, {schema}.switching_permit, {schema}.switching_fact
    TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['switching_template', 'switching_order', 'switching_step',
        'switching_permit', 'switching_fact']
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
