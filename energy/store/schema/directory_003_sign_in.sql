-- The second factor, locks, devices, rules of a site's sign-in, sessions of several kinds.
-- Placeholders: {schema} is "directory".

-- Sessions made before go on as those of an office.
ALTER TABLE {schema}.session
    ADD COLUMN session uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN site text NOT NULL DEFAULT '', ADD COLUMN kind text NOT NULL DEFAULT 'office',
    ADD COLUMN stage text NOT NULL DEFAULT 'full', ADD COLUMN idle_s int DEFAULT 1800,
    ADD COLUMN agent text NOT NULL DEFAULT '', ADD COLUMN device_hash bytea,
    ADD COLUMN pending_sealed text NOT NULL DEFAULT '',
    ADD COLUMN pin_failures int NOT NULL DEFAULT 0, ADD COLUMN confirmed_until timestamptz;
CREATE INDEX session_person ON {schema}.session (person);
ALTER TABLE {schema}.person ADD COLUMN pin_hash text;

-- Views of the directory's events. last_step is state: the newest code that was taken.
CREATE TABLE {schema}.second_factor (
    person uuid PRIMARY KEY, secret_sealed text NOT NULL, recovery text[] NOT NULL,
    last_step bigint NOT NULL DEFAULT 0, position bigint NOT NULL
);
CREATE TABLE {schema}.sign_in_lock (
    sign_in_digest bytea PRIMARY KEY, until timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.sign_in_rules (
    site text PRIMARY KEY, rules jsonb NOT NULL, position bigint NOT NULL
);
-- Workstations of the command centre and screens on a wall: what is bound, to what, by whom.
CREATE TABLE {schema}.device (
    device uuid PRIMARY KEY, token_hash bytea NOT NULL UNIQUE, kind text NOT NULL,
    site text NOT NULL, name text NOT NULL, view text NOT NULL, addresses text[] NOT NULL,
    enrolled_by uuid NOT NULL, enrolled_at timestamptz NOT NULL,
    ended boolean NOT NULL DEFAULT false, position bigint NOT NULL
);
-- A sign-in at another provider under way: used once, gone after minutes.
CREATE TABLE {schema}.provider_request (
    state_hash bytea PRIMARY KEY, nonce text NOT NULL, verifier text NOT NULL,
    onward text NOT NULL, at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.second_factor, {schema}.sign_in_lock,
    {schema}.sign_in_rules, {schema}.device, {schema}.provider_request
    TO meterline_writer, meterline_web;
