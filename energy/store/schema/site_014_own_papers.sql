-- A tenant sees what its accounts paid at cash desks and the dunning letters they had, by the days on
-- which it has them. The policies ask settings of the transaction alone, as those of site_006.

ALTER POLICY web_sees ON {schema}.cash_taking USING (
    (SELECT current_setting('app.scope', true) = 'staff')
    OR (taken_at AT TIME ZONE (SELECT nullif(current_setting('app.zone', true), '')))::date
        <@ (((SELECT nullif(current_setting('app.accounts', true), '')::jsonb)) ->> account)
            ::datemultirange
);
ALTER POLICY web_sees ON {schema}.dunning USING (
    (SELECT current_setting('app.scope', true) = 'staff')
    OR on_day <@ (((SELECT nullif(current_setting('app.accounts', true), '')::jsonb)) ->> account)
        ::datemultirange
);
