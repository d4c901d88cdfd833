-- The whole life of an alert: unknown, assigned, shelved, suppressed, with its parent, closed.

ALTER TABLE {schema}.alert
    ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN key text NOT NULL DEFAULT '',
    ADD COLUMN about text NOT NULL DEFAULT '', ADD COLUMN cuts boolean NOT NULL DEFAULT false,
    ADD COLUMN parent uuid, ADD COLUMN lost_at timestamptz,
    ADD COLUMN assigned_to uuid, ADD COLUMN assigned_by uuid, ADD COLUMN assigned_at timestamptz,
    ADD COLUMN shelved_until timestamptz, ADD COLUMN shelved_by uuid,
    ADD COLUMN shelf_reason text NOT NULL DEFAULT '',
    ADD COLUMN suppressed jsonb NOT NULL DEFAULT '{{}}',
    ADD COLUMN level int NOT NULL DEFAULT 0, ADD COLUMN escalated_at timestamptz,
    ADD COLUMN closed_at timestamptz, ADD COLUMN closed_by uuid,
    ADD COLUMN cause text NOT NULL DEFAULT '', ADD COLUMN words text NOT NULL DEFAULT '';
-- Before people closed alerts, what was cleared was at its end.
UPDATE {schema}.alert SET closed_at = cleared_at;
UPDATE {schema}.alert AS a SET about = f.about FROM {schema}.alert_finding AS f
    WHERE f.alert = a.alert;
CREATE INDEX alert_standing ON {schema}.alert (raised_at) WHERE closed_at IS NULL;
CREATE INDEX alert_cleared ON {schema}.alert (cleared_at);
CREATE INDEX alert_of_rule ON {schema}.alert (rule);
CREATE INDEX alert_shelved ON {schema}.alert (shelved_until) WHERE shelved_until IS NOT NULL;
CREATE INDEX alert_parent ON {schema}.alert (parent) WHERE parent IS NOT NULL;

-- Maintenance and planned outages: what is expected of a node, a metering point or a source.
CREATE TABLE {schema}.suppression (
    suppression uuid PRIMARY KEY, why text NOT NULL, about text NOT NULL, reason text NOT NULL,
    begins_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, person uuid NOT NULL,
    ended_at timestamptz, position bigint NOT NULL
);
CREATE INDEX suppression_standing ON {schema}.suppression (ends_at) WHERE ended_at IS NULL;
GRANT SELECT ON {schema}.suppression TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.suppression TO meterline_writer;
ALTER TABLE {schema}.suppression ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.suppression USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.suppression AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));

-- Silences of the sound, of which the newest counts, and tests of what screens play.
CREATE TABLE {schema}.alarm_silence (
    silence bigint PRIMARY KEY, begins_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
    by uuid NOT NULL, ended_at timestamptz, ended_by uuid, position bigint NOT NULL
);
CREATE TABLE {schema}.sound_test (
    test uuid PRIMARY KEY, screen text NOT NULL, begun_at timestamptz NOT NULL,
    begun_by uuid NOT NULL, heard_at timestamptz, heard_by uuid, position bigint NOT NULL
);
CREATE INDEX sound_test_begun ON {schema}.sound_test (begun_at);
DO $grants$
DECLARE named text;
BEGIN
    FOREACH named IN ARRAY ARRAY['alarm_silence', 'sound_test']
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.%I TO meterline_writer', named);
        EXECUTE format('GRANT SELECT ON {schema}.%I TO meterline_web', named);
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', named);
        EXECUTE format('CREATE POLICY everybody ON {schema}.%I USING (true) WITH CHECK (true)', named);
        EXECUTE format('CREATE POLICY web_sees ON {schema}.%I AS RESTRICTIVE FOR SELECT TO '
            'meterline_web USING ((SELECT current_setting(''app.scope'', true) = ''staff''))', named);
    END LOOP;
END
$grants$;
