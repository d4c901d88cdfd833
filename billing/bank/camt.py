"""In: the octets of a camt.053 (or .052, .054) file. Out: its booked entries. Pure.

Reads no network and no other file: a document with a DOCTYPE is refused before anything of it is
looked at, entities are never resolved. An entry that a bank books as a sum of several transactions
gives one entry each where every amount is told; else it stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from billing.bank.statement import StatementEntry
from billing.receivables.errors import PaymentError

MOST_OCTETS = 50 * 1024 * 1024
MOST_ENTRIES = 20_000
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.\d{3}\.\d{2}")
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,5})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_NOTHING = ("NOTPROVIDED", "NONREF")


def read_camt(octets: bytes, name: str) -> list[StatementEntry]:
    """Return the booked entries of a camt file; all of them or none.

    Args:
        octets: Content of the file.
        name: Of the file, for messages.

    Raises:
        PaymentError: It is no such file, is too large, or an entry cannot be read.
    """
    if len(octets) > MOST_OCTETS:
        raise PaymentError.of("camt_large", name=name, most=MOST_OCTETS // 1024**2)
    root = _root(octets, name)
    found: list[StatementEntry] = []
    statements = [each for kind in _STATEMENTS for each in _all(root, kind)]
    if not statements:
        raise PaymentError.of("camt_no_statement", name=name)
    for statement in statements:
        account = _first(statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
        if not account:
            raise PaymentError.of("camt_no_account", name=name)
        for entry in statement.iterfind("{*}Ntry"):
            if _first(entry, "Sts/Cd", "Sts") not in ("", "BOOK"):
                continue  # announced, not booked
            found += _entries(entry, account, name)
            if len(found) > MOST_ENTRIES:
                raise PaymentError.of("camt_many", name=name, most=MOST_ENTRIES)
    return found


def _root(octets: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PaymentError.of("camt_xml", name=name, cause=str(error)[:200]) from error
    if root.getroottree().docinfo.doctype:
        raise PaymentError.of("camt_doctype", name=name)
    if not _NAMESPACE.fullmatch(etree.QName(root).namespace or ""):
        raise PaymentError.of("camt_kind", name=name, root=str(root.tag)[:100])
    return root


def _entries(entry: etree._Element, account: str, name: str) -> Iterator[StatementEntry]:
    row = int(str(entry.sourceline or 0))
    whole, currency = _amount(entry, name, row)
    sign = _sign(entry, name, row)
    booked_on = _day(entry, name, row)
    reference = _first(entry, "AcctSvcrRef", "NtryRef")
    parts = list(entry.iterfind("{*}NtryDtls/{*}TxDtls"))
    amounts = [_part_amount(part, name, row) for part in parts]
    told = [amount for amount in amounts if amount is not None]
    apart = len(parts) > 1 and len(told) == len(parts)
    apart = apart and all(of == currency for _, of in told)
    apart = apart and sum((amount for amount, _ in told), Decimal(0)) == whole
    returned = _first(entry, "RvslInd") in ("true", "1")
    for number, part in enumerate(parts if apart or len(parts) == 1 else [entry], 1):
        amount = told[number - 1][0] if apart else whole
        own = _first(part, "Refs/AcctSvcrRef") if apart else ""
        other = "Dbtr" if sign > 0 else "Cdtr"
        yield StatementEntry(
            bank_account=account,
            reference=own or (f"{reference}/{number}" if apart and reference else reference),
            booked_on=booked_on,
            amount=sign * amount,
            currency=currency,
            payer=_first(
                part,
                f"RltdPties/Ultmt{other}/Nm",
                f"RltdPties/Ultmt{other}/Pty/Nm",
                f"RltdPties/{other}/Nm",
                f"RltdPties/{other}/Pty/Nm",
            ),
            payer_account=_first(
                part, f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id"
            ),
            told=_told(part) or _first(entry, "AddtlNtryInf"),
            end_to_end=_reference(part),
            returned=returned or part.find("{*}RtrInf") is not None,
            row=row,
        )


def _part_amount(part: etree._Element, name: str, row: int) -> tuple[Decimal, str] | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = _find(part, path)
        if found is not None:
            return _money(found, name, row)
    return None


def _amount(entry: etree._Element, name: str, row: int) -> tuple[Decimal, str]:
    found = _find(entry, "Amt")
    if found is None:
        raise PaymentError.of("camt_entry", name=name, row=row, cause="<Amt>")
    return _money(found, name, row)


def _money(found: etree._Element, name: str, row: int) -> tuple[Decimal, str]:
    text, currency = (found.text or "").strip(), found.get("Ccy") or ""
    if not _AMOUNT.fullmatch(text) or not _CURRENCY.fullmatch(currency):
        raise PaymentError.of("camt_entry", name=name, row=row, cause=f"<Amt> {text[:40]!r}")
    return Decimal(text), currency


def _sign(entry: etree._Element, name: str, row: int) -> int:
    told = _first(entry, "CdtDbtInd")
    if told not in ("CRDT", "DBIT"):
        raise PaymentError.of("camt_entry", name=name, row=row, cause=f"<CdtDbtInd> {told[:20]!r}")
    return 1 if told == "CRDT" else -1


def _day(entry: etree._Element, name: str, row: int) -> date:
    told = _first(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    try:
        return datetime.fromisoformat(told).date() if "T" in told else date.fromisoformat(told[:10])
    except ValueError as error:
        cause = f"<BookgDt> {told[:30]!r}"
        raise PaymentError.of("camt_entry", name=name, row=row, cause=cause) from error


def _told(part: etree._Element) -> str:
    texts = [each.text or "" for each in part.iterfind("{*}RmtInf/{*}Ustrd")]
    texts.append(_first(part, "RmtInf/Strd/CdtrRefInf/Ref"))
    texts.append(_first(part, "RmtInf/Strd/RfrdDocInf/Nb"))
    return " ".join(" ".join(texts).split())


def _reference(part: etree._Element) -> str:
    told = _first(part, "Refs/EndToEndId")
    return "" if told in _NOTHING else told


def _find(element: etree._Element, path: str) -> etree._Element | None:
    return element.find("/".join(f"{{*}}{step}" for step in path.split("/")))


def _first(element: etree._Element, *paths: str) -> str:
    for path in paths:
        found = _find(element, path)
        if found is not None and found.text and found.text.strip():
            return " ".join(found.text.split())
    return ""


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iterfind(f".//{{*}}{name}"))
