"""A camt file gives its booked entries, whole; a hostile one gives an error and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.bank.camt import read_camt
from billing.receivables.errors import PaymentError
from tests.billing.bank.camt import NAMESPACE, details, document, entry


def test_a_booked_entry_is_read_with_payer_text_and_reference() -> None:
    (found,) = read_camt(document(entry("120.50", details=details("CAM-2019-000001"))), "f.xml")
    assert (found.bank_account, found.reference) == ("GB33BUKB20201555555555", "R-1")
    assert (found.booked_on, found.amount, found.currency) == (
        date(2019, 2, 5),
        Decimal("120.50"),
        "GBP",
    )
    assert (found.payer, found.payer_account) == ("Mill Ltd", "GB29NWBK60161331926819")
    assert (found.told, found.end_to_end) == ("CAM-2019-000001", "")


def test_money_out_is_below_zero_and_what_is_only_announced_is_left_out() -> None:
    octets = document(
        entry("5.00", sign="DBIT"),
        entry("9.00", status="<Sts><Cd>PDNG</Cd></Sts>"),
        entry("7.00", status="<Sts>BOOK</Sts>", day="<BookgDt><DtTm>2019-02-06T10:00:00+01:00"
              "</DtTm></BookgDt>"),
    )  # fmt: skip
    assert [each.amount for each in read_camt(octets, "f")] == [-5, 7]


def test_a_sum_of_transactions_gives_one_entry_each_where_all_amounts_are_told() -> None:
    parts = [
        details("A", amount=f'<AmtDtls><TxAmt><Amt Ccy="GBP">{amount}</Amt></TxAmt></AmtDtls>')
        for amount in ("10.00", "20.00")
    ]
    found = read_camt(document(entry("30.00", details="".join(parts))), "f")
    assert [(each.reference, each.amount) for each in found] == [("R-1/1", 10), ("R-1/2", 20)]
    (whole,) = read_camt(document(entry("31.00", details="".join(parts))), "f")
    assert (whole.amount, whole.payer) == (31, "")  # the parts do not add up: one entry, nobody's


def test_a_returned_debit_is_told_as_one() -> None:
    returned = entry("5.00", sign="DBIT", details="<TxDtls><RtrInf/></TxDtls>")
    (found,) = read_camt(document(returned), "f")
    assert found.returned


ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>&x;</IBAN></Id></Acct>'
    "</Stmt></BkToCstmrStmt></Document>"
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + f']><Document xmlns="{NAMESPACE}">&j;</Document>'
)


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        (b"", "no readable XML"),
        (b"Booked;Amount\n", "no readable XML"),
        (b"\x00\xff" * 50, "no readable XML"),
        (document(entry("1.00"))[:-20], "no readable XML"),
        (ENTITY.encode(), "DOCTYPE"),
        (LAUGHS.encode(), "DOCTYPE|no readable XML"),
        (b"<html/>", "no camt"),
        (document(entry("1.00")).replace(b"camt.053", b"pain.001"), "no camt"),
        (document(entry("1.00")).replace(b"Stmt>", b"Other>"), "no statement"),
        (document(entry("1.00"), account=""), "names no account"),
        (document(entry("1,00")), "<Amt> '1,00'"),
        (document(entry("-1.00")), "<Amt> '-1.00'"),
        (document(entry("1e5")), "<Amt> '1e5'"),
        (document(entry("1.00", currency="pounds")), "<Amt>"),
        (document(entry("1.00", sign="BOTH")), "<CdtDbtInd> 'BOTH'"),
        (document(entry("1.00", day="")), "<BookgDt>"),
        (document(entry("1.00", day="<BookgDt><Dt>2019-02-31</Dt></BookgDt>")), "<BookgDt>"),
    ],
)
def test_a_hostile_file_is_refused_whole_with_its_cause(octets: bytes, cause: str) -> None:
    with pytest.raises(PaymentError, match=cause) as error:
        read_camt(octets, "bank.xml")
    assert "bank.xml" in str(error.value)
