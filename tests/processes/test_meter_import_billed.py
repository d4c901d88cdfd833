"""No bill rests on a multiplier of a table until somebody has proven it at the meter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from adapters.own_files import use_own_files
from billing.accounts.account import Supply
from billing.errors import HeldRunError
from billing.office import BillingOffice
from billing.views.books import books_follower
from energy.base.ids import id_of
from energy.metering.reading import Reading
from energy.views.unproven import MULTIPLIER_UNPROVEN
from processes.meter_import import import_meters
from processes.technician_prove import prove_multiplier
from processes.technician_values import Remarks
from tests.billing.samples import ISSUER, TARIFFS
from tests.fixtures.field import Field
from tests.processes.test_meter_import import AT_WORK, SHOP, findings, table

pytestmark = pytest.mark.servers
CLERK, APPROVER = UUID(int=1), UUID(int=2)
FIRST, LAST = date(2019, 1, 1), date(2019, 1, 3)
START = datetime(2019, 1, 1, tzinfo=UTC)
SLOTS = 3 * 96
BUILT_IN = next(Path("adapters/modbus").rglob("abb_b23_b24.toml"))


@pytest.fixture
def delivering(tmp_path: Path) -> Iterator[str]:
    """A profile whose billed register holds the use of the last interval."""
    text = BUILT_IN.read_text(encoding="utf-8").replace('"abb_b23_b24"', '"own_intervals"')
    folder = tmp_path / "own" / "profiles"
    folder.mkdir(parents=True)
    changed = text.replace('kind = "counter"', 'kind = "interval"', 1)
    (folder / "own_intervals.toml").write_text(changed, encoding="utf-8")
    use_own_files(tmp_path / "own")
    yield "own_intervals"
    use_own_files(None)


class Bills:
    """The billing office of the technician's site, with one account."""

    def __init__(self, field: Field) -> None:
        self.field, site = field, field.site
        self.follow = books_follower(site.writer, site.schema, site.clock)
        vault = field.system.vault
        self.office = BillingOffice(site.writer, site.site, site.clock, vault, view_timeout_s=0.2)
        self.office.name_issuer(ISSUER, command_id=id_of("issuer"))
        text = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
        self.office.publish_tariff(text, command_id=id_of("tariff"), by=None)
        begun = date(2018, 1, 1)
        self.office.open_account(
            account="A-1",
            name="Tenant",
            address="1 Road",
            email="tenant@town.example",
            language="en",
            opened_on=begun,
            supplies=[
                Supply(point="shop-1", tariff="campus-electricity", valid_from=begun, valid_to=None)
            ],
            command_id=id_of("account"),
        )

    def rate(self, name: str) -> UUID:
        """Open and rate a run over three days."""
        run = self.office.open_run(FIRST, LAST, CLERK, id_of(name))
        self.field.site.project()
        while self.follow.step():
            pass
        self.office.rate(run, command_id=id_of("rate", name))
        return run

    def billed_kwh(self, run: UUID) -> Decimal:
        """Return what a run bills, by its charges. [kWh]."""
        [draft] = self.office.review(run).drafts
        charges = json.loads(draft.document)["supplies"][0]["charges"]
        return sum((Decimal(c["quantity"]) for c in charges if c["period"]), Decimal(0))


@pytest.mark.parametrize("kind", ["counter", "interval"])
def test_an_unproven_meter_is_held_and_billed_right_by_a_new_run_once_it_is_proven(
    field: Field, port: int, kind: str, delivering: str
) -> None:
    row = {**SHOP, **AT_WORK, "unit": "2", "start": ""}
    row |= {"quantities": "active_energy_import,active_energy_export"}
    row |= {"profile": delivering} if kind == "interval" else {}
    import_meters(field.desk(port), table(row), dry_run=False, partial=False)
    kinds = field.site.rows("SELECT kind FROM {s}.channel ORDER BY number")
    assert kinds == [(kind,), ("counter",)]
    assert [found.key.channel for found in findings(field)] == [1, 2]
    field.site.clock.move_to(START + timedelta(days=31))
    field.site.accept(
        *(
            Reading(
                channel=1,
                at=START + timedelta(minutes=15 * slot),
                count=10 if kind == "interval" else 10 * slot,
            )
            for slot in range(SLOTS + 1)
        )
    )
    bills = Bills(field)
    held = bills.rate("unproven")
    [draft] = bills.office.review(held).drafts
    assert MULTIPLIER_UNPROVEN in {found.code for found in draft.findings}
    with pytest.raises(HeldRunError, match="A-1"):
        bills.office.approve(held, APPROVER)
    bills.office.abandon(held, CLERK, "not proven", command_id=id_of("abandon"))
    prove_multiplier(field.desk(port), "shop-1", (), field.sighted(port, 40), Remarks())
    assert findings(field) == []
    run = bills.rate("proven")
    assert bills.billed_kwh(run) == Decimal(SLOTS * 10 * 40) / 100
    bills.office.approve(run, APPROVER)
    assert bills.office.issue(run, CLERK) == ["CAM-2019-000001"]
