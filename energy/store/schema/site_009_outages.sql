-- Planned outages: what is planned, which version holds, who is affected. Folded from operations.

CREATE TABLE {schema}.outage (
    outage uuid PRIMARY KEY, about text NOT NULL, version int NOT NULL, holds int NOT NULL,
    reason text NOT NULL, begins_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
    held_from timestamptz, held_to timestamptz, nodes jsonb NOT NULL DEFAULT '[]',
    accounts jsonb NOT NULL DEFAULT '[]', unreached jsonb NOT NULL DEFAULT '[]',
    author uuid NOT NULL, reviewed_by uuid, reviewed_at timestamptz,
    cancelled_by uuid, cancelled_at timestamptz, position bigint NOT NULL
);
CREATE INDEX outage_begins ON {schema}.outage (begins_at);
GRANT SELECT ON {schema}.outage TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.outage TO meterline_writer;
ALTER TABLE {schema}.outage ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.outage USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.outage AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
