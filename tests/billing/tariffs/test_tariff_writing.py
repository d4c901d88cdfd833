"""A version written as a document reads back as the same version, whatever its clauses are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.canonical import canonical_json
from billing.tariffs.tariff import DayCalendar, TariffVersion
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import tariff_of
from billing.tariffs.tariff_writing import document_of_version
from tests.billing.samples import campus_tariff
from tests.billing.tariffs.files import BLOCKS, PLAIN, WHOLE, yaml
from tests.examples import tried

Rows = dict[str, object]
AMOUNT = st.decimals(-9999, 9999, places=4, allow_nan=False, allow_infinity=False).map(
    lambda value: format(value, "f")
)
SHARE = st.decimals(0, 1, places=3, allow_nan=False, allow_infinity=False).map(
    lambda value: format(value, "f")
)
PERIODS: list[Rows] = [
    {"id": "hi", "season": "winter", "days": ["work"], "at": ["07:10-19:50"]},
    {"id": "lo", "season": "winter", "days": ["work"], "at": ["00:00-07:10", "19:50-24:00"]},
    {"id": "lo", "season": "winter", "days": ["rest", "holiday"]},
    {"id": "mid", "season": "summer"},
]
SEASONS: list[Rows] = [
    {"id": "winter", "from": "11-01", "to": "03-31"},
    {"id": "summer", "default": True},
]


def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Return a value or null, which a file may say too."""
    return st.none() | strategy


@st.composite
def tiers(draw: Callable[..., object]) -> list[Rows]:
    bounds = draw(st.lists(st.integers(1, 10**6), max_size=4, unique=True).map(sorted))
    prices = draw(st.lists(AMOUNT, min_size=len(bounds) + 1, max_size=len(bounds) + 1))
    return [
        {"upto": None if bound is None else str(bound), "price": price}
        for bound, price in zip([*bounds, None], prices, strict=True)
    ]


def table(kind: str, **keys: st.SearchStrategy[object]) -> st.SearchStrategy[Rows]:
    return st.fixed_dictionaries({"kind": st.just(kind), **keys})


TAX = st.fixed_dictionaries({"rate": SHARE.filter(lambda rate: Decimal(rate) < 1)})
CHARGE = st.one_of(
    table(
        "energy",
        tiers=tiers(),
        period=st.sampled_from(["hi", "lo", "mid"]) | st.none(),
        tier_kind=st.sampled_from(["graduated", "volume", "package"]),
        tier_span=st.sampled_from(["day", "month", "year", "period"]),
        tax=some(TAX),
        name=some(st.just({"en": "Energy", "zh": "电费"})),
    ),
    table(
        "energy",
        price=AMOUNT,
        quantity=st.just("reactive_import"),
        unit=st.just("kvarh"),
        ratio=SHARE,
    ),
    table(
        "energy",
        price=st.fixed_dictionaries(
            {
                "table": st.just("t"),
                "base": st.just("b"),
                "factor": AMOUNT,
                "adders": st.lists(st.sampled_from(["x", "y"]), min_size=1, unique=True),
            }
        ),
    ),
    table(
        "demand",
        basis=st.just("contract"),
        price=AMOUNT,
        window=st.just(30),
        sliding=st.booleans(),
        period=st.sampled_from(["hi", "lo"]) | st.none(),
        season=some(st.lists(st.sampled_from(["winter", "summer"]), min_size=1, unique=True)),
        over=some(
            st.fixed_dictionaries(
                {
                    "at": st.just("1.05"),
                    "factor": st.integers(1, 3),
                    "base": st.just("contract"),
                    "excess": st.sampled_from(["contract", "threshold"]),
                }
            )
        ),
        ratchet=some(
            st.fixed_dictionaries(
                {"share": SHARE, "months": st.integers(1, 24), "seasons": some(st.just("winter"))}
            )
        ),
        floor=some(st.fixed_dictionaries({"share": SHARE})),
        prorate=st.sampled_from(["days", "none"]),
        digits=some(st.integers(0, 3)),
    ),
    table(
        "fixed",
        price=AMOUNT,
        per=st.sampled_from(["day", "month", "season", "year"]),
        season=st.sampled_from(["winter", "summer"]),
        agreed=some(st.just("area_m2")),
        prorate=st.sampled_from(["days", "thirty"]),
    ),
    table("adder", price=AMOUNT),
    table("adder", table=st.just("t"), column=st.just("b"), factor=AMOUNT),
    table("agreed", price=AMOUNT, agreed=st.just(["agreed_kw", "hours"])),
    table("over_quota", tiers=st.just([{"upto": "0.1", "price": "1"}, {"price": "2"}])),
)
RESTING = st.one_of(
    table(
        "power_factor",
        standard=st.just("0.90"),
        table=st.just("cn-090") | st.just([{"least": "0", "rate": "0.1"}]),
        base=st.just(["C*"]),
        digits=st.integers(1, 4),
    ),
    table(
        "minimum",
        amount=st.integers(0, 999),
        of=st.just(["C0"]),
        per=st.sampled_from(["month", "day", "period"]),
        prorate=st.sampled_from(["days", "none"]),
    ),
    table("surcharge", share=SHARE, of=st.just(["C*"])),
    table("surcharge", amount=AMOUNT, of=st.just(["C*"])),
)


def same(one: TariffVersion, two: TariffVersion) -> None:
    for each in fields(one):
        left, right = getattr(one, each.name), getattr(two, each.name)
        if each.name == "sha256":
            continue
        if isinstance(left, DayCalendar):
            assert (left.name, left.years, left.weekdays) == (
                right.name,
                right.years,
                right.weekdays,
            )
            assert left.sha256 == right.sha256
        elif each.name == "tables":
            assert {n: dict(t.months) for n, t in left.items()} == {
                n: dict(t.months) for n, t in right.items()
            }
        else:
            assert left == right, each.name


@pytest.mark.parametrize("text", [WHOLE, PLAIN, PLAIN + BLOCKS[1]])
def test_a_file_written_again_is_the_same_version(text: str) -> None:
    tariff = yaml(text)
    same(tariff, tariff_of(document_of_version(tariff)))


@pytest.mark.parametrize("utility", ["electricity", "gas"])
def test_a_version_of_the_first_form_is_written_in_the_second(utility: str) -> None:
    tariff = campus_tariff(utility)
    document = document_of_version(tariff)
    assert "charge" not in document
    same(tariff, tariff_of(document))


@tried(60)
@given(
    st.lists(CHARGE, min_size=1, max_size=5),
    st.lists(RESTING, max_size=3),
    st.sampled_from(["chronological", "pro_rata", "per_period"]),
    st.booleans(),
)
def test_any_version_reads_back_from_its_document(
    charges: list[Rows], resting: list[Rows], mode: str, by_time: bool
) -> None:
    rows = [{"id": f"C{n}", **row} for n, row in enumerate(charges)]
    rows += [{"id": f"R{n}", **row} for n, row in enumerate(resting)]
    rows.append({"id": "ALL", "kind": "energy", "price": "1"})
    document: Rows = document_of(PLAIN, ".yaml") | {
        "charges": rows,
        "periods": PERIODS,
        "seasons": SEASONS,
        "tier_mode": mode,
        "clock": "standard" if by_time else "local",
        "interval": {"minutes": 15} if by_time else None,
    }
    tariff = tariff_of(document)
    written = document_of_version(tariff)
    assert document_of(canonical_json(written), ".json") == written
    same(tariff, tariff_of(written))
