"""In: a clock. Out: a made-up substation with its values. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from dashboards.queries.one_line_rows import (
    BelowRow,
    Downstream,
    GaugeValue,
    LineNode,
    LineTie,
    OneLine,
    Position,
    Rate,
    RateFrom,
    StateValue,
    StationRow,
    SuppliedTenant,
)
from dashboards.queries.plant_rows import (
    Bins,
    Plant,
    PlantFlow,
    PlantHour,
    PlantKind,
    PlantMeter,
    PlantPage,
    PlantWork,
    Turn,
)
from dashboards.queries.rows import Answer, FlowNode, PlaceRow
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors
from tests.dashboards.fake_alerts import FakeAlerts
from tests.dashboards.fake_energy import SITE, ZONE

STATION = "grid-a"
FRESH_S = 300
EDGES = (
    ("grid-a", "tx-1"),
    ("tx-1", "bus-1"),
    ("pv", "bus-1"),
    ("grid-b", "tx-2"),
    ("tx-2", "bus-2"),
    *(("bus-1", f"f{n}") for n in range(4)),
    *(("bus-2", f"f{n}") for n in range(4, 8)),
    *(("f0", f"m{n}") for n in range(3)),
)
KINDS = {"grid": "incomer", "pv": "generator", "tx": "transformer", "bus": "busbar", "m": "board"}


def gauge(now: datetime, quantity: str, value: str, unit: str, *, age_s: int = 20) -> GaugeValue:
    """Return what a gauge showed some time ago."""
    return GaugeValue(
        point="cam-b2-elec",
        meter="Building 2 electricity",
        quantity=quantity,
        unit=unit,
        value=Decimal(value),
        at=now - timedelta(seconds=age_s),
        quality=Quality.MEASURED,
        fresh_s=FRESH_S,
        stale=age_s > FRESH_S,
    )


def breaker(now: datetime, position: Position, *, age_s: int = 20) -> StateValue:
    """Return what a breaker said some time ago."""
    return StateValue(
        point="cam-b2-elec",
        meter="Feeder breaker",
        quantity="breaker_state",
        position=position,
        count=1,
        at=now - timedelta(seconds=age_s),
        fresh_s=FRESH_S,
    )


def made(point: str, utility: Utility, *, out: bool) -> PlantMeter:
    """Return a meter of a plant."""
    return PlantMeter(point=point, name=f"Meter {point}", utility=utility, out=out)


def placed(key: str, name: str) -> PlaceRow:
    """Return the place of a plant."""
    return PlaceRow(key=key, name=name, kind="plant", parent="campus", depth=1)


class FakePlant(FakeAlerts):
    """Questions about substations."""

    def stations(self, scope: Scope) -> Answer[tuple[StationRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        row = StationRow(
            utility=Utility.ELECTRICITY,
            key=STATION,
            name="Grid A + Grid B + PV",
            nodes=18,
            meters=14,
            alerts=1,
        )
        return Answer(rows=(row,), as_of=48_213, age_s=41)

    def one_line(
        self, scope: Scope, utility: Utility | None, key: str, node: str
    ) -> Answer[OneLine] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if key not in {STATION, "f0"} or utility not in {None, Utility.ELECTRICITY}:
            return None
        keys = list(dict.fromkeys(key for edge in EDGES for key in edge))
        nodes = tuple(self._node(each) for each in keys)
        rows = OneLine(
            utility=Utility.ELECTRICITY,
            root=key,
            name="Grid A + Grid B + PV",
            whole=key == STATION,
            trail=() if key == STATION else (FlowNode(key="bus-1", name="Bus 1", kind="busbar"),),
            nodes=nodes,
            edges=tuple((a, b, b == "f7") for a, b in EDGES),
            ties=(
                LineTie(
                    key="tie",
                    name="Bus tie",
                    between=("bus-1", "bus-2"),
                    state=breaker(self.clock.now(), Position.OPEN),
                    position=Position.OPEN,
                ),
            ),
            alerts=self.open_alerts(scope).rows[:2],
            notes=(),
            downstream=self._downstream(scope, node) if node in keys else None,
            now=self.clock.now(),
        )
        return Answer(rows=rows, as_of=48_213, age_s=41)

    def plants(
        self, scope: Scope, selection: Selection, factors: ConversionFactors
    ) -> Answer[tuple[Plant, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        every = [self._chiller(selection), self._boiler(), self._solar(selection)]
        return Answer(rows=tuple(every), as_of=48_213, age_s=41)

    def plant(
        self, scope: Scope, selection: Selection, factors: ConversionFactors
    ) -> Answer[PlantPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        found = [
            p for p in self.plants(scope, selection, factors).rows if p.place.key == selection.place
        ]
        if not found:
            return None
        now = self.clock.now()
        page = PlantPage(
            plant=found[0],
            values=(
                gauge(now, "temperature_flow", "6.8", "degC"),
                gauge(now, "flow_setpoint", "7", "degC", age_s=4000),
            ),
            states=(breaker(now, Position.CLOSED),),
            now=now,
        )
        return Answer(rows=page, as_of=48_213, age_s=41)

    def _chiller(self, selection: Selection) -> Plant:
        meters = (
            made("chiller-1", Utility.COOLING, out=True),
            made("chiller-1-elec", Utility.ELECTRICITY, out=False),
        )
        return Plant(
            place=placed("chiller-1", "Chiller 1"),
            kind=PlantKind.CHILLER,
            meters=meters,
            work=self._work(selection, takes=True),
        )

    def _solar(self, selection: Selection) -> Plant:
        return Plant(
            place=placed("pv", "Photovoltaic plant"),
            kind=PlantKind.GENERATOR,
            meters=(made("pv-elec", Utility.ELECTRICITY, out=True),),
            work=self._work(selection, takes=False),
        )

    def _boiler(self) -> Plant:
        meters = (
            made("boiler-1", Utility.HEATING, out=True),
            made("boiler-1-gas", Utility.GAS, out=False),
        )
        return Plant(
            place=placed("boiler-1", "Boiler 1"), kind=PlantKind.BOILER, meters=meters, work=None
        )

    def _work(self, selection: Selection, *, takes: bool) -> PlantWork:
        start = selection.period(ZONE).start
        hours = tuple(
            PlantHour(
                start=start + timedelta(hours=n),
                given=None if n == 3 else 500.0 + 20 * (n % 5),
                taken=None if not takes or n == 7 else 100.0,
                expected=None if n == 9 else 5.2 if takes else 520.0,
            )
            for n in range(24 * min(selection.days, 60))
        )
        out = Utility.COOLING if takes else Utility.ELECTRICITY
        flows = [PlantFlow(utility=out, out=True, amount=900_000_000)]
        if takes:
            flows.append(PlantFlow(utility=Utility.ELECTRICITY, out=False, amount=5_000_000))
        at = start + timedelta(hours=6)
        return PlantWork(
            flows=tuple(flows),
            efficiency=5.0 if takes else None,
            percent=True,
            like=5.4 if takes else None,
            against=0.926,
            bins=Bins.TEMPERATURE if takes else Bins.WEEK_HOUR,
            compared=22,
            hours=hours,
            run_s=64_800,
            known_s=82_800,
            turns=(
                Turn(at=at + timedelta(hours=8), on=False, before_s=28_800),
                Turn(at=at, on=True, before_s=None),
            ),
            starts=1,
        )

    def _downstream(self, scope: Scope, node: str) -> Downstream:
        tenant = SuppliedTenant(account="A-0002", name="Tenant of Building 2", meters=2)
        tenants = (tenant,) if scope.may(Right.READ_BILLS) else None
        return Downstream(
            node=node,
            meters=(
                BelowRow(point="cam-b2-elec", name="Building 2 electricity", rate=None),
                BelowRow(point="cam-b3-elec", name="Building 3 electricity", rate=self._rate(20)),
            ),
            more=3,
            tenants=tenants,
        )

    def _rate(self, age_s: int) -> Rate:
        return Rate(
            value=Decimal("1234.5"),
            known=RateFrom.GAUGE,
            meters=1,
            at=self.clock.now() - timedelta(seconds=age_s),
            fresh_s=FRESH_S,
            stale=age_s > FRESH_S,
        )

    def _node(self, key: str) -> LineNode:
        now = self.clock.now()
        kind = next((k for name, k in KINDS.items() if key.startswith(name)), "feeder")
        values: tuple[GaugeValue, ...] = ()
        states: tuple[StateValue, ...] = ()
        if kind == "feeder":
            positions = (Position.CLOSED, Position.TRIPPED, Position.UNKNOWN, Position.OPEN)
            states = (breaker(now, positions[int(key[1:]) % 4]),)
            values = (
                gauge(now, "residual_current", "24", "mA"),
                gauge(now, "contact_temperature", "41.2", "degC", age_s=4000),
            )
        if kind == "transformer":
            values = (gauge(now, "winding_temperature", "62.5", "degC"),)
        return LineNode(
            key=key,
            name=key.replace("-", " ").title(),
            kind=kind,
            point="cam-b2-elec" if kind in {"incomer", "board"} else None,
            rate=None if kind == "busbar" else self._rate(4000 if key == "f3" else 20),
            full_w=Fraction(1_600_000) if kind == "transformer" else None,
            load=Fraction(12345, 16000) if kind == "transformer" else None,
            values=values,
            states=states,
            alerts=1 if key == "f1" else 0,
            below=12 if key == "f2" else 0,
        )
