-- Contingency plans, their activations and drills. Folded from operations.

CREATE TABLE {schema}.contingency_plan (
    key text NOT NULL, version int NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    written_at timestamptz NOT NULL, reviewed_by uuid, reviewed_at timestamptz,
    position bigint NOT NULL, PRIMARY KEY (key, version)
);
CREATE TABLE {schema}.contingency_activation (
    activation uuid PRIMARY KEY, number text NOT NULL UNIQUE, key text NOT NULL,
    version int NOT NULL, spec jsonb NOT NULL, drill boolean NOT NULL, reason text NOT NULL,
    incident text NOT NULL, activated_at timestamptz NOT NULL, activated_by uuid NOT NULL,
    closed_at timestamptz, closed_by uuid, words text NOT NULL DEFAULT '',
    position bigint NOT NULL
);
CREATE INDEX contingency_activation_of ON {schema}.contingency_activation (key, activated_at);
CREATE TABLE {schema}.contingency_fact (
    position bigint PRIMARY KEY, activation uuid NOT NULL, act text NOT NULL, item int NOT NULL,
    result text NOT NULL, words text NOT NULL, at timestamptz NOT NULL, person uuid NOT NULL,
    told_at timestamptz NOT NULL
);
CREATE INDEX contingency_fact_of ON {schema}.contingency_fact (activation, position);

GRANT SELECT ON {schema}.contingency_plan, {schema}.contingency_activation,
    {schema}.contingency_fact TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.contingency_plan, {schema}.contingency_activation,
    {schema}.contingency_fact TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['contingency_plan', 'contingency_activation', 'contingency_fact']
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
