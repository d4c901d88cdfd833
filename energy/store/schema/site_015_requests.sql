-- Requests of tenants at the service desk, articles of its knowledge base. Folded from operations.

CREATE TABLE {schema}.tenant_request (
    request uuid PRIMARY KEY, number text NOT NULL UNIQUE, kind text NOT NULL,
    category text NOT NULL, channel text NOT NULL, tenant text NOT NULL, place text NOT NULL,
    node text NOT NULL, point text NOT NULL, invoice text NOT NULL, enquiry uuid UNIQUE,
    enquiry_words int NOT NULL, person uuid NOT NULL, words_sealed text NOT NULL,
    level text NOT NULL, levels int NOT NULL, second_person boolean NOT NULL,
    heard_at timestamptz NOT NULL, opened_at timestamptz NOT NULL, opened_by uuid NOT NULL,
    owner uuid NOT NULL, claimed boolean NOT NULL, offered uuid,
    escalations int NOT NULL DEFAULT 0, state text NOT NULL, responded_at timestamptz,
    responded_by uuid, answers int NOT NULL DEFAULT 0, complaint text NOT NULL DEFAULT '',
    justified boolean, unit text NOT NULL DEFAULT '', points int NOT NULL DEFAULT 0,
    judged_at timestamptz, outcome text NOT NULL DEFAULT '', first_contact boolean,
    resolved_at timestamptz, resolved_by uuid, reopened int NOT NULL DEFAULT 0,
    closed_at timestamptz, closed_by uuid, score int, position bigint NOT NULL
);
CREATE INDEX tenant_request_state ON {schema}.tenant_request (state, heard_at);
CREATE INDEX tenant_request_heard ON {schema}.tenant_request (heard_at);
CREATE INDEX tenant_request_tenant ON {schema}.tenant_request (tenant);
-- Spans in which its clock stands still: it waits for the tenant, or was over for a while.
CREATE TABLE {schema}.tenant_request_pause (
    request uuid NOT NULL, begin_at timestamptz NOT NULL, end_at timestamptz,
    position bigint PRIMARY KEY
);
CREATE INDEX tenant_request_pause_of ON {schema}.tenant_request_pause (request, begin_at);
CREATE TABLE {schema}.tenant_request_call (
    call uuid PRIMARY KEY, request uuid NOT NULL, due_at timestamptz NOT NULL,
    person uuid NOT NULL, set_at timestamptz NOT NULL, set_by uuid NOT NULL,
    outcome text NOT NULL DEFAULT '', done_at timestamptz, done_by uuid, position bigint NOT NULL
);
CREATE INDEX tenant_request_call_of ON {schema}.tenant_request_call (request, due_at);
-- Incidents and work orders made from it.
CREATE TABLE {schema}.tenant_request_made (
    thing uuid PRIMARY KEY, request uuid NOT NULL, kind text NOT NULL, number text NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX tenant_request_made_of ON {schema}.tenant_request_made (request);
-- Articles that a tenant was told from, in order of telling.
CREATE TABLE {schema}.tenant_request_article (
    position bigint NOT NULL, article text NOT NULL, version int NOT NULL, request uuid NOT NULL,
    answer int NOT NULL, PRIMARY KEY (position, article)
);
CREATE INDEX tenant_request_article_of ON {schema}.tenant_request_article (article);
-- What happened, one row an event, in order of the journal.
CREATE TABLE {schema}.tenant_request_fact (
    position bigint PRIMARY KEY, request uuid NOT NULL, act text NOT NULL, person uuid NOT NULL,
    at timestamptz NOT NULL, told jsonb NOT NULL, words_sealed text NOT NULL
);
CREATE INDEX tenant_request_fact_of ON {schema}.tenant_request_fact (request, position);
CREATE TABLE {schema}.article (
    key text NOT NULL, version int NOT NULL, title jsonb NOT NULL, text jsonb NOT NULL,
    tags jsonb NOT NULL, written_by uuid NOT NULL, written_at timestamptz NOT NULL,
    reviewed_by uuid, reviewed_at timestamptz, position bigint NOT NULL, PRIMARY KEY (key, version)
);

GRANT SELECT ON {schema}.tenant_request, {schema}.tenant_request_pause,
    {schema}.tenant_request_call, {schema}.tenant_request_made, {schema}.tenant_request_article,
    {schema}.tenant_request_fact, {schema}.article TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.tenant_request, {schema}.tenant_request_pause,
    {schema}.tenant_request_call, {schema}.tenant_request_made, {schema}.tenant_request_article,
    {schema}.tenant_request_fact, {schema}.article TO meterline_writer;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenant_request', 'tenant_request_pause', 'tenant_request_call',
        'tenant_request_made', 'tenant_request_article', 'tenant_request_fact', 'article']
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
