-- Notices: who may be told, by which words, what was told. Folded from operations, but for the last
-- two tables: who sends now, and receipts whose message nobody knows yet, are state and no facts.

CREATE TABLE {schema}.contact (
    contact uuid PRIMARY KEY, key text NOT NULL UNIQUE, person uuid NOT NULL,
    name_sealed text NOT NULL, addresses jsonb NOT NULL, digests jsonb NOT NULL,
    language text NOT NULL, person_of_directory uuid, acknowledges boolean NOT NULL,
    blocked text NOT NULL DEFAULT '', opted_out jsonb NOT NULL DEFAULT '[]',
    erased boolean NOT NULL DEFAULT false, changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX contact_digests ON {schema}.contact USING gin (digests jsonb_path_ops);
CREATE TABLE {schema}.contact_group (
    key text PRIMARY KEY, members jsonb NOT NULL, changed_at timestamptz NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE {schema}.notice_template (
    key text NOT NULL, version int NOT NULL, wordings jsonb NOT NULL, drafted_by uuid NOT NULL,
    drafted_at timestamptz NOT NULL, reviewed_by uuid, reviewed_at timestamptz,
    position bigint NOT NULL, PRIMARY KEY (key, version)
);
CREATE TABLE {schema}.notice_plan (
    version int PRIMARY KEY, spec jsonb NOT NULL, set_by uuid NOT NULL, set_at timestamptz NOT NULL,
    position bigint NOT NULL
);
-- due_at: when it may first go; not_before: when it is tried next.
CREATE TABLE {schema}.notice (
    notice uuid PRIMARY KEY, subject uuid NOT NULL, about text NOT NULL, template text NOT NULL,
    level int NOT NULL, repeat int NOT NULL, contact uuid NOT NULL, way text NOT NULL,
    severity text NOT NULL, priority int NOT NULL, state text NOT NULL,
    due_at timestamptz NOT NULL, not_before timestamptz NOT NULL, gateway text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '', tries int NOT NULL DEFAULT 0, segments int,
    cost numeric, currency text NOT NULL DEFAULT '', text text NOT NULL DEFAULT '',
    lead uuid, known boolean NOT NULL DEFAULT false, reason text NOT NULL DEFAULT '',
    queued_at timestamptz NOT NULL, handed_at timestamptz, delivered_at timestamptz,
    changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX notice_waiting ON {schema}.notice (way, priority, queued_at) WHERE state = 'queued';
CREATE INDEX notice_subject ON {schema}.notice (subject);
CREATE INDEX notice_reference ON {schema}.notice (gateway, reference) WHERE reference <> '';
CREATE INDEX notice_handed ON {schema}.notice (contact, handed_at) WHERE handed_at IS NOT NULL;
CREATE INDEX notice_queued_at ON {schema}.notice (queued_at);
-- Every try that did not hand a message over.
CREATE TABLE {schema}.notice_try (
    notice uuid NOT NULL, n int NOT NULL, gateway text NOT NULL, outcome text NOT NULL,
    reason text NOT NULL, at timestamptz NOT NULL, position bigint NOT NULL, PRIMARY KEY (notice, n)
);
CREATE INDEX notice_try_at ON {schema}.notice_try (at);
CREATE TABLE {schema}.notice_reply (
    reply uuid PRIMARY KEY, gateway text NOT NULL, way text NOT NULL, contact uuid, person uuid,
    text_sealed text NOT NULL, outcome text NOT NULL, alert uuid, at timestamptz NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE {schema}.notice_claim (
    notice uuid PRIMARY KEY, sender uuid NOT NULL, until timestamptz NOT NULL
);
CREATE TABLE {schema}.notice_receipt (
    gateway text NOT NULL, reference text NOT NULL, state text NOT NULL, at timestamptz NOT NULL,
    key uuid, reason text NOT NULL, came_at timestamptz NOT NULL,
    PRIMARY KEY (gateway, reference, state)
);

DO $grants$
DECLARE named text;
BEGIN
    FOREACH named IN ARRAY ARRAY['contact', 'contact_group', 'notice_template', 'notice_plan',
        'notice', 'notice_try', 'notice_reply', 'notice_claim', 'notice_receipt']
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
