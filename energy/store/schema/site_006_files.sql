-- What came in files: imports of readings, records of prepaid cards.
-- Placeholders: {schema} is the site's schema. Nothing here names another schema (Citus).

-- ---------------------------------------------------------------- view of metering
CREATE TABLE {schema}.file_import (
    stream uuid PRIMARY KEY, file text NOT NULL, sha256 text NOT NULL, octets bigint NOT NULL,
    mapping text NOT NULL, mapping_sha256 text NOT NULL, source text NOT NULL,
    readings bigint NOT NULL, channels int NOT NULL, refused bigint NOT NULL,
    first_at timestamptz NOT NULL, last_at timestamptz NOT NULL, imported_by uuid,
    learned_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX file_import_file ON {schema}.file_import (sha256);

-- ---------------------------------------------------------------- view of books
-- Amounts as the card system printed them; a record is known by (card system, record number).
CREATE TABLE {schema}.ic_card_record (
    system text NOT NULL, record text NOT NULL, card text NOT NULL, meter text NOT NULL,
    kind text NOT NULL, at timestamptz NOT NULL, energy numeric, unit text NOT NULL,
    money numeric, price numeric, remaining numeric, used numeric, currency text NOT NULL,
    file text NOT NULL, file_row bigint NOT NULL, sha256 text NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (system, record)
);
CREATE INDEX ic_card_record_card ON {schema}.ic_card_record (system, card, at);

-- ---------------------------------------------------------------- who may do what
GRANT SELECT ON {schema}.file_import, {schema}.ic_card_record TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.file_import, {schema}.ic_card_record TO meterline_writer;
