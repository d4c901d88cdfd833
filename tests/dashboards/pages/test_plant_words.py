"""Values of a diagram as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards.pages.plant.words import short_text, value_text
from dashboards.security.scope import Role
from tests.dashboards.fake_energy import NOW
from tests.dashboards.fake_plant import gauge
from tests.dashboards.test_pages import viewer


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "said"),
    [
        ("active_power", "667377", "W", "667.4 kW"),
        ("active_power", "812.5", "W", "812.5 W"),
        ("residual_current", "24", "mA", "24 mA"),
        ("contact_temperature", "41.20", "degC", "41.2 °C"),
        ("flicker_pst", "0.24", "1", "0.24"),
    ],
)
def test_a_value_has_four_figures_in_the_unit_that_fits(
    quantity: str, value: str, unit: str, said: str
) -> None:
    assert value_text(viewer(Role.VIEWER), gauge(NOW, quantity, value, unit)) == said


def test_a_box_says_shortly_what_a_value_is() -> None:
    told = gauge(NOW, "power_factor", "0.9510", "1")
    assert short_text(viewer(Role.VIEWER), told) == "PF 0.951"
    assert told.value == Decimal("0.9510")
