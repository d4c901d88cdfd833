-- What the web process may see: all for staff, its own for a tenant, else nothing; enquiries.

-- Questions of tenants to the billing office, with what was said; folded from the books.
CREATE TABLE {schema}.enquiry (
    enquiry uuid PRIMARY KEY, account text NOT NULL, subject text NOT NULL, key text NOT NULL,
    charge int, person uuid NOT NULL, state text NOT NULL, asked_on date NOT NULL,
    asked_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX enquiry_account ON {schema}.enquiry (account, asked_at);
CREATE TABLE {schema}.enquiry_word (
    enquiry uuid NOT NULL, n int NOT NULL, account text NOT NULL, asked_on date NOT NULL,
    person uuid NOT NULL, of_office boolean NOT NULL, words_sealed text NOT NULL,
    said_at timestamptz NOT NULL, position bigint NOT NULL, PRIMARY KEY (enquiry, n)
);
GRANT SELECT ON {schema}.enquiry, {schema}.enquiry_word TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.enquiry, {schema}.enquiry_word TO meterline_writer;

-- Row security, see energy/store/wall.py and docs/decisions/0066. Every policy asks settings of the
-- transaction alone: nothing hangs on a table that a rebuild swaps. The first policy of a table
-- leaves all other roles as they were, the second restricts the role of the web process. Left out
-- are positions, and the raw readings: row security allows no COPY, by which they come in.
DO $walls$
DECLARE
    staff constant text := '(SELECT current_setting(''app.scope'', true) = ''staff'')';
    accounts constant text := '(SELECT nullif(current_setting(''app.accounts'', true), '''')::jsonb)';
    channels constant text := '(SELECT nullif(current_setting(''app.channels'', true), '''')::jsonb)';
    points constant text := '(SELECT nullif(current_setting(''app.points'', true), '''')::jsonb)';
    zone constant text := '(SELECT current_setting(''app.zone'', true))';
    own_account constant text := '(' || accounts || ') ? account';
    own_day constant text := '%I <@ ((' || accounts || ') ->> account)::datemultirange';
    own_usage constant text := 'day <@ ((' || channels || ') ->> channel::text)::datemultirange';
    own constant jsonb := jsonb_build_object(
        'account', own_account,
        'account_channel', own_account,
        'prepaid_account', own_account || ' AND upper_inf(((' || accounts
            || ') ->> account)::datemultirange)',
        'channel', '(' || points || ') ? point',
        'meter', '(' || points || ') ? point',
        'usage_block', own_usage,
        'usage_day', own_usage,
        'invoice', 'number IS NOT NULL AND ' || format(own_day, 'last_day'),
        'open_item', format(own_day, 'dated'),
        'payment', format(own_day, 'received_on'),
        'account_movement', format(own_day, 'on_day'),
        'prepaid_month', format(own_day, 'first_day'),
        'prepaid_entry', '(effective_at AT TIME ZONE ' || zone || ')::date <@ (('
            || accounts || ') ->> account)::datemultirange',
        'enquiry', format(own_day, 'asked_on'),
        'enquiry_word', format(own_day, 'asked_on')
    );
    named text;
BEGIN
    FOR named IN SELECT relname FROM pg_class
        WHERE relnamespace = '{schema}'::regnamespace AND relkind IN ('r', 'p')
            AND NOT relispartition
            AND relname <> ALL (ARRAY['journal_head', 'follower', 'reading', 'batch_index'])
    LOOP
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', named);
        EXECUTE format(
            'CREATE POLICY everybody ON {schema}.%I USING (true) WITH CHECK (true)', named);
        EXECUTE format(
            'CREATE POLICY web_sees ON {schema}.%I AS RESTRICTIVE FOR SELECT TO meterline_web '
            'USING (%s)', named, concat_ws(' OR ', staff, own ->> named));
    END LOOP;
END
$walls$;

-- The web process may tell the journal of metering what people say: what they read from displays
-- (decisions/0069) and what they decide about doubt (decisions/0070). What devices say, meters,
-- ratios, findings and marks come by the writer alone.
GRANT INSERT ON {schema}.metering_events TO meterline_web;
CREATE POLICY web_enters ON {schema}.metering_events AS RESTRICTIVE FOR INSERT TO meterline_web
    WITH CHECK (
        (topic = 'readings.entered' AND originator_version = 1)
        OR topic IN ('case.decided', 'correction.proposed', 'correction.approved',
            'correction.rejected', 'readings.estimated')
    );
ALTER POLICY web_head ON {schema}.journal_head USING (application IN ('metering', 'operations', 'books'));
