-- The shared schema: sites, people, sessions. Run by `db migrate` as meterline_owner.
-- Placeholders: {schema} is "directory".

CREATE SCHEMA {schema};

CREATE TABLE {schema}.migration (
    scope text NOT NULL, number int NOT NULL, name text NOT NULL, sha256 text NOT NULL,
    applied_at timestamptz NOT NULL, PRIMARY KEY (scope, number)
);
CREATE TABLE {schema}.setting (name text PRIMARY KEY, value text NOT NULL);

-- Event store of the application "directory" (sites, users, roles, sign-ins).
CREATE TABLE {schema}.journal_head (
    application text PRIMARY KEY, position bigint NOT NULL DEFAULT 0,
    learned_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO {schema}.journal_head (application) VALUES ('directory');
CREATE TABLE {schema}.directory_events (
    originator_id uuid NOT NULL, originator_version bigint NOT NULL,
    topic text NOT NULL, state bytea NOT NULL, notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX directory_events_position ON {schema}.directory_events (notification_id);
CREATE TABLE {schema}.follower (
    name text PRIMARY KEY, position bigint NOT NULL DEFAULT 0,
    state jsonb NOT NULL DEFAULT '{{}}', updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE {schema}.parked (
    follower text NOT NULL, position bigint NOT NULL, error text NOT NULL,
    parked_at timestamptz NOT NULL, resolved_at timestamptz, PRIMARY KEY (follower, position)
);

-- Keys of personal fields: outside every journal; erasing a person deletes the row.
CREATE TABLE {schema}.person_key (person uuid PRIMARY KEY, wrapped_key bytea NOT NULL);

-- View of the directory's events.
CREATE TABLE {schema}.site (
    key text PRIMARY KEY, schema_name text NOT NULL UNIQUE, name text NOT NULL, zone text NOT NULL,
    currency text NOT NULL, language text NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE {schema}.person (
    person uuid PRIMARY KEY, sign_in_digest bytea NOT NULL UNIQUE, name_sealed text NOT NULL,
    sign_in_sealed text NOT NULL, password_hash text NOT NULL, must_change boolean NOT NULL,
    roles text[] NOT NULL, language text NOT NULL, disabled boolean NOT NULL DEFAULT false,
    position bigint NOT NULL
);

-- Sessions are state, not facts: sign-in and sign-out are events, the rows here come and go.
CREATE TABLE {schema}.session (
    token_hash bytea PRIMARY KEY, person uuid NOT NULL, created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, address text NOT NULL,
    csrf text NOT NULL
);
CREATE TABLE {schema}.sign_in_failure (
    sign_in_digest bytea NOT NULL, address text NOT NULL, at timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_at ON {schema}.sign_in_failure (at);

GRANT USAGE ON SCHEMA {schema} TO meterline_writer, meterline_web, meterline_sealer;
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO meterline_writer, meterline_web, meterline_sealer;
REVOKE SELECT ON {schema}.person_key, {schema}.person, {schema}.session, {schema}.sign_in_failure
    FROM meterline_sealer;
GRANT INSERT ON {schema}.directory_events TO meterline_writer, meterline_web;
GRANT UPDATE ON {schema}.journal_head TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.follower, {schema}.parked, {schema}.site, {schema}.person
    TO meterline_writer;
GRANT INSERT ON {schema}.person_key TO meterline_writer, meterline_web;
GRANT DELETE ON {schema}.person_key TO meterline_writer;
GRANT INSERT, UPDATE, DELETE ON {schema}.session, {schema}.sign_in_failure TO meterline_web, meterline_writer;
GRANT INSERT, UPDATE ON {schema}.person TO meterline_web;
