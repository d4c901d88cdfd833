-- Duty: the plan, rosters with their changes, leave, swaps, shift log, handovers. From operations.

CREATE TABLE {schema}.duty_plan (
    version int PRIMARY KEY, spec jsonb NOT NULL, by uuid NOT NULL, at timestamptz NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE {schema}.roster (
    roster uuid PRIMARY KEY, first_day date NOT NULL, last_day date NOT NULL,
    shifts jsonb NOT NULL, version int NOT NULL, drafted_by uuid NOT NULL,
    drafted_at timestamptz NOT NULL, published_by uuid, published_at timestamptz,
    position bigint NOT NULL
);
CREATE INDEX roster_days ON {schema}.roster (last_day, first_day);
CREATE TABLE {schema}.roster_slot (
    roster uuid NOT NULL, day date NOT NULL, shift text NOT NULL, post text NOT NULL,
    person uuid, cause text NOT NULL DEFAULT '', position bigint NOT NULL,
    PRIMARY KEY (roster, day, shift, post)
);
CREATE INDEX roster_slot_day ON {schema}.roster_slot (day);
CREATE TABLE {schema}.roster_change (
    position bigint NOT NULL, item int NOT NULL, roster uuid NOT NULL, version int NOT NULL,
    day date NOT NULL, shift text NOT NULL, post text NOT NULL, before uuid, after uuid,
    cause text NOT NULL, reason text NOT NULL, reference uuid, by uuid NOT NULL,
    at timestamptz NOT NULL, PRIMARY KEY (position, item)
);
CREATE INDEX roster_change_day ON {schema}.roster_change (day);
CREATE TABLE {schema}.leave_request (
    leave uuid PRIMARY KEY, person uuid NOT NULL, first_day date NOT NULL, last_day date NOT NULL,
    state text NOT NULL, asked_by uuid NOT NULL, asked_at timestamptz NOT NULL,
    decided_by uuid, decided_at timestamptz, withdrawn_by uuid, withdrawn_at timestamptz,
    position bigint NOT NULL
);
CREATE INDEX leave_request_days ON {schema}.leave_request (last_day, first_day);
CREATE TABLE {schema}.duty_swap (
    swap uuid PRIMARY KEY, person uuid NOT NULL, slot text NOT NULL, other uuid NOT NULL,
    back text NOT NULL, state text NOT NULL, offered_at timestamptz NOT NULL,
    ended_by uuid, ended_at timestamptz, position bigint NOT NULL
);
CREATE TABLE {schema}.shift_entry (
    entry uuid PRIMARY KEY, text text NOT NULL, open boolean NOT NULL, by uuid NOT NULL,
    at timestamptz NOT NULL, closed_text text NOT NULL DEFAULT '', closed_by uuid,
    closed_at timestamptz, position bigint NOT NULL
);
CREATE INDEX shift_entry_at ON {schema}.shift_entry (at);
CREATE INDEX shift_entry_open ON {schema}.shift_entry (at) WHERE open;
CREATE TABLE {schema}.handover (
    handover uuid PRIMARY KEY, post text NOT NULL, state text NOT NULL,
    since timestamptz NOT NULL, goes uuid NOT NULL, offered_at timestamptz NOT NULL,
    comes uuid, signed_at timestamptz, points jsonb NOT NULL, alerts jsonb NOT NULL,
    outages jsonb NOT NULL, position bigint NOT NULL
);
CREATE INDEX handover_post ON {schema}.handover (post, offered_at);
GRANT SELECT ON {schema}.duty_plan TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.duty_plan TO meterline_writer;
ALTER TABLE {schema}.duty_plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.duty_plan USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.duty_plan AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.roster TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.roster TO meterline_writer;
ALTER TABLE {schema}.roster ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.roster USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.roster AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.roster_slot TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.roster_slot TO meterline_writer;
ALTER TABLE {schema}.roster_slot ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.roster_slot USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.roster_slot AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.roster_change TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.roster_change TO meterline_writer;
ALTER TABLE {schema}.roster_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.roster_change USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.roster_change AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.leave_request TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.leave_request TO meterline_writer;
ALTER TABLE {schema}.leave_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.leave_request USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.leave_request AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.duty_swap TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.duty_swap TO meterline_writer;
ALTER TABLE {schema}.duty_swap ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.duty_swap USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.duty_swap AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.shift_entry TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.shift_entry TO meterline_writer;
ALTER TABLE {schema}.shift_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.shift_entry USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.shift_entry AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
GRANT SELECT ON {schema}.handover TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.handover TO meterline_writer;
ALTER TABLE {schema}.handover ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {schema}.handover USING (true) WITH CHECK (true);
CREATE POLICY web_sees ON {schema}.handover AS RESTRICTIVE FOR SELECT TO meterline_web
    USING ((SELECT current_setting('app.scope', true) = 'staff'));
