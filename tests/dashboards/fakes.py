"""In: nothing. Out: a made-up campus behind the ports of the screens. Pure.

Twelve buildings, a day with a hole, an estimated stretch, open alerts, a rated run and an issued
one: everything that the screens must be able to show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from dashboards.app import create_app
from dashboards.commands import Commands
from dashboards.queries.bill_rows import (
    Bill,
    ChargeRow,
    InvoiceRow,
    PriceClause,
    Proof,
    RegisterPair,
    RegisterReadingRow,
    RunRow,
)
from dashboards.queries.rows import (
    AlertRow,
    Answer,
    EnergyFlow,
    FlowEdge,
    FlowNode,
    Health,
    LoadProfile,
    MeterPage,
    MeterPlate,
    MeterRow,
    ReadingRow,
    RegisterRow,
    TariffBand,
    UsageDay,
    UtilityTile,
)
from dashboards.security.passwords import hashed
from dashboards.security.scope import Right, Scope
from dashboards.security.sessions import Session
from dashboards.settings import WebSettings
from energy.base.clock import Clock, ManualClock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import day_period, local_day
from energy.base.quality import Quality
from energy.base.units import Utility

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 15, 14, 7, 30, tzinfo=UTC)
SITE = "cambridge"
BUILDINGS = 12
ALERT = id_of("alert", "one")
RUN, OLD_RUN = id_of("run", "june"), id_of("run", "may")
INVOICE = id_of("invoice", "A-0002")


def settings(*, language: str = "en") -> WebSettings:
    return WebSettings(
        site_key=SITE,
        site_name="Cambridge campus",
        zone=ZONE,
        currency="GBP",
        language=language,
        version="0.1.0",
        secure_cookies=False,
    )


@dataclass(frozen=True)
class FakePerson:
    person: UUID
    name: str
    password_hash: str
    must_change: bool
    roles: tuple[str, ...]
    language: str = "en"
    disabled: bool = False


class FakePeople:
    def __init__(self, people: dict[str, FakePerson]) -> None:
        self.people = people
        self.journal: list[tuple[str, ...]] = []

    def by_sign_in(self, sign_in: str) -> FakePerson | None:
        return self.people.get(sign_in.strip().casefold())

    def get(self, person: UUID) -> FakePerson | None:
        return next((p for p in self.people.values() if p.person == person), None)

    def sign_in(self, person: UUID, address: str, command_id: UUID) -> None:
        self.journal.append(("signed in", str(person)))

    def sign_out(self, person: UUID, address: str, command_id: UUID) -> None:
        self.journal.append(("signed out", str(person)))

    def sign_in_failed(self, sign_in: str, address: str) -> None:
        self.journal.append(("failed", sign_in))

    def change_password(self, person: UUID, password_hash: str, command_id: UUID) -> None:
        for sign_in, found in self.people.items():
            if found.person == person:
                self.people[sign_in] = replace(
                    found, password_hash=password_hash, must_change=False
                )


class FakeSessionStore:
    def __init__(self) -> None:
        self.rows: dict[bytes, Session] = {}
        self.failed = (0, 0)

    def put(self, session: Session) -> None:
        self.rows[session.token_hash] = session

    def get(self, token_hash: bytes) -> Session | None:
        return self.rows.get(token_hash)

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        self.rows[token_hash] = replace(self.rows[token_hash], seen_at=seen_at)

    def drop(self, token_hash: bytes) -> None:
        self.rows.pop(token_hash, None)

    def drop_all(self, person: UUID) -> None:
        self.rows = {k: v for k, v in self.rows.items() if v.person != person}

    def failures(self, sign_in: str, address: str, since: datetime) -> tuple[int, int]:
        return self.failed


@dataclass
class FakeSite:
    """Queries, alert desk and billing office in one, over made-up rows."""

    clock: Clock
    acknowledged: dict[UUID, str] = field(default_factory=dict)
    run_state: str = "rated"
    names: dict[UUID, str] = field(default_factory=dict)
    refuse_approval: bool = False

    # ---- commands
    def acknowledge(self, alert: UUID, by: UUID, command_id: UUID) -> int:
        self.acknowledged[alert] = self.names.get(by, "?")
        return 1

    def approve(self, run: UUID, by: UUID, command_id: UUID) -> int:
        if self.refuse_approval:
            raise RefusedError("Whoever opened a run cannot approve it. Ask a second person.")
        self.run_state = "approved"
        return 1

    def issue(self, run: UUID, by: UUID, command_id: UUID) -> int:
        self.run_state = "issued"
        return 1

    # ---- energy
    def _answer(self, rows):  # noqa: ANN001, ANN202  # any rows
        return Answer(rows=rows, as_of=48_213, age_s=41)

    def _today(self) -> date:
        return local_day(self.clock.now(), ZONE)

    def tiles(self, scope: Scope) -> Answer[tuple[UtilityTile, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = []
        for utility, daily in ((Utility.ELECTRICITY, 18_400_000), (Utility.GAS, 1_910_000)):
            trend = tuple(
                None if n == 4 else int(daily * (1 - 0.3 * (n % 7 in {5, 6}) + 0.02 * n))
                for n in range(14)
            )
            rows.append(
                UtilityTile(
                    utility=utility,
                    today=int(daily * 0.66),
                    yesterday=daily,
                    yesterday_so_far=int(daily * 0.62),
                    quality=Quality.MEASURED if utility is Utility.GAS else Quality.INTERPOLATED,
                    known=712,
                    expected=720,
                    meters=BUILDINGS,
                    last_at=self.clock.now() - timedelta(seconds=41),
                    trend=trend,
                )
            )
        return self._answer(tuple(rows))

    def load_profile(self, scope: Scope, utility: Utility) -> Answer[LoadProfile]:
        scope.demand(Right.READ_ENERGY, SITE)
        period = day_period(self._today(), ZONE)
        step = timedelta(seconds=900)
        count = (period.end - period.start) // step
        done = (self.clock.now() - period.start) // step
        curve = [
            int((120_000 + 110_000 * max(0.0, math.sin((n - 22) / 50 * math.pi))) * 0.9)
            for n in range(count)
        ]
        known = [
            0 if n >= done or 18 <= n < 28 else 11 if 40 <= n < 44 else BUILDINGS
            for n in range(count)
        ]
        return self._answer(
            LoadProfile(
                utility=utility,
                day=self._today(),
                start=period.start,
                now=self.clock.now(),
                step_s=900,
                usage=tuple(v if k else None for v, k in zip(curve, known, strict=True)),
                known=tuple(known),
                quality=tuple(
                    Quality.INTERPOLATED if 30 <= n < 34 else Quality.MEASURED
                    for n in range(count)
                ),
                meters=BUILDINGS,
                bands=self._bands(period.start),
                tariff="campus-electricity",
                before=tuple(int(v * 0.94) for v in curve),
            )
        )

    def _bands(self, start: datetime) -> tuple[TariffBand, ...]:
        def band(key: str, zh: str, rank: int, first: float, after: float) -> TariffBand:
            return TariffBand(
                start=start + timedelta(hours=first),
                end=start + timedelta(hours=after),
                key=key.lower(),
                names={"en": key, "zh": zh},
                rank=rank,
            )

        return (
            band("Night", "夜间", 0, 0, 7),
            band("Day", "日间", 1, 7, 16),
            band("Evening peak", "晚高峰", 2, 16, 19),
            band("Day", "日间", 1, 19, 24),
        )

    def energy_flow(self, scope: Scope, utility: Utility, day: date) -> Answer[EnergyFlow]:
        scope.demand(Right.READ_ENERGY, SITE)
        nodes = [
            FlowNode(key="grid", name="Grid supply", kind="incomer"),
            FlowNode(key="hv-a", name="Substation A", kind="transformer"),
            FlowNode(key="hv-b", name="Substation B", kind="transformer"),
        ]
        amounts = [2_900_000 // (n + 1) + 240_000 for n in range(BUILDINGS)]
        edges = []
        for n, amount in enumerate(amounts):
            nodes.append(FlowNode(key=f"b{n}", name=f"Building {n + 1}", kind="tenant_meter"))
            source = "hv-a" if n % 2 else "hv-b"
            edges.append(
                FlowEdge(source=source, target=f"b{n}", amount=None if n == 7 else amount)
            )
        for feeder in ("hv-a", "hv-b"):
            total = sum(e.amount or 0 for e in edges if e.source == feeder)
            edges.append(FlowEdge(source="grid", target=feeder, amount=total + 90_000))
        return self._answer(
            EnergyFlow(utility=utility, day=day, nodes=tuple(nodes), edges=tuple(edges))
        )

    def open_alerts(self, scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = []
        for n, (alert, severity) in enumerate(
            ((ALERT, "high"), (id_of("alert", "two"), "medium"), (id_of("alert", "old"), "low"))
        ):
            by = "Mei Lin" if n == 2 else self.acknowledged.get(alert)
            rows.append(
                AlertRow(
                    alert=alert,
                    severity=severity,
                    rule=f"Building {n + 2} load above limit",
                    point=f"cam-b{n + 2}-elec",
                    meter=f"Building {n + 2} electricity",
                    quantity="active_power",
                    unit="W",
                    value=Decimal(131_250 - 9000 * n),
                    limit=Decimal(120_000 - 9000 * n),
                    raised_at=self.clock.now() - timedelta(minutes=38 + 90 * n),
                    historic=n == 2,
                    acknowledged_at=self.clock.now() - timedelta(minutes=2) if by else None,
                    acknowledged_by=by,
                )
            )
        return self._answer(tuple(rows))

    def await_acknowledgement(self, scope: Scope, alert: UUID) -> None:
        assert alert in self.acknowledged

    def meters(self, scope: Scope) -> Answer[tuple[MeterRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = []
        for n in range(1, BUILDINGS + 1):
            for kind, utility, unit in (
                ("elec", Utility.ELECTRICITY, "kWh"),
                ("gas", Utility.GAS, "m³"),
            ):
                silent = n == 8
                rows.append(
                    MeterRow(
                        point=f"cam-b{n}-{kind}",
                        name=f"Building {n} {utility}",
                        place=f"Building {n}",
                        utility=utility,
                        serial=f"CAM-{kind[0].upper()}-{n:04d}",
                        profile="abb_b23_b24" if kind == "elec" else "pulse",
                        last_at=None if silent else self.clock.now() - timedelta(seconds=41),
                        last=None if silent else Decimal(n * 1234567) / 100,
                        unit=unit,
                        quality=Quality.MISSING if silent else Quality.MEASURED,
                        age_s=None if silent else 41 * n * n,
                    )
                )
        return self._answer(tuple(rows))

    def _plate(self, point: str) -> MeterPlate:
        return MeterPlate(
            point=point,
            name="Building 2 electricity",
            place="Building 2",
            utility=Utility.ELECTRICITY,
            serial="CAM-E-0002",
            profile="abb_b23_b24",
            source="modbus-1",
            address="unit 2",
            multiplier="40",
            seal="S-88231",
            commissioned_at=datetime(2025, 3, 3, 9, 30, tzinfo=UTC),
            retired_at=None,
        )

    def meter(self, scope: Scope, point: str) -> Answer[MeterPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if not point.startswith("cam-"):
            return None
        registers = tuple(
            RegisterRow(
                channel=n,
                quantity=quantity,
                kind=kind,
                unit=unit,
                resolution=Decimal(resolution),
                multiplier="40",
                billing=kind == "counter",
                last_at=self.clock.now() - timedelta(seconds=41),
                last=Decimal(last),
                quality=Quality.MEASURED,
            )
            for n, (quantity, kind, unit, resolution, last) in enumerate(
                (
                    ("active_energy_import", "counter", "kWh", "0.01", "34518.27"),
                    ("active_power", "gauge", "W", "1", "96240"),
                ),
                start=1,
            )
        )
        readings = tuple(
            ReadingRow(
                at=self.clock.now() - timedelta(minutes=n, seconds=41),
                quantity="active_energy_import",
                unit="kWh",
                count=3_451_827 - 4 * n,
                value=Decimal(3_451_827 - 4 * n) / 100,
                quality=Quality.SUSPECT if n == 3 else Quality.MEASURED,
                position=48_213 - n,
            )
            for n in range(12)
        )
        days = tuple(
            UsageDay(
                day=self._today() - timedelta(days=30 - n),
                usage=None if n == 11 else 1_500_000 + 60_000 * (n % 5),
                quality=Quality.MISSING
                if n == 11
                else Quality.INTERPOLATED
                if n == 17
                else Quality.MEASURED,
            )
            for n in range(30)
        )
        page = MeterPage(
            plate=self._plate(point), registers=registers, readings=readings, days=days
        )
        return self._answer(page)

    def token(self, scope: Scope) -> str:
        return f"{scope.person}/1"

    def health(self) -> Health:
        return Health(
            database_ok=True,
            followers=(("books", 0), ("metering", 3), ("operations", 0)),
            newest_reading_at=self.clock.now() - timedelta(seconds=41),
        )

    # ---- bills
    def bill_runs(self, scope: Scope) -> Answer[tuple[RunRow, ...]]:
        scope.demand(Right.READ_BILLS, SITE)
        june = RunRow(
            run=RUN,
            key="2026-06-01/2026-06-30/all/1",
            first_day=date(2026, 6, 1),
            last_day=date(2026, 6, 30),
            state=self.run_state,
            accounts=BUILDINGS,
            total=Decimal("48213.77"),
            currency="GBP",
            opened_by="Ada Byron",
            approved_by=None,
            opened_at=datetime(2026, 7, 1, 8, 2, tzinfo=UTC),
            metering_position=41_200,
            books_position=77,
        )
        may = replace(june, run=OLD_RUN, key="2026-05-01/2026-05-31/all/1", state="issued")
        return self._answer((june, may))

    def await_run(self, scope: Scope, run: UUID, state: str) -> None:
        assert self.run_state == state

    def _invoice(self, n: int) -> InvoiceRow:
        return InvoiceRow(
            invoice=id_of("invoice", f"A-{n:04d}"),
            run=RUN,
            account=f"A-{n:04d}",
            name=f"Department {n}",
            number=f"CAM-2026-{n:05d}",
            state="issued",
            first_day=date(2026, 6, 1),
            last_day=date(2026, 6, 30),
            currency="GBP",
            net=Decimal("3348.18"),
            tax=Decimal("669.64"),
            total=Decimal("4017.82"),
            findings=0,
        )

    def invoices(self, scope: Scope, run: UUID) -> Answer[tuple[InvoiceRow, ...]]:
        scope.demand(Right.READ_BILLS, SITE)
        return self._answer(tuple(self._invoice(n) for n in range(1, BUILDINGS + 1)))

    def _lines(self) -> tuple[ChargeRow, ...]:
        def line(n: int, text: str, zh: str, q: str, unit: str, price: str, amount: str) -> ChargeRow:
            return ChargeRow(
                number=n,
                reference=f"cam-b2-elec/E{n}/2026-06-01",
                names={"en": text, "zh": zh},
                point="cam-b2-elec",
                quantity=Decimal(q),
                unit=unit,
                price=Decimal(price),
                amount=Decimal(amount),
                clause=f"E{n}",
                tariff="campus-electricity",
            )

        return (
            line(1, "Energy, day", "日间电量", "12480.210", "kWh", "0.2143", "2674.51"),
            line(2, "Energy, night", "夜间电量", "6120.400", "kWh", "0.1021", "624.89"),
            line(3, "Standing charge", "基本费", "30", "day", "1.6260", "48.78"),
        )

    def bill(self, scope: Scope, invoice: UUID) -> Answer[Bill] | None:
        scope.demand(Right.READ_BILLS, SITE)
        found = next(
            (self._invoice(n) for n in range(13) if self._invoice(n).invoice == invoice), None
        )
        if found is None:
            return None
        return self._answer(
            Bill(
                invoice=found,
                run_key="2026-06-01/2026-06-30/all/1",
                lines=self._lines(),
                document='{"number":"CAM"}',
                sha256="9f2c" * 16,
            )
        )

    def proof(self, scope: Scope, invoice: UUID, number: int) -> Answer[Proof] | None:
        answer = self.bill(scope, invoice)
        if answer is None or not 1 <= number <= 3:
            return None
        line = self._lines()[number - 1]

        def reading(at: datetime, count: int, position: int) -> RegisterReadingRow:
            return RegisterReadingRow(
                serial="CAM-E-0002",
                at=at,
                count=count,
                value=Decimal(count) / 100,
                unit="kWh",
                quality=Quality.MEASURED,
                position=position,
            )

        pair = RegisterPair(
            opening=reading(datetime(2026, 5, 31, 23, 0, tzinfo=UTC), 3_405_326, 30_111),
            closing=reading(datetime(2026, 6, 30, 23, 0, tzinfo=UTC), 3_451_827, 41_190),
            counts=46_501,
            resolution="0.01",
            multiplier="40",
            used=Decimal("18600.40"),
            unit="kWh",
        )
        clause = PriceClause(
            tariff="campus-electricity",
            version=1,
            valid_from=date(2026, 1, 1),
            clause=line.clause,
            names=line.names,
            price=line.price,
            unit=line.unit,
            sha256="ab12" * 16,
            wording=(("period", "day"), ("tax", "0.20")),
        )
        return self._answer(
            Proof(
                bill=answer.rows.invoice,
                line=line,
                pairs=(pair,) if number < 3 else (),
                plate=self._plate("cam-b2-elec") if number < 3 else None,
                clause=clause,
            )
        )


PASSWORD = "first-password-of-all"
EVERYTHING = ("energy_manager", "billing_clerk", "billing_approver", "technician")


@dataclass
class FakeWeb:
    """A whole web process over the made-up campus."""

    site: FakeSite
    people: FakePeople
    store: FakeSessionStore
    server: object


def fake_web(
    *,
    roles: tuple[str, ...] = EVERYTHING,
    must_change: bool = False,
    clock: Clock | None = None,
    name: str = "Grace Hopper",
) -> FakeWeb:
    clock = clock or ManualClock(NOW)
    person = FakePerson(
        person=id_of("person", "grace"),
        name=name,
        password_hash=hashed(PASSWORD),
        must_change=must_change,
        roles=roles,
    )
    people = FakePeople({"grace": person})
    site = FakeSite(clock=clock, names={person.person: name})
    store = FakeSessionStore()
    server = create_app(
        settings(),
        queries=site,
        commands=Commands(SITE, alerts=site, office=site),
        people=people,
        session_store=store,
        clock=clock,
        render_pdf=lambda document, language: f"%PDF-1.7 {language} {document}".encode(),
    )
    return FakeWeb(site=site, people=people, store=store, server=server)
