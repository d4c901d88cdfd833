-- What plans of maintenance said before they were changed. Folded from operations.

CREATE TABLE {schema}.maintenance_plan_past (
    position bigint PRIMARY KEY, plan uuid NOT NULL, version integer NOT NULL,
    spec jsonb NOT NULL, changed_at timestamptz NOT NULL, changed_by uuid NOT NULL,
    UNIQUE (plan, version)
);
GRANT SELECT ON {schema}.maintenance_plan_past TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.maintenance_plan_past TO meterline_writer;
ALTER TABLE {schema}.maintenance_plan_past ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.maintenance_plan_past USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.maintenance_plan_past AS RESTRICTIVE FOR SELECT
    TO meterline_web USING ((SELECT current_setting('app.scope', true) = 'staff'));
