-- Assured events: editions, checklist, what may happen in spite of them. Folded from operations.

CREATE TABLE {schema}.assured_event (
    assured_event uuid PRIMARY KEY, number text NOT NULL UNIQUE, title text NOT NULL,
    begins_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, state text NOT NULL,
    edition int NOT NULL, holds int NOT NULL, spec jsonb NOT NULL, held jsonb,
    rules text[] NOT NULL DEFAULT '{{}}', author uuid NOT NULL, planned_at timestamptz NOT NULL,
    approved_by uuid, approved_at timestamptz, reason text NOT NULL DEFAULT '',
    called_off_by uuid, called_off_at timestamptz, words text NOT NULL DEFAULT '',
    signed_by uuid, signed_at timestamptz, report text, position bigint NOT NULL
);
CREATE INDEX assured_event_begins ON {schema}.assured_event (begins_at);
CREATE TABLE {schema}.assured_event_edition (
    assured_event uuid NOT NULL, edition int NOT NULL, spec jsonb NOT NULL, reason text NOT NULL,
    author uuid NOT NULL, written_at timestamptz NOT NULL, approved_by uuid,
    approved_at timestamptz, position bigint NOT NULL, PRIMARY KEY (assured_event, edition)
);
CREATE TABLE {schema}.assured_event_answer (
    position bigint PRIMARY KEY, assured_event uuid NOT NULL, item text NOT NULL,
    value text NOT NULL, person uuid NOT NULL, told_at timestamptz NOT NULL
);
CREATE INDEX assured_event_answer_of ON {schema}.assured_event_answer (assured_event, position);
CREATE TABLE {schema}.assured_event_allowed (
    position bigint PRIMARY KEY, assured_event uuid NOT NULL, thing uuid NOT NULL,
    called text NOT NULL, reason text NOT NULL, person uuid NOT NULL,
    told_at timestamptz NOT NULL
);
CREATE INDEX assured_event_allowed_of ON {schema}.assured_event_allowed (assured_event, position);

GRANT SELECT ON {schema}.assured_event, {schema}.assured_event_edition,
    {schema}.assured_event_answer, {schema}.assured_event_allowed
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.assured_event, {schema}.assured_event_edition,
    {schema}.assured_event_answer, {schema}.assured_event_allowed TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['assured_event', 'assured_event_edition',
        'assured_event_answer', 'assured_event_allowed']
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
