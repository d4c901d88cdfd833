-- Inspections: rules, suspicions, what was found and is billed for it. Folded from operations.

CREATE TABLE {schema}.inspection_rules (
    version int PRIMARY KEY, valid_from date NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    published_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.suspicion (
    suspicion uuid PRIMARY KEY, kind text NOT NULL, about text NOT NULL, utility text NOT NULL,
    first_day date NOT NULL, last_day date NOT NULL, energy bigint NOT NULL,
    figures jsonb NOT NULL, words text NOT NULL, noted_by uuid NOT NULL,
    noted_at timestamptz NOT NULL, state text NOT NULL, reason text NOT NULL DEFAULT '',
    work_order uuid, settled_by uuid, settled_at timestamptz, position bigint NOT NULL
);
CREATE TABLE {schema}.inspection (
    inspection uuid PRIMARY KEY, work_order uuid NOT NULL UNIQUE, number text NOT NULL,
    suspicion uuid NOT NULL, about text NOT NULL, inspectors uuid[] NOT NULL,
    ordered_by uuid NOT NULL, ordered_at timestamptz NOT NULL, state text NOT NULL,
    finding text NOT NULL DEFAULT '', error_percent text, first_day date, last_day date,
    words text NOT NULL DEFAULT '', found_by uuid, found_at timestamptz, missed jsonb,
    proposed_by uuid, proposed_at timestamptz, approved_by uuid, approved_at timestamptz,
    position bigint NOT NULL
);
CREATE TABLE {schema}.inspection_evidence (
    position bigint PRIMARY KEY, inspection uuid NOT NULL, seen_at timestamptz NOT NULL,
    readings text[] NOT NULL, seals text[] NOT NULL, error_percent text NOT NULL,
    words text NOT NULL, person uuid NOT NULL, told_at timestamptz NOT NULL
);
CREATE INDEX inspection_evidence_of ON {schema}.inspection_evidence (inspection, position);

GRANT SELECT ON {schema}.inspection_rules, {schema}.suspicion, {schema}.inspection,
    {schema}.inspection_evidence TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.inspection_rules, {schema}.suspicion,
    {schema}.inspection, {schema}.inspection_evidence TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['inspection_rules', 'suspicion', 'inspection',
        'inspection_evidence']
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
