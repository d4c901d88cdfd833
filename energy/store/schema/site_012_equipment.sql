-- The register of equipment: what there is, what it is to others, certificates, what happened to
-- it. Folded from operations.

CREATE TABLE {schema}.equipment (
    equipment uuid PRIMARY KEY, number text NOT NULL UNIQUE, kind text NOT NULL,
    name text NOT NULL, place text NOT NULL, maker text NOT NULL, type text NOT NULL,
    serial text NOT NULL, in_service_since date NOT NULL, out_on date,
    out_reason text NOT NULL DEFAULT '', position bigint NOT NULL
);
CREATE TABLE {schema}.equipment_relation (
    position bigint PRIMARY KEY, equipment uuid NOT NULL, relation text NOT NULL,
    about text NOT NULL, valid_from date NOT NULL, valid_to date
);
CREATE INDEX equipment_relation_of ON {schema}.equipment_relation (equipment);
CREATE INDEX equipment_relation_about ON {schema}.equipment_relation (about);
CREATE TABLE {schema}.equipment_certificate (
    certificate uuid PRIMARY KEY, equipment uuid NOT NULL, kind text NOT NULL,
    number text NOT NULL, issued_on date NOT NULL, valid_until date, paper text NOT NULL,
    filed_by uuid NOT NULL, position bigint NOT NULL
);
CREATE INDEX equipment_certificate_of ON {schema}.equipment_certificate (equipment);
CREATE TABLE {schema}.equipment_event (
    position bigint NOT NULL, equipment uuid NOT NULL, at timestamptz NOT NULL, day date,
    what text NOT NULL, person uuid NOT NULL, told jsonb NOT NULL,
    PRIMARY KEY (equipment, position)
);
-- Planned maintenance: the newest version of each plan, and what was done by it.
CREATE TABLE {schema}.maintenance_plan (
    plan uuid PRIMARY KEY, number text NOT NULL UNIQUE, spec jsonb NOT NULL,
    ended_on date, position bigint NOT NULL
);
CREATE TABLE {schema}.maintenance_done (
    position bigint PRIMARY KEY, plan uuid NOT NULL, equipment uuid NOT NULL,
    done_at timestamptz NOT NULL, person uuid NOT NULL, result jsonb NOT NULL
);
CREATE INDEX maintenance_done_of ON {schema}.maintenance_done (plan, equipment, done_at);
GRANT SELECT ON {schema}.equipment, {schema}.equipment_relation, {schema}.equipment_certificate,
    {schema}.equipment_event, {schema}.maintenance_plan, {schema}.maintenance_done
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.equipment, {schema}.equipment_relation,
    {schema}.equipment_certificate, {schema}.equipment_event, {schema}.maintenance_plan,
    {schema}.maintenance_done TO meterline_writer;
ALTER TABLE {schema}.equipment ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.equipment_relation ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.equipment_certificate ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.equipment_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.maintenance_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.maintenance_done ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.equipment USING (true) WITH CHECK (true);
CREATE POLICY everybody ON {schema}.equipment_relation USING (true) WITH CHECK (true);
CREATE POLICY everybody ON {schema}.equipment_certificate USING (true) WITH CHECK (true);
CREATE POLICY everybody ON {schema}.equipment_event USING (true) WITH CHECK (true);
CREATE POLICY everybody ON {schema}.maintenance_plan USING (true) WITH CHECK (true);
CREATE POLICY everybody ON {schema}.maintenance_done USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.equipment AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
CREATE POLICY web_sees ON {schema}.equipment_relation AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
CREATE POLICY web_sees ON {schema}.equipment_certificate AS RESTRICTIVE FOR SELECT
    TO meterline_web USING ((SELECT current_setting('app.scope', true) = 'staff'));
CREATE POLICY web_sees ON {schema}.equipment_event AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
CREATE POLICY web_sees ON {schema}.maintenance_plan AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
CREATE POLICY web_sees ON {schema}.maintenance_done AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
