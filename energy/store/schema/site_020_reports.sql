-- Reports of shifts, days, weeks and incidents: who gets them, each edition. Folded from operations.

CREATE TABLE {schema}.report_plan (
    version int PRIMARY KEY, spec jsonb NOT NULL, by uuid NOT NULL, at timestamptz NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE {schema}.report (
    report uuid NOT NULL, edition int NOT NULL, kind text NOT NULL, span text NOT NULL,
    begin_at timestamptz NOT NULL, end_at timestamptz NOT NULL, due_at timestamptz,
    contents text NOT NULL, sha256 text NOT NULL, positions jsonb NOT NULL,
    changes jsonb NOT NULL, made_at timestamptz NOT NULL, made_by uuid,
    reviewed_by uuid, reviewed_at timestamptz, sent_by uuid, sent_at timestamptz,
    sent_to jsonb NOT NULL DEFAULT '[]', reminded_at timestamptz, late_told_at timestamptz,
    position bigint NOT NULL, PRIMARY KEY (report, edition)
);
CREATE INDEX report_end ON {schema}.report (end_at);
CREATE INDEX report_span ON {schema}.report (kind, span);

GRANT SELECT ON {schema}.report_plan, {schema}.report TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.report_plan, {schema}.report TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['report_plan', 'report']
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
