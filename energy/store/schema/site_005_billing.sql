-- Billing: tariffs, accounts, bill runs, prepaid and desk, money in, papers.

-- Calendars of day classes and prices of months, each with the place in the books that told it.

ALTER TABLE {schema}.tariff_version ADD COLUMN golden jsonb,
    ADD COLUMN withdrawn_position bigint, ADD COLUMN withdrawn_reason text;
-- Each version of a year; as known at a position the newest one up to it counts.
CREATE TABLE {schema}.calendar_year (
    calendar text NOT NULL, year int NOT NULL, position bigint NOT NULL, document jsonb NOT NULL,
    sha256 text NOT NULL, reason text NOT NULL, published_by uuid, published_at timestamptz NOT NULL,
    PRIMARY KEY (calendar, year, position)
);
-- One row a month; a correction is another row.
CREATE TABLE {schema}.price_row (
    price_table text NOT NULL, month text NOT NULL, position bigint NOT NULL,
    prices jsonb NOT NULL, sha256 text NOT NULL, reason text NOT NULL, published_by uuid,
    published_at timestamptz NOT NULL, PRIMARY KEY (price_table, month, position)
);
GRANT SELECT ON {schema}.calendar_year, {schema}.price_row TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.calendar_year, {schema}.price_row TO meterline_writer;

-- Who the accounts are, what is agreed with them, what register readings their bills took.

-- Every act on a contract with its journal position: what held as known then follows.
CREATE TABLE {schema}.contract_act (
    position bigint PRIMARY KEY, account text NOT NULL, topic text NOT NULL, facts jsonb NOT NULL,
    command uuid NOT NULL, at timestamptz NOT NULL
);
CREATE INDEX contract_act_account ON {schema}.contract_act (account, position);
-- Tenants, owners, payers; facts sealed under the party's own key. What changed keeps its row.
CREATE TABLE {schema}.party (
    party text NOT NULL, person uuid NOT NULL, facts_sealed text NOT NULL, position bigint NOT NULL,
    until_position bigint, PRIMARY KEY (party, position)
);
CREATE TABLE {schema}.deposit (
    deposit uuid PRIMARY KEY, account text NOT NULL, key text NOT NULL, currency text NOT NULL,
    asked numeric NOT NULL, paid numeric NOT NULL, applied numeric NOT NULL,
    refunded numeric NOT NULL, refund_asked numeric NOT NULL, asked_on date NOT NULL,
    due_on date NOT NULL, reason text NOT NULL, position bigint NOT NULL
);
CREATE INDEX deposit_account ON {schema}.deposit (account);
-- Days of points on issued invoices; a credit note frees them.
CREATE TABLE {schema}.billed_days (
    invoice uuid NOT NULL, account text NOT NULL, point text NOT NULL, first_day date NOT NULL,
    last_day date NOT NULL, position bigint NOT NULL, until_position bigint,
    PRIMARY KEY (invoice, point, first_day)
);
CREATE INDEX billed_days_account ON {schema}.billed_days (account, first_day);
-- Readings that issued invoices took for a midnight, where registers are billed: taken again.
CREATE TABLE {schema}.billed_reading (
    invoice uuid NOT NULL, point text NOT NULL, day date NOT NULL, at timestamptz NOT NULL,
    position bigint NOT NULL, until_position bigint, PRIMARY KEY (invoice, point, day)
);
CREATE INDEX billed_reading_point ON {schema}.billed_reading (point, day);
-- What was folded before these tables were there.
INSERT INTO {schema}.billed_days
SELECT (told -> 'invoice' ->> '_data_')::uuid, account.account, days ->> 'point',
    (days -> 'first_day' ->> '_data_')::date, (days -> 'last_day' ->> '_data_')::date, position, NULL
FROM (SELECT notification_id AS position, originator_id, convert_from(state, 'UTF8')::jsonb AS told
    FROM {schema}.books_events WHERE topic = 'account.billed' AND notification_id <= (
        SELECT coalesce(max(position), 0) FROM {schema}.follower WHERE name = 'books')) AS event
JOIN (SELECT originator_id, convert_from(state, 'UTF8')::jsonb ->> 'account' AS account
    FROM {schema}.books_events WHERE topic = 'account.opened') AS account USING (originator_id)
CROSS JOIN LATERAL jsonb_array_elements(told -> 'points') AS days;
GRANT SELECT ON {schema}.contract_act, {schema}.party, {schema}.deposit, {schema}.billed_days,
    {schema}.billed_reading TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.contract_act, {schema}.party, {schema}.deposit,
    {schema}.billed_days, {schema}.billed_reading TO meterline_writer;

-- Bill runs that are decided about, and what is learned after the issue.

-- kinds of documents, and what followed them
ALTER TABLE {schema}.invoice ADD COLUMN kind text NOT NULL DEFAULT 'invoice',
    ADD COLUMN corrects text, ADD COLUMN credited_by text;
CREATE INDEX invoice_issued ON {schema}.invoice (first_day, last_day) WHERE state = 'issued';

-- proposals of corrections, one row each; the document is what would be drafted now
CREATE TABLE {schema}.bill_correction (
    invoice uuid NOT NULL, proposal int NOT NULL, number text NOT NULL, account text NOT NULL,
    state text NOT NULL, mode text, total numeric NOT NULL, causes jsonb NOT NULL,
    document text NOT NULL, metering_position bigint NOT NULL, books_position bigint NOT NULL,
    raised_by uuid, raised_at timestamptz NOT NULL, decided_by uuid, decided_at timestamptz,
    why text NOT NULL DEFAULT '', applied_to uuid, position bigint NOT NULL,
    decided_position bigint, PRIMARY KEY (invoice, proposal)
);
CREATE INDEX bill_correction_waiting ON {schema}.bill_correction (account, state);

-- what people decided about a run's exceptions, one row a decision and exception
CREATE TABLE {schema}.run_decision (
    run uuid NOT NULL, position bigint NOT NULL, exception text NOT NULL, cause text NOT NULL,
    account text NOT NULL, decision text NOT NULL, why text NOT NULL, decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL, PRIMARY KEY (run, position, exception)
);
GRANT SELECT ON {schema}.bill_correction, {schema}.run_decision TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.bill_correction, {schema}.run_decision TO meterline_writer;

-- Prepaid accounts, work orders on supplies, prepaid cards, cash desks. Folded from the books; see
-- billing/views/prepaid.py, prepaid_cards.py and cash_desk.py.

-- server prepaid: the account, and everything that moved its balance
CREATE TABLE {schema}.prepaid_account (
    account text PRIMARY KEY, first_day date NOT NULL, every text NOT NULL, currency text NOT NULL,
    state text NOT NULL, ended_on date, settled_to timestamptz, connected boolean NOT NULL,
    credit numeric NOT NULL, credit_until timestamptz, position bigint NOT NULL
);
-- Above zero it raises the balance. Effective when it concerns, recorded when it was learned: the
-- balance at an instant, as known on another, is one sum.
CREATE TABLE {schema}.prepaid_entry (
    position bigint NOT NULL, item int NOT NULL, account text NOT NULL, kind text NOT NULL,
    effective_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL, amount numeric NOT NULL,
    document text NOT NULL, told text NOT NULL, PRIMARY KEY (position, item)
);
CREATE INDEX prepaid_entry_account ON {schema}.prepaid_entry (account, effective_at);
CREATE TABLE {schema}.prepaid_month (
    account text NOT NULL, first_day date NOT NULL, last_day date NOT NULL,
    settled numeric NOT NULL, settled_to timestamptz, quantities jsonb NOT NULL, invoice text,
    difference numeric, position bigint NOT NULL, PRIMARY KEY (account, first_day)
);
CREATE TABLE {schema}.prepaid_warning (
    position bigint NOT NULL, item int NOT NULL, account text NOT NULL, kind text NOT NULL,
    level numeric NOT NULL, balance numeric NOT NULL, days_left int, warned_at timestamptz NOT NULL,
    recovered_at timestamptz, PRIMARY KEY (position, item)
);
CREATE INDEX prepaid_warning_account ON {schema}.prepaid_warning (account, kind, level)
    WHERE recovered_at IS NULL;
-- work orders: cut or restore a supply
CREATE TABLE {schema}.supply_order (
    supply_order uuid PRIMARY KEY, account text NOT NULL, number int NOT NULL, kind text NOT NULL,
    points text[] NOT NULL, state text NOT NULL, balance numeric NOT NULL, reason text NOT NULL,
    bars text[] NOT NULL, handed_to text NOT NULL, valid_until timestamptz, readings jsonb NOT NULL,
    requested_by uuid, approved_by uuid, requested_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX supply_order_account ON {schema}.supply_order (account, number);
-- how a point is paid, and what must never be cut
CREATE TABLE {schema}.point_payment (
    point text NOT NULL, kind text NOT NULL, account text NOT NULL, valid_from date NOT NULL,
    valid_to date, position bigint NOT NULL, PRIMARY KEY (point, account, valid_from)
);
CREATE TABLE {schema}.protected_point (
    point text NOT NULL, kind text NOT NULL, valid_from date NOT NULL, valid_to date,
    note text NOT NULL, position bigint NOT NULL, PRIMARY KEY (point, kind, valid_from)
);

-- card prepaid: points with a card meter, and every sale with what became of it
CREATE TABLE {schema}.card_point (
    point text PRIMARY KEY, account text NOT NULL, tariff text NOT NULL, utility text NOT NULL,
    unit text NOT NULL, serial text NOT NULL, card text, ceiling numeric, state text NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX card_point_card ON {schema}.card_point (card);
CREATE TABLE {schema}.card_sale (
    sale uuid PRIMARY KEY, point text NOT NULL, account text NOT NULL, card text NOT NULL,
    number int NOT NULL, kind text NOT NULL, units numeric NOT NULL, unit text NOT NULL,
    amount numeric NOT NULL, currency text NOT NULL, receipt text NOT NULL, state text NOT NULL,
    attempts int NOT NULL, proof text NOT NULL, sold_on date NOT NULL, sold_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX card_sale_point ON {schema}.card_sale (point, number);

-- cash desk: shifts, and everything taken in them
CREATE TABLE {schema}.desk_shift (
    shift uuid PRIMARY KEY, desk text NOT NULL, number int NOT NULL, person uuid NOT NULL,
    state text NOT NULL, change numeric NOT NULL, currency text NOT NULL,
    opened_at timestamptz NOT NULL, closed_at timestamptz, count jsonb NOT NULL, reason text NOT NULL,
    signed_by uuid, position bigint NOT NULL, UNIQUE (desk, number)
);
CREATE TABLE {schema}.cash_taking (
    taking uuid PRIMARY KEY, shift uuid NOT NULL, desk text NOT NULL, receipt text NOT NULL UNIQUE,
    account text NOT NULL, purpose text NOT NULL, means text NOT NULL, amount numeric NOT NULL,
    currency text NOT NULL, invoice text, sale uuid, state text NOT NULL, reason text NOT NULL,
    taken_by uuid NOT NULL, taken_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX cash_taking_shift ON {schema}.cash_taking (shift);
CREATE INDEX cash_taking_account ON {schema}.cash_taking (account, taken_at);

GRANT SELECT ON {schema}.prepaid_account, {schema}.prepaid_entry, {schema}.prepaid_month,
    {schema}.prepaid_warning, {schema}.supply_order, {schema}.point_payment,
    {schema}.protected_point, {schema}.card_point, {schema}.card_sale, {schema}.desk_shift,
    {schema}.cash_taking TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.prepaid_account, {schema}.prepaid_entry,
    {schema}.prepaid_month, {schema}.prepaid_warning, {schema}.supply_order,
    {schema}.point_payment, {schema}.protected_point, {schema}.card_point, {schema}.card_sale,
    {schema}.desk_shift, {schema}.cash_taking TO meterline_writer;

-- Money in: what is owed and paid, bank entries, dunning, the ledger and its closed months,
-- purchase invoices. All of it is folded from the books; see billing/views/.

-- receivables: open items and what was applied to them
-- Invoices and fees above zero, credit notes below.
CREATE TABLE {schema}.open_item (
    number text PRIMARY KEY, kind text NOT NULL, account text NOT NULL, currency text NOT NULL,
    dated date NOT NULL, due_on date NOT NULL, amount numeric NOT NULL, settled numeric NOT NULL,
    corrects text, cleared_on date, invoice uuid, position bigint NOT NULL
);
CREATE INDEX open_item_account ON {schema}.open_item (account, due_on);
-- Each payment, or whatever else came in for an account.
CREATE TABLE {schema}.payment (
    payment text PRIMARY KEY, account text NOT NULL, amount numeric NOT NULL,
    received_on date NOT NULL, means text NOT NULL, reference text NOT NULL, bank_entry uuid,
    applied numeric NOT NULL, refunded numeric NOT NULL, reversed_on date, position bigint NOT NULL
);
CREATE INDEX payment_account ON {schema}.payment (account, received_on);
-- What takes an item away, day by day: a payment, a credit note, a write-off; backwards below zero.
CREATE TABLE {schema}.item_movement (
    position bigint NOT NULL, n int NOT NULL, account text NOT NULL, item text NOT NULL,
    source text NOT NULL, kind text NOT NULL, on_day date NOT NULL, amount numeric NOT NULL,
    PRIMARY KEY (position, n)
);
CREATE INDEX item_movement_item ON {schema}.item_movement (item, on_day);
CREATE INDEX item_movement_source ON {schema}.item_movement (source);
-- What changes the balance of an account: above zero it owes more.
CREATE TABLE {schema}.account_movement (
    position bigint NOT NULL, n int NOT NULL, account text NOT NULL, on_day date NOT NULL,
    kind text NOT NULL, document text NOT NULL, amount numeric NOT NULL, told text NOT NULL,
    PRIMARY KEY (position, n)
);
CREATE INDEX account_movement_account ON {schema}.account_movement (account, on_day);
CREATE TABLE {schema}.write_off (
    write_off uuid PRIMARY KEY, account text NOT NULL, item text NOT NULL, amount numeric NOT NULL,
    reason text NOT NULL, state text NOT NULL, proposed_by uuid NOT NULL, decided_by uuid,
    on_day date, position bigint NOT NULL
);
-- collection: disputes, letters, plans of payment
CREATE TABLE {schema}.dispute (
    dispute uuid PRIMARY KEY, account text NOT NULL, item text NOT NULL, amount numeric NOT NULL,
    opened_on date NOT NULL, reason text NOT NULL, closed_on date, outcome text,
    position bigint NOT NULL
);
CREATE TABLE {schema}.dunning (
    account text NOT NULL, item text NOT NULL, level int NOT NULL, on_day date NOT NULL,
    position bigint NOT NULL, PRIMARY KEY (account, item, level)
);
CREATE TABLE {schema}.payment_plan (
    plan uuid PRIMARY KEY, account text NOT NULL, items text[] NOT NULL, instalments jsonb NOT NULL,
    agreed_on date NOT NULL, ended_on date, reason text, position bigint NOT NULL
);
CREATE TABLE {schema}.late_fee (
    fee text PRIMARY KEY, item text NOT NULL, until_day date NOT NULL, amount numeric NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX late_fee_item ON {schema}.late_fee (item);

-- bank: entries of statements, names of payers, mandates and what was collected by them
CREATE TABLE {schema}.bank_entry (
    entry uuid PRIMARY KEY, key text NOT NULL, bank_account text NOT NULL, booked_on date NOT NULL,
    amount numeric NOT NULL, currency text NOT NULL, person uuid NOT NULL,
    payer_sealed text NOT NULL, payer_digests text[] NOT NULL, told_sealed text NOT NULL,
    state text NOT NULL, account text, payment text, decided_by uuid, file text NOT NULL,
    file_row int NOT NULL, position bigint NOT NULL
);
CREATE INDEX bank_entry_open ON {schema}.bank_entry (booked_on) WHERE state = 'unmatched';
CREATE TABLE {schema}.payer_alias (
    digest text PRIMARY KEY, account text, position bigint NOT NULL
);
CREATE TABLE {schema}.mandate (
    mandate text PRIMARY KEY, account text NOT NULL, person uuid NOT NULL,
    name_sealed text NOT NULL, iban_sealed text NOT NULL, bic text NOT NULL, signed_on date NOT NULL,
    collected int NOT NULL, ended_on date, position bigint NOT NULL
);
CREATE TABLE {schema}.debit_item (
    item text NOT NULL, collection uuid NOT NULL, mandate text NOT NULL, sequence text NOT NULL,
    due_on date NOT NULL, amount numeric NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (item, collection)
);

-- ledger: double entry, one entry a business event
-- `booked_on` is the day of the books; `concerns_on` the event's own, earlier where that is closed.
CREATE TABLE {schema}.ledger_entry (
    key text PRIMARY KEY, position bigint NOT NULL, booked_on date NOT NULL,
    concerns_on date NOT NULL, what text NOT NULL, party text, document text, currency text NOT NULL
);
CREATE INDEX ledger_entry_day ON {schema}.ledger_entry (booked_on, position);
CREATE INDEX ledger_entry_position ON {schema}.ledger_entry (position);
CREATE TABLE {schema}.ledger_posting (
    key text NOT NULL, n int NOT NULL, account text NOT NULL, detail text NOT NULL,
    amount numeric NOT NULL, PRIMARY KEY (key, n)
);
CREATE TABLE {schema}.ledger_close (
    month date PRIMARY KEY, state text NOT NULL, known_position bigint NOT NULL,
    sha256 text NOT NULL, proposed_by uuid NOT NULL, closed_by uuid, closed_at timestamptz,
    position bigint NOT NULL
);
-- What issued documents bill of each utility, before tax; a credit note takes it back.
CREATE TABLE {schema}.billed_part (
    number text NOT NULL, n int NOT NULL, account text NOT NULL, utility text NOT NULL,
    first_day date NOT NULL, last_day date NOT NULL, net numeric NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (number, n)
);
CREATE INDEX billed_part_days ON {schema}.billed_part (utility, first_day);

-- suppliers: purchase invoices and their check
CREATE TABLE {schema}.purchase_invoice (
    purchase uuid PRIMARY KEY, supplier text NOT NULL, number text NOT NULL, utility text NOT NULL,
    point text NOT NULL, tariff text NOT NULL, dated date NOT NULL, due_on date NOT NULL,
    first_day date NOT NULL, last_day date NOT NULL, currency text NOT NULL, net numeric NOT NULL,
    tax numeric NOT NULL, total numeric NOT NULL, charges jsonb NOT NULL, state text NOT NULL,
    paid numeric NOT NULL, checked jsonb, position bigint NOT NULL
);
CREATE INDEX purchase_invoice_days ON {schema}.purchase_invoice (utility, first_day);

-- What was issued and folded before these tables were there; all of it are invoices.
INSERT INTO {schema}.open_item
SELECT number, 'invoice', account, currency, (document::jsonb ->> 'dated')::date,
    (document::jsonb ->> 'due_on')::date, total, 0, NULL,
    CASE WHEN total = 0 THEN (document::jsonb ->> 'dated')::date END, invoice, position
FROM {schema}.invoice WHERE state = 'issued';
INSERT INTO {schema}.account_movement
SELECT position, 0, account, dated, 'invoice', number, amount, '' FROM {schema}.open_item;
INSERT INTO {schema}.billed_part
SELECT i.number, s.n - 1, i.account, s.told ->> 'utility', (s.told ->> 'first_day')::date,
    (s.told ->> 'last_day')::date, coalesce((SELECT sum((c ->> 'net')::numeric)
        FROM jsonb_array_elements(s.told -> 'charges') AS c), 0), i.position
FROM {schema}.invoice AS i,
    jsonb_array_elements(i.document::jsonb -> 'supplies') WITH ORDINALITY AS s (told, n)
WHERE i.state = 'issued';
WITH side AS (
    SELECT number, 0 AS rank, 'receivable' AS account, '' AS detail, amount FROM {schema}.open_item
    UNION ALL SELECT number, 1, 'revenue', utility, -sum(net) FROM {schema}.billed_part
        GROUP BY number, utility
    UNION ALL SELECT number, 2, 'tax_payable', '', -tax FROM {schema}.invoice WHERE state = 'issued'
), every AS (
    SELECT * FROM side UNION ALL
    SELECT number, 3, 'rounding', '', -sum(amount) FROM side GROUP BY number
), booked AS (
    SELECT 'invoice.issued/' || e.originator_id || '/' || e.originator_version AS key, i.number,
        i.position, (i.document::jsonb ->> 'dated')::date AS dated, i.account, i.currency
    FROM {schema}.invoice AS i JOIN {schema}.books_events AS e
        ON e.originator_id = i.invoice AND e.topic = 'invoice.issued'
    WHERE i.state = 'issued' AND EXISTS (
        SELECT FROM every WHERE every.number = i.number AND every.amount <> 0)
), posted AS (
    INSERT INTO {schema}.ledger_posting
    SELECT booked.key, row_number() OVER (PARTITION BY booked.key ORDER BY rank, detail) - 1,
        every.account, every.detail, every.amount
    FROM every JOIN booked USING (number) WHERE every.amount <> 0
)
INSERT INTO {schema}.ledger_entry
SELECT key, position, dated, dated, 'invoice.issued', account, number, currency FROM booked;

GRANT SELECT ON {schema}.open_item, {schema}.payment, {schema}.item_movement,
    {schema}.account_movement, {schema}.write_off, {schema}.dispute, {schema}.dunning,
    {schema}.payment_plan, {schema}.late_fee, {schema}.bank_entry, {schema}.payer_alias,
    {schema}.mandate, {schema}.debit_item, {schema}.ledger_entry, {schema}.ledger_posting,
    {schema}.ledger_close, {schema}.billed_part, {schema}.purchase_invoice
    TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.open_item, {schema}.payment, {schema}.item_movement,
    {schema}.account_movement, {schema}.write_off, {schema}.dispute, {schema}.dunning,
    {schema}.payment_plan, {schema}.late_fee, {schema}.bank_entry, {schema}.payer_alias,
    {schema}.mandate, {schema}.debit_item, {schema}.ledger_entry, {schema}.ledger_posting,
    {schema}.ledger_close, {schema}.billed_part, {schema}.purchase_invoice
    TO meterline_writer;

-- Papers on their way, and what the tax platform is asked for. All of it is folded from the books;
-- see billing/views/documents.py.

-- delivery: where papers go, what is queued, printed, handed out, mailed
CREATE TABLE {schema}.delivery_stop (
    account text PRIMARY KEY, building text NOT NULL, round text NOT NULL, stop int NOT NULL,
    way text NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.print_paper (
    batch text NOT NULL, number text NOT NULL, invoice uuid NOT NULL, account text NOT NULL,
    building text NOT NULL, round text NOT NULL, stop int NOT NULL, state text NOT NULL,
    queued_at timestamptz NOT NULL, printed_at timestamptz, handed_out_at timestamptz,
    note text NOT NULL DEFAULT '', position bigint NOT NULL, PRIMARY KEY (batch, number)
);
CREATE INDEX print_paper_number ON {schema}.print_paper (number);
CREATE TABLE {schema}.document_mail (
    mail uuid PRIMARY KEY, number text NOT NULL, invoice uuid NOT NULL, account text NOT NULL,
    state text NOT NULL, attempts int NOT NULL, reply text NOT NULL, queued_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE INDEX document_mail_waiting ON {schema}.document_mail (queued_at) WHERE state = 'queued';

-- fapiao: one row a request, and which bills it holds
CREATE TABLE {schema}.fapiao_request (
    key text PRIMARY KEY, colour text NOT NULL, account text NOT NULL, currency text NOT NULL,
    total numeric NOT NULL, takes_back text NOT NULL, state text NOT NULL, number text,
    issued_on date, asked_at timestamptz NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.fapiao_bill (
    key text NOT NULL, bill text NOT NULL, amount numeric NOT NULL, tax numeric NOT NULL,
    PRIMARY KEY (key, bill)
);
CREATE INDEX fapiao_bill_bill ON {schema}.fapiao_bill (bill);
GRANT SELECT ON {schema}.delivery_stop, {schema}.print_paper, {schema}.document_mail,
    {schema}.fapiao_request, {schema}.fapiao_bill TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.delivery_stop, {schema}.print_paper,
    {schema}.document_mail, {schema}.fapiao_request, {schema}.fapiao_bill TO meterline_writer;
