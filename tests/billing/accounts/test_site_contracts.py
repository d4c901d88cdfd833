"""What a site file agrees with its accounts: told once, every problem with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.accounts.contract import Contract
from billing.accounts.site_accounts import BooksPlan, read_books
from billing.basis.basis import BillingBasis
from tests.billing.samples import TARIFFS

FILE = """
[[tariff]]
file = "campus-electricity.toml"
[[party]]
key = "harbour"
legal_name = "Harbour Ltd"
[party.mandate]
iban = "GB82 WEST 1234 5698 7654 32"
holder = "Harbour Ltd"
reference = "M-1"
signed_on = 2024-01-05
[[account]]
key = "A-1"
name = "Harbour"
address = "Quay 1"
email = "a@harbour.example"
opened_on = 2024-01-01
supplies = [{point = "b2", tariff = "campus-electricity"}]
agreed = [
  {point = "b2", name = "contract_demand_kw", value = "120", from = 2024-01-01, contract = "C-1"},
  {point = "b2", name = "quota", unit = "kWh", value = "900.5", from = 2024-01-01, to = 2025-01-01},
]
cycle = [
  {anchor_day = 25, from = 2024-01-01},
  {utility = "heating", months = 12, anchor_month = 4, from = 2024-01-01},
]
roles = [{role = "tenant", party = "harbour", from = 2024-01-01}]
[[account.contracts]]
number = "C-1"
signed_on = 2023-12-01
from = 2024-01-01
utilities = ["electricity"]
[[account.basis]]
point = "b2"
basis = "meter_tariff_registers"
from = 2024-01-01
registers = {t1 = "day"}
"""


def plan(text: str) -> tuple[BooksPlan | None, list[str]]:
    document: dict[str, Any] = tomllib.loads(text)
    return read_books(document, Path(TARIFFS), {"b2": "electricity"})


def test_terms_of_a_site_file_are_told_to_the_contract_once() -> None:
    found, problems = plan(FILE)
    assert problems == [] and found is not None
    assert list(found.parties) == ["harbour"]
    (account,) = found.accounts
    contract = Contract(site="s", account="A-1", command_id=uuid4())

    def command(words: str) -> UUID:
        del words
        return uuid4()

    account.terms.tell(contract, command_id=command)
    told = len(contract.pending_events)
    account.terms.tell(contract, command_id=command)
    assert told == len(contract.pending_events) == 1 + 7
    terms = contract.terms
    assert [each.number for each in terms.contracts] == ["C-1"]
    assert [(each.name, str(each.value)) for each in terms.agreed["b2"]] == [
        ("contract_demand_kw", "120"),
        ("quota", "900.5"),
    ]
    assert terms.bases[0].basis is BillingBasis.METER_TARIFF_REGISTERS
    assert set(terms.cycles) == {"", "heating"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('name = "quota", unit = "kWh"', 'name = "quota"'), "agreed[2].unit: is missing"),
        (("contract_demand_kw", "kw"), "agreed[1].name: 'kw' is none of"),
        (('value = "120"', 'value = "many"'), "agreed[1].value: must be a decimal"),
        (('contract = "C-1"', 'contract = "C-2"'), "agreed[1].contract: 'C-2' is none of C-1"),
        (('point = "b2"\nbasis', 'point = "b9"\nbasis'), "basis[1].point: 'b9' is none of b2"),
        (("to = 2025-01-01", "to = 2023-01-01"), "agreed[2].to: is not behind `from`"),
        (("months = 12", "months = 5"), "cycle[2].months: 5 is none of 1, 2, 3, 12"),
        (("anchor_day = 25", "anchor_day = 29"), "cycle[1].anchor_day: must be a whole number"),
        (('party = "harbour"', 'party = "mill"'), "roles[1].party: 'mill' is none of harbour"),
        (("GB82", "GB83"), "is no IBAN"),
        (("legal_name", "name"), "party[1].legal_name: is missing"),
    ],
)
def test_every_problem_is_told_with_its_place(change: tuple[str, str], words: str) -> None:
    found, problems = plan(FILE.replace(*change))
    assert found is None
    assert any(words in problem for problem in problems), problems
