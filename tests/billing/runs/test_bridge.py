"""From the total of one run to that of the next, without a cent left over."""

from __future__ import annotations

from decimal import Decimal

from billing.runs.bridge import BRIDGE, bridge_between, utility_sums
from tests.billing.invoices.test_change import bill, scaled
from tests.billing.samples import electricity, gas


def test_new_and_left_accounts_stand_apart_and_all_adds_up() -> None:
    before = {"A": bill([electricity()]), "B": bill([gas()])}
    after = {"A": bill([scaled(2)]), "C": bill([gas()])}
    found = bridge_between(before, after)
    assert set(found.causes) == set(BRIDGE)
    assert found.causes["left"] == -found.causes["new"] < 0
    assert found.causes["volume"] > 0
    assert found.before + sum(found.causes.values()) == found.after
    assert set(found.accounts) == {"A", "B", "C"}


def test_a_run_like_the_last_has_no_causes() -> None:
    same = {"A": bill([electricity(), gas()])}
    assert set(bridge_between(same, same).causes.values()) == {Decimal(0)}


def test_utilities_are_summed_against_the_run_before() -> None:
    before, after = [bill([electricity()])], [bill([scaled(2), gas()])]
    electric, gas_sum = utility_sums(before, after)
    assert (electric.utility, gas_sum.utility) == ("electricity", "gas")
    assert electric.before is not None
    assert electric.after is not None
    assert electric.after > electric.before > 0
    assert gas_sum.before is None
    totals = [Decimal(document["totals"]["net"]) for document in after]
    assert electric.after + (gas_sum.after or 0) == sum(totals)
