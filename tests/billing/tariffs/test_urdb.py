"""Rates of URDB: what becomes of them, what is refused, what is listed as not carried over."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from billing.errors import TariffFileError
from billing.tariffs.clauses import DemandClause, EnergyClause, FixedPer, Ratchet
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import tariff_of
from billing.tariffs.urdb import Imported, RatchetScale, import_urdb

D = Decimal
NIGHT_DAY = [[0] * 8 + [1] * 12 + [0] * 4] * 12
NIGHT = [[0] * 24] * 12
RATE: dict[str, object] = {
    "label": "abc123",
    "utility": "Sample Power",
    "name": "GS-TOU",
    "startdate": 1735689600,
    "energyratestructure": [
        [{"rate": 0.05, "adj": 0.001, "unit": "kWh"}],
        [{"max": 500, "rate": 0.10}, {"rate": 0.12}],
    ],
    "energyweekdayschedule": NIGHT_DAY,
    "energyweekendschedule": NIGHT,
    "fixedchargefirstmeter": 30,
    "fixedchargeunits": "$/month",
}


def imported(ratchet: RatchetScale | None = None, **more: object) -> Imported:
    text = json.dumps({**RATE, **more})
    return import_urdb(text, zone="America/Denver", valid_from=None, ratchet=ratchet)


def tariff(**more: object) -> TariffVersion:
    return tariff_of(imported(**more).document)  # type: ignore[arg-type]


def rejected(ratchet: RatchetScale | None = None, **more: object) -> set[str]:
    return {each.path for each in imported(ratchet, **more).rejected} - {"tax"}


def test_schedules_become_seasons_and_periods() -> None:
    found = tariff()
    assert found.valid_from == date(2025, 1, 1)
    assert (found.currency, found.zone.key, found.tariff) == ("USD", "America/Denver", "abc123")
    assert [clause.key for clause in found.clauses] == ["E.e0", "E.e1", "FIX"]
    (night, day, _) = found.clauses
    assert isinstance(night, EnergyClause)
    assert isinstance(day, EnergyClause)
    assert night.tiers[0].price == D("0.051")
    assert [(tier.upto, tier.price) for tier in day.tiers] == [
        (D(500), D("0.1")),
        (None, D("0.12")),
    ]
    minutes = found.period_of_minutes("s1", "work")
    assert [found.periods[minutes[60 * hour]].key for hour in (7, 8, 19, 20)] == [
        *("e0d0", "e1d0", "e1d0", "e0d0"),
    ]
    assert set(found.period_of_minutes("s1", "rest")) == {minutes[0]}


def test_months_alike_are_one_season_in_pieces() -> None:
    schedule = [[0] * 24] * 5 + [[1] * 24] * 3 + [[0] * 24] * 4
    found = tariff(energyweekdayschedule=schedule, energyweekendschedule=schedule)
    assert [found.season_of(month, 15) for month in (1, 6, 8, 9, 12)] == [
        *("s1", "s2", "s2", "s1", "s1"),
    ]
    assert [(season.key, season.start, season.end) for season in found.seasons] == [
        ("s1", (1, 1), (5, 31)),
        ("s2", (6, 1), (8, 31)),
        ("s1", (9, 1), (12, 31)),
    ]


def test_one_rate_at_all_times_needs_no_period() -> None:
    found = tariff(energyratestructure=[[{"rate": 0.1}]], energyweekdayschedule=NIGHT)
    assert (found.periods, found.clauses[0].key) == ((), "E.e0")


def test_demand_by_band_and_flat_demand_by_season() -> None:
    found = tariff(
        demandratestructure=[[{"rate": 0}], [{"rate": 7.5}]],
        demandweekdayschedule=NIGHT_DAY,
        demandweekendschedule=NIGHT,
        demandwindow=30,
        flatdemandstructure=[[{"rate": 3}], [{"rate": 5, "max": 1e38}]],
        flatdemandmonths=[0] * 5 + [1] * 3 + [0] * 4,
    )
    demands = {c.key: c for c in found.clauses if isinstance(c, DemandClause)}
    assert set(demands) == {"D.d1", "D.flat0", "D.flat1"}
    assert (demands["D.d1"].period, demands["D.d1"].window) == ("e1d1", 30)
    assert demands["D.flat1"].seasons == ("s2",)
    assert demands["D.flat1"].price == 5


def test_a_demand_over_several_energy_periods_is_listed() -> None:
    found = rejected(
        demandratestructure=[[{"rate": 4}]],
        demandweekdayschedule=NIGHT,
        demandweekendschedule=NIGHT,
    )
    assert found == {"demandratestructure[0]"}


@pytest.mark.parametrize("figure", [0.35, 1, 35, 100])
def test_a_ratchet_is_asked_about(figure: float) -> None:
    flat = {"flatdemandstructure": [[{"rate": 3}]], "flatdemandmonths": [0] * 12}
    with pytest.raises(TariffFileError, match="may be a fraction or per cent; say --ratchet"):
        imported(demandratchetpercentage=[figure] * 12, **flat)


@pytest.mark.parametrize(
    ("figure", "scale"), [(0.35, RatchetScale.FRACTION), (35, RatchetScale.PERCENT)]
)
def test_a_ratchet_is_carried_over_once_its_scale_is_said(
    figure: float, scale: RatchetScale
) -> None:
    found = import_urdb(
        json.dumps(
            {
                **RATE,
                "flatdemandstructure": [[{"rate": 3}]],
                "flatdemandmonths": [0] * 12,
                "demandratchetpercentage": [figure] * 12,
            }
        ),
        zone="America/Denver",
        valid_from=date(2026, 1, 1),
        ratchet=scale,
    )
    clause = tariff_of(found.document).clauses[2]
    assert isinstance(clause, DemandClause)
    assert clause.ratchet == Ratchet(share=D("0.35"), months=11)
    assert "demandratchetpercentage" in {each.path for each in found.rejected}


def test_the_look_back_of_version_8_says_its_months() -> None:
    found = imported(
        RatchetScale.FRACTION,
        flatdemandstructure=[[{"rate": 3}], [{"rate": 5}]],
        flatdemandmonths=[0] * 5 + [1] * 3 + [0] * 4,
        lookbackPercent=0.6,
        lookbackRange=11,
        lookbackMonths=[0] * 5 + [1] * 3 + [0] * 4,
    )
    clauses = [c for c in tariff_of(found.document).clauses if isinstance(c, DemandClause)]
    assert clauses[0].ratchet is not None
    assert (clauses[0].ratchet.share, clauses[0].ratchet.months) == (D("0.6"), 11)


def test_fixed_charges_and_minimum() -> None:
    found = tariff(fixedchargefirstmeter=1.5, fixedchargeunits="$/day", mincharge=25)
    fixed, minimum = found.clauses[2:]
    assert fixed.per is FixedPer.DAY  # type: ignore[union-attr]
    assert minimum.amount == 25  # type: ignore[union-attr]
    assert minimum.of == ("E.e0", "E.e1", "FIX")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"demandreactivepowercharge": 0.2}, "demandreactivepowercharge"),
        ({"coincidentratestructure": [[{"rate": 1}]]}, "coincidentratestructure"),
        ({"fueladjustmentsmonthly": [0.01] * 12}, "fueladjustmentsmonthly"),
        ({"annualmincharge": 100}, "annualmincharge"),
        ({"peakkwcapacitymax": 500}, "peakkwcapacitymax"),
        ({"brandnew": 1}, "brandnew"),
        ({"fixedchargeunits": "$/kW"}, "fixedchargeunits"),
        (
            {"energyratestructure": [[{"rate": 1, "sell": 0.5}], [{"rate": 1}]]},
            "energyratestructure[0][0].sell",
        ),
        (
            {"energyratestructure": [[{"rate": 1, "unit": "kWh/kW"}], [{"rate": 1}]]},
            "energyratestructure[0][0].unit",
        ),
        (
            {"energyratestructure": [[{"rate": 1, "max": 9}], [{"rate": 1}]]},
            "energyratestructure[0][0].max",
        ),
        (
            {"energyratestructure": [[{"rate": 1}], [{"rate": 1}], [{"rate": 1}]]},
            "energyratestructure[2]",
        ),
    ],
)
def test_what_cannot_be_carried_over_is_listed(more: dict[str, object], path: str) -> None:
    assert path in rejected(**more)  # type: ignore[arg-type]


def test_what_says_nothing_is_not_listed() -> None:
    more = {"demandreactivepowercharge": 0, "usenetmetering": False, "demandcomments": "x"}
    assert rejected(**more) == set()  # type: ignore[arg-type]
    assert [each.path for each in imported().rejected] == ["tax"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"energyweekdayschedule": NIGHT[:11]}, "energyweekdayschedule: must be 12 rows of 24"),
        ({"energyweekdayschedule": [[2] * 24] * 12}, "energyweekdayschedule: must be 12 rows"),
        ({"energyweekdayschedule": [[True] * 24] * 12}, "energyweekdayschedule: must be 12 rows"),
        ({"energyratestructure": {}}, "energyratestructure: must be a list"),
        ({"energyratestructure": [5, [{"rate": 1}]]}, "energyratestructure[0]: must be a list of"),
        ({"energyratestructure": [["x"], [{"rate": 1}]]}, "energyratestructure[0][0]: must be a t"),
        (
            {"energyratestructure": [[{"rate": "5"}], [{"rate": 1}]]},
            "energyratestructure[0][0].rate: must be a number",
        ),
        ({"startdate": None}, "startdate: is missing; say --from"),
        (
            {"demandwindow": 7, "flatdemandstructure": [[{"rate": 1}]]},
            "demandwindow: 7 must be minutes that divide the hour",
        ),
        ({"flatdemandmonths": [0], "flatdemandstructure": [[{"rate": 1}]]}, "flatdemandmonths: mu"),
    ],
)
def test_a_rate_that_is_none_is_refused(more: dict[str, object], said: str) -> None:
    with pytest.raises(TariffFileError) as caught:
        imported(**more)  # type: ignore[arg-type]
    assert any(row.startswith(said) for row in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "file: not JSON"),
        ("[1]", "this is no rate of URDB"),
        ('{"items": []}', "items: holds 0 rates"),
        ('{"items": [{}, {}]}', "items: holds 2 rates"),
        ("[" * 100_000, "file: not JSON"),
    ],
)
def test_a_file_that_is_no_rate_is_refused(text: str, said: str) -> None:
    with pytest.raises(TariffFileError, match=said.split("(", maxsplit=1)[0]):
        import_urdb(text, zone="America/Denver", valid_from=None, ratchet=None)


def test_the_answer_of_the_service_with_one_rate_is_read() -> None:
    text = json.dumps({"items": [RATE]})
    found = import_urdb(text, zone="America/Denver", valid_from=None, ratchet=None)
    assert found.document["tariff"] == "abc123"
