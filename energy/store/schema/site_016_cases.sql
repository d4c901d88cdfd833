-- Supply cases: the steps of each, their pauses, offers and papers. Folded from operations. An
-- applicant sees its own: whose a case is stands in each row that it may see, as the policies ask
-- settings of the transaction alone (see site_006).

CREATE TABLE {schema}.case_plan (
    version int PRIMARY KEY, valid_from date NOT NULL, spec jsonb NOT NULL, author uuid NOT NULL,
    published_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.supply_case (
    supply_case uuid PRIMARY KEY, number text NOT NULL UNIQUE, kind text NOT NULL,
    applicant text NOT NULL, utility text NOT NULL, place text NOT NULL, node text NOT NULL,
    point text NOT NULL, account text NOT NULL, leaving text NOT NULL, capacity_w bigint NOT NULL,
    wanted_on date, asked_at timestamptz NOT NULL, plan int NOT NULL, steps jsonb NOT NULL,
    step text NOT NULL, state text NOT NULL, waits_for text NOT NULL DEFAULT '',
    waits_words text NOT NULL DEFAULT '', lapses_at timestamptz, reason text NOT NULL DEFAULT '',
    work_order uuid, opened_at timestamptz NOT NULL, opened_by uuid NOT NULL, owner uuid NOT NULL,
    offered uuid, ended_at timestamptz, ended_by uuid, position bigint NOT NULL
);
CREATE INDEX supply_case_state ON {schema}.supply_case (state, asked_at);
CREATE INDEX supply_case_applicant ON {schema}.supply_case (applicant);
CREATE TABLE {schema}.supply_case_step (
    supply_case uuid NOT NULL, place int NOT NULL, applicant text NOT NULL,
    asked_at timestamptz NOT NULL, step text NOT NULL, began_at timestamptz NOT NULL,
    ended_at timestamptz, owner uuid NOT NULL, ended_by uuid, words text NOT NULL DEFAULT '',
    result jsonb NOT NULL DEFAULT '{{}}', outcome text NOT NULL DEFAULT '',
    position bigint NOT NULL, PRIMARY KEY (supply_case, place)
);
-- Spans in which its clock stands still; an offer does so until it lapses at the latest.
CREATE TABLE {schema}.supply_case_pause (
    supply_case uuid NOT NULL, applicant text NOT NULL, asked_at timestamptz NOT NULL,
    begin_at timestamptz NOT NULL, end_at timestamptz, until_at timestamptz,
    waits_for text NOT NULL, position bigint PRIMARY KEY
);
CREATE INDEX supply_case_pause_of ON {schema}.supply_case_pause (supply_case, begin_at);
CREATE TABLE {schema}.supply_case_offer (
    supply_case uuid NOT NULL, quotation int NOT NULL, applicant text NOT NULL,
    asked_at timestamptz NOT NULL, spec jsonb NOT NULL, valid_until date NOT NULL,
    lapses_at timestamptz NOT NULL, quoted_at timestamptz NOT NULL, quoted_by uuid NOT NULL,
    accepted_at timestamptz, position bigint NOT NULL, PRIMARY KEY (supply_case, quotation)
);
CREATE TABLE {schema}.supply_case_paper (
    supply_case uuid NOT NULL, sha256 text NOT NULL, media_type text NOT NULL,
    person uuid NOT NULL, added_at timestamptz NOT NULL, position bigint PRIMARY KEY
);
CREATE INDEX supply_case_paper_of ON {schema}.supply_case_paper (supply_case);
-- What happened, one row an event, in order of the journal.
CREATE TABLE {schema}.supply_case_fact (
    position bigint PRIMARY KEY, supply_case uuid NOT NULL, act text NOT NULL, person uuid NOT NULL,
    at timestamptz NOT NULL, words text NOT NULL
);
CREATE INDEX supply_case_fact_of ON {schema}.supply_case_fact (supply_case, position);

DO $$
DECLARE
    staff constant text := '(SELECT current_setting(''app.scope'', true) = ''staff'')';
    tenant constant text := '(SELECT current_setting(''app.scope'', true) = ''tenant'')';
    -- By the party or account that applies; an account on the days on which one has it.
    applies constant text := '((SELECT nullif(current_setting(''app.tenants'', true), '''')::jsonb)'
        ' ? applicant OR (starts_with(applicant, ''account/'') AND (asked_at AT TIME ZONE '
        '(SELECT nullif(current_setting(''app.zone'', true), '''')))::date <@ '
        '(((SELECT nullif(current_setting(''app.accounts'', true), '''')::jsonb)) '
        '->> substr(applicant, 9))::datemultirange))';
    own constant jsonb := jsonb_build_object('case_plan', tenant, 'supply_case', applies,
        'supply_case_step', applies, 'supply_case_pause', applies, 'supply_case_offer', applies);
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['case_plan', 'supply_case', 'supply_case_step',
        'supply_case_pause', 'supply_case_offer', 'supply_case_paper', 'supply_case_fact']
    LOOP
        EXECUTE format('GRANT SELECT ON {schema}.%I TO meterline_writer, meterline_web', name);
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON {schema}.%I TO meterline_writer', name);
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY everybody ON {schema}.%I USING (true) WITH CHECK (true)',
            name);
        EXECUTE format('CREATE POLICY web_sees ON {schema}.%I AS RESTRICTIVE FOR SELECT '
            'TO meterline_web USING (%s)', name, concat_ws(' OR ', staff, own ->> name));
    END LOOP;
END
$$;
