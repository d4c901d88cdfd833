-- Patrol rounds: their plan, who walked which one, what was read. Folded from operations.

CREATE TABLE {schema}.patrol_plan (
    version int PRIMARY KEY, valid_from date NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    published_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.patrol_round (
    patrol_round uuid PRIMARY KEY, key text NOT NULL, due_at timestamptz NOT NULL,
    version int NOT NULL, owner uuid NOT NULL, started_at timestamptz NOT NULL,
    ended_at timestamptz, position bigint NOT NULL, UNIQUE (key, due_at)
);
CREATE INDEX patrol_round_due ON {schema}.patrol_round (due_at);
CREATE TABLE {schema}.patrol_value (
    position bigint PRIMARY KEY, patrol_round uuid NOT NULL, stop text NOT NULL,
    value text NOT NULL, entry text NOT NULL, counts boolean NOT NULL, said text NOT NULL,
    read_at timestamptz NOT NULL, outside boolean NOT NULL, reason text NOT NULL,
    note text NOT NULL, person uuid NOT NULL, told_at timestamptz NOT NULL
);
CREATE INDEX patrol_value_of ON {schema}.patrol_value (patrol_round, position);
CREATE TABLE {schema}.patrol_skip (
    position bigint PRIMARY KEY, patrol_round uuid NOT NULL, stop text NOT NULL,
    reason text NOT NULL, person uuid NOT NULL, told_at timestamptz NOT NULL
);
CREATE INDEX patrol_skip_of ON {schema}.patrol_skip (patrol_round, position);
CREATE TABLE {schema}.patrol_raised (
    position bigint PRIMARY KEY, patrol_round uuid NOT NULL, stop text NOT NULL,
    value text NOT NULL, kind text NOT NULL, thing uuid NOT NULL, number text NOT NULL,
    person uuid NOT NULL, told_at timestamptz NOT NULL
);
CREATE INDEX patrol_raised_of ON {schema}.patrol_raised (patrol_round, position);

GRANT SELECT ON {schema}.patrol_plan, {schema}.patrol_round, {schema}.patrol_value,
    {schema}.patrol_skip, {schema}.patrol_raised TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.patrol_plan, {schema}.patrol_round,
    {schema}.patrol_value, {schema}.patrol_skip, {schema}.patrol_raised TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['patrol_plan', 'patrol_round', 'patrol_value', 'patrol_skip',
        'patrol_raised']
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
