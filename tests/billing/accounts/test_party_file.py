"""Parties as files have them: whole, checked, and the same after sealing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from billing.accounts.errors import PartyError
from billing.accounts.party import facts_from, facts_text, iban_fits
from billing.accounts.party_file import party_of_text
from energy.base.secrets import ERASED

FILE = """
legal_name = "Harbour Ltd"
billing_address = "Quay 1"
delivery_address = "Box 7"
city = "Cambridge"
postcode = "CB1 1AA"
country = "GB"
tax_ids = {vat = "GB123456789", uscc = "91310000MA1FL0000X"}
[[contacts]]
name = "Ann Example"
duty = "accounts"
email = "ann@harbour.example"
[mandate]
iban = "GB82 WEST 1234 5698 7654 32"
holder = "Harbour Ltd"
reference = "M-17"
signed_on = 2024-01-05
kind = "b2b"
"""


def test_a_party_file_is_read_whole_and_survives_its_sealed_text() -> None:
    facts = party_of_text(FILE)
    assert facts.tax_ids == (("vat", "GB123456789"), ("uscc", "91310000MA1FL0000X"))
    assert facts.mandate is not None and facts.mandate.business
    assert facts.mandate.iban == "GB82WEST12345698765432"
    assert facts.post_address() == "Box 7"
    assert (facts.city, facts.postcode, facts.country) == ("Cambridge", "CB1 1AA", "GB")
    assert facts.tax_number() == "GB123456789"
    assert facts_from(facts_text(facts)) == facts
    assert facts_from(ERASED) is None
    older = json.loads(facts_text(facts))
    for key in ("city", "postcode", "country"):
        del older[key]
    known = facts_from(json.dumps(older))
    assert known == replace(facts, city="", postcode="", country="")
    short = party_of_text('legal_name = "Mill"\nbilling_address = "Quay 2"\n')
    assert facts_from(facts_text(short)) == short and short.post_address() == "Quay 2"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("GB82 WEST", "GB83 WEST"), "no IBAN"),
        (('legal_name = "Harbour Ltd"', ""), "legal_name: is missing"),
        (("duty =", "office ="), r"contacts\[1\].office: is not known"),
        (("2024-01-05", '"soon"'), "signed_on: must be a day"),
        (("delivery_address", "post_address"), "post_address: is not known"),
    ],
)
def test_every_problem_of_a_party_file_is_told_with_its_place(
    change: tuple[str, str], words: str
) -> None:
    with pytest.raises(PartyError, match=words):
        party_of_text(FILE.replace(*change))


@pytest.mark.parametrize("iban", ["", "GB82", "GB82WEST1234569876543!", "٤٤٤٤٤٤٤٤٤٤٤٤٤٤٤٤"])
def test_what_is_no_iban_is_refused(iban: str) -> None:
    assert not iban_fits(iban)
