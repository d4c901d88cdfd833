-- What an applicant is shown of its supply cases: by functions that tell no word of the office, nobody
-- who worked on it, and not which account paid before. The tables themselves are the office's.
-- A function's words name tables when they are asked: a rebuild may swap the tables below them.

CREATE FUNCTION {schema}.is_own_case(supply_case uuid, applicant text, asked_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(CASE current_setting('app.scope', true)
        WHEN 'tenant' THEN (nullif(current_setting('app.tenants', true), '')::jsonb ? $2)
            OR (starts_with($2, 'account/')
                AND ($3 AT TIME ZONE nullif(current_setting('app.zone', true), ''))::date
                    <@ (nullif(current_setting('app.accounts', true), '')::jsonb
                        ->> substr($2, 9))::datemultirange)
        WHEN 'applicant' THEN $1::text = current_setting('app.case', true)
    END, false)
$$;

CREATE FUNCTION {schema}.own_case()
RETURNS TABLE (supply_case uuid, number text, kind text, applicant text, utility text,
    capacity_w bigint, wanted_on date, asked_at timestamptz, plan int, spec jsonb, steps jsonb,
    step text, state text, waits_for text, lapses_at timestamptz, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.supply_case, c.number, c.kind, c.applicant, c.utility, c.capacity_w, c.wanted_on,
        c.asked_at, c.plan, p.spec, c.steps, c.step, c.state, c.waits_for, c.lapses_at, c.reason
    FROM {schema}.supply_case AS c JOIN {schema}.case_plan AS p ON p.version = c.plan
    WHERE {schema}.is_own_case(c.supply_case, c.applicant, c.asked_at)
$$;

CREATE FUNCTION {schema}.own_case_step()
RETURNS TABLE (supply_case uuid, place int, step text, began_at timestamptz,
    ended_at timestamptz, outcome text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.supply_case, s.place, s.step, s.began_at, s.ended_at, s.outcome
    FROM {schema}.supply_case_step AS s
    WHERE {schema}.is_own_case(s.supply_case, s.applicant, s.asked_at)
$$;

CREATE FUNCTION {schema}.own_case_pause()
RETURNS TABLE (supply_case uuid, begin_at timestamptz, end_at timestamptz,
    until_at timestamptz, waits_for text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.supply_case, p.begin_at, p.end_at, p.until_at, p.waits_for
    FROM {schema}.supply_case_pause AS p
    WHERE {schema}.is_own_case(p.supply_case, p.applicant, p.asked_at)
$$;

CREATE FUNCTION {schema}.own_case_offer()
RETURNS TABLE (supply_case uuid, quotation int, spec jsonb, valid_until date,
    lapses_at timestamptz, quoted_at timestamptz, accepted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.supply_case, o.quotation, o.spec, o.valid_until, o.lapses_at, o.quoted_at,
        o.accepted_at
    FROM {schema}.supply_case_offer AS o
    WHERE {schema}.is_own_case(o.supply_case, o.applicant, o.asked_at)
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['own_case', 'own_case_step', 'own_case_pause', 'own_case_offer']
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION {schema}.%I() FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION {schema}.%I() TO meterline_web', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['case_plan', 'supply_case', 'supply_case_step',
        'supply_case_pause', 'supply_case_offer']
    LOOP
        EXECUTE format('ALTER POLICY web_sees ON {schema}.%I USING '
            '((SELECT current_setting(''app.scope'', true) = ''staff''))', name);
    END LOOP;
END
$$;

-- What is over is offered to nobody any more.
UPDATE {schema}.supply_case SET offered = NULL WHERE state = 'done' AND offered IS NOT NULL;
