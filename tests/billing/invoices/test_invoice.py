"""A draft may change; an issued invoice never does."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from billing.canonical import sha256_of
from billing.errors import InvoiceIssuedError
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Addressee, Invoice, InvoiceState, invoice_id
from tests.billing.samples import invoice_facts

COMMAND, OTHER = UUID(int=1), UUID(int=2)
TENANT = Addressee(name="Laboratory", address="West Road")
DRAFT = draft_invoice(invoice_facts())


def drafted() -> Invoice:
    return Invoice(
        site="cambridge",
        run=UUID(int=9),
        key="2019-01-01/2019-01-31/all/1",
        account="A-0002",
        first_day=invoice_facts().first_day,
        last_day=invoice_facts().last_day,
        currency="GBP",
        document=DRAFT.document,
        provenance=DRAFT.provenance,
        findings=[],
        command_id=COMMAND,
    )


def issued() -> Invoice:
    invoice = drafted()
    invoice.issue(number="CAM-2019-000001", addressee=TENANT, command_id=OTHER)
    return invoice


def test_its_id_follows_from_site_run_and_account() -> None:
    assert drafted().id == invoice_id("cambridge", "2019-01-01/2019-01-31/all/1", "A-0002")


def test_a_draft_bears_neither_number_nor_names() -> None:
    document = json.loads(drafted().document)
    assert document["number"] is None
    assert document["account"]["name"] is None


def test_issuing_adds_number_and_addressee_and_nothing_else() -> None:
    before, after = json.loads(drafted().document), json.loads(issued().document)
    assert after.pop("number") == "CAM-2019-000001"
    assert after["account"].pop("name") == "Laboratory"
    assert after["account"].pop("address") == "West Road"
    before.pop("number")
    before["account"].pop("name")
    before["account"].pop("address")
    assert after == before
    assert issued().sha256 == sha256_of(issued().document)


def test_an_issued_invoice_cannot_be_issued_or_drafted_again() -> None:
    invoice = issued()
    kept = (invoice.document, invoice.number, invoice.version)
    with pytest.raises(InvoiceIssuedError, match="credit note"):
        invoice.issue(number="CAM-2019-000002", addressee=TENANT, command_id=OTHER)
    with pytest.raises(InvoiceIssuedError):
        invoice.redraft(document="{}", provenance="{}", findings=[], command_id=OTHER)
    assert (invoice.document, invoice.number, invoice.version) == kept
    assert len(invoice.pending_events) == 2


@pytest.mark.parametrize(
    "name", ["document", "number", "state", "sha256", "account", "provenance", "currency"]
)
def test_no_part_of_an_issued_invoice_can_be_set(name: str) -> None:
    with pytest.raises(InvoiceIssuedError):
        setattr(issued(), name, "changed")


def test_even_the_event_of_a_change_is_refused() -> None:
    invoice = issued()
    with pytest.raises(InvoiceIssuedError):
        invoice.trigger_event(
            Invoice.Redrafted, document="{}", provenance="{}", findings=[], command_id=OTHER
        )
    assert invoice.document == issued().document


def test_the_same_draft_again_is_no_event() -> None:
    invoice = drafted()
    invoice.redraft(
        document=DRAFT.document, provenance=DRAFT.provenance, findings=[], command_id=OTHER
    )
    assert len(invoice.pending_events) == 1
    invoice.redraft(document="{}", provenance="{}", findings=[], command_id=OTHER)
    assert invoice.document == "{}"
    assert invoice.state is InvoiceState.DRAFT
