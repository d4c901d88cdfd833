"""In: entries. Out: a camt.053 document, for tests. Pure."""

from __future__ import annotations

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def entry(
    amount: str,
    *,
    sign: str = "CRDT",
    status: str = "<Sts><Cd>BOOK</Cd></Sts>",
    day: str = "<BookgDt><Dt>2019-02-05</Dt></BookgDt>",
    reference: str = "R-1",
    details: str = "",
    currency: str = "GBP",
) -> str:
    """Return an entry."""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}{day}'
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def details(
    told: str, *, name: str = "Mill Ltd", amount: str = "", end_to_end: str = "NOTPROVIDED"
) -> str:
    """Return the details of a transaction that a debtor made."""
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>{amount}"
        f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>GB29NWBK60161331926819</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{told}</Ustrd></RmtInf></TxDtls>"
    )


def document(*entries: str, account: str = "<IBAN>GB33BUKB20201555555555</IBAN>") -> bytes:
    """Return a document with one statement."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}"><BkToCstmrStmt>'
        f"<Stmt><Acct><Id>{account}</Id></Acct>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
