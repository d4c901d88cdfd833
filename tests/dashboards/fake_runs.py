"""In: decisions. Out: a made-up run with its exceptions, figures and approval. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from billing.errors import SecondPersonError
from billing.runs.bridge import Bridge, UtilitySum
from billing.runs.decision import Choice, Decision
from billing.runs.errors import SeenOtherwiseError
from billing.runs.exceptions import RunException
from billing.views.reconciliation import Reconciled
from dashboards.queries.rows import Answer
from dashboards.queries.run_rows import ExceptionRow, RunReview
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.units import Utility
from tests.dashboards.fake_bills import FakeBills
from tests.dashboards.fake_energy import OLD_RUN, RUN, SITE

OPENER = id_of("person", "ada")
OPENER = id_of("person", "ada")
FOUND = {
    "codes": ["bill.usage_missing"],
    "findings": 2,
    "from": "2026-06-11T09:00:00+00:00",
    "to": "2026-06-12T17:00:00+00:00",
}


def _found(
    key: str, cause: str, account: str, point: str | None, money: str, **proof: object
) -> RunException:
    return RunException(
        key=key,
        cause=cause,
        account=account,
        point=point,
        money=Decimal(money),
        barred=cause == "missing",
        asked=True,
        proof=proof,
    )


EXCEPTIONS = (
    _found("k1", "loss", "", None, "2210.40", utility="electricity", supplied="512300.000",
           lost="60120.000", unit="kWh", percent="11.7"),
    _found("k2", "outside_band", "A-0002", "cam-b2-elec", "1384.20", last_bills="61.4"),
    _found("k3", "missing", "A-0004", "cam-b4-elec", "1002.11", **FOUND),
    _found("k4", "outside_band", "A-0007", "cam-b7-gas", "322.90", last_bills="-52.0",
           last_year="-55.3"),
    _found("k5", "zero", "A-0009", "cam-b9-elec", "0.00", before=True),
)  # fmt: skip
BRIDGE = Bridge(
    before=Decimal("46110.20"),
    after=Decimal("48213.77"),
    causes={
        "new": Decimal("1310.07"),
        "left": Decimal("-420.10"),
        "volume": Decimal("980.40"),
        "price": Decimal("310.00"),
        "bands": Decimal("-76.80"),
        "corrections": Decimal(0),
        "other": Decimal(0),
    },
    accounts={"A-0012": {"new": Decimal("1310.07")}, "A-0002": {"volume": Decimal("980.40")}},
)


@dataclass
class FakeRuns(FakeBills):
    """What is decided of a run, too; its opener cannot approve it."""

    opener: UUID = OPENER
    decisions: dict[str, Decision] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)

    def _seal(self) -> str:
        told = sorted((key, each.choice.value) for key, each in self.decisions.items())
        return id_of("seal", repr(told)).hex * 2

    def run_review(self, scope: Scope, run: UUID) -> Answer[RunReview] | None:
        scope.demand(Right.READ_BILLS, SITE)
        if run not in (RUN, OLD_RUN):
            return None
        rows = tuple(
            ExceptionRow(
                found=each,
                name=f"Department {int(each.account[2:])}" if each.account else "",
                invoice=id_of("invoice", each.account) if each.account else None,
                line=None if each.barred or not each.account else 1,
                decision=self.decisions.get(each.key),
                decided_by=self._decider(each.key),
            )
            for each in (EXCEPTIONS if run == RUN else ())
        )
        held = {
            row.found.account: row.name
            for row in rows
            if row.decision is not None and row.decision.choice is not Choice.ACCEPT
        }
        barred = {r.found.account: r.name for r in rows if r.found.barred}
        return self._answer(
            RunReview(
                version=2 + len(self.decisions),
                exceptions=rows,
                seal=self._seal(),
                held=held,
                barred={key: name for key, name in barred.items() if key not in held},
                sums=(
                    UtilitySum(
                        utility="electricity", before=Decimal("38000.00"), after=Decimal("39810.12")
                    ),
                    UtilitySum(utility="gas", before=Decimal("8110.20"), after=Decimal("8403.65")),
                    UtilitySum(utility="water", before=None, after=Decimal("12.00")),
                ),
                bridge=BRIDGE if run == RUN else None,
                before="2026-05-01/2026-05-31/all/1" if run == RUN else None,
                reconciliation=(
                    Reconciled(
                        utility=Utility.ELECTRICITY,
                        supplied=512_300_000,
                        billed=440_000_000,
                        own_use=12_180_000,
                        unmetered_supply=False,
                        money=Decimal("39810.12"),
                    ),
                    Reconciled(
                        utility=Utility.GAS,
                        supplied=0,
                        billed=61_000_000,
                        own_use=0,
                        unmetered_supply=True,
                        money=Decimal("8403.65"),
                    ),
                ),
                left_out={"A-0011": ("cam-b11-elec",)} if self.run_state == "issued" else {},
            )
        )

    def _decider(self, key: str) -> str | None:
        decision = self.decisions.get(key)
        return None if decision is None else self.names.get(decision.by, "Ada Byron")

    # ---- commands
    def decide(
        self, run: UUID, by: UUID, choice: Choice, why: str, *, keys: Collection[str],
        command_id: UUID,
    ) -> list[str]:  # fmt: skip
        known = {each.key: each for each in EXCEPTIONS}
        if not set(keys) <= known.keys():
            raise SeenOtherwiseError("2026-06-01/2026-06-30/all/1")
        meant = [
            key
            for key in keys
            if not (known[key].barred and choice is Choice.ACCEPT)
            and (known[key].account or choice is Choice.ACCEPT)
        ]
        for key in meant:
            self.decisions[key] = Decision(
                choice=choice, account=known[key].account, by=by, why=why, alone=True
            )
        return meant

    def approve(self, run: UUID, by: UUID, *, seen: str | None = None, command_id: UUID) -> int:
        if by == self.opener:
            raise SecondPersonError
        if seen != self._seal():
            raise SeenOtherwiseError("2026-06-01/2026-06-30/all/1")
        self.run_state = "approved"
        return 1

    def issue(self, run: UUID, by: UUID, *, command_id: UUID) -> int:
        self.run_state = "issued"
        return 1
