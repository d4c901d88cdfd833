"""The table of a plan: exact, of one style, and plain about what findings bar."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dash.development.base_component import Component

from dashboards.pages.plan.layout import plan_panels, plans_page
from dashboards.queries.plan_rows import PlannedNode, PlanPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Role
from energy.base.quality import Quality
from energy.metering.plans.compare import MonthFigures, year_figures
from tests.dashboards.fake_energy import NOW, ZONE
from tests.dashboards.fake_plans import CAMPUS, figures, month
from tests.dashboards.test_pages import nodes, viewer


def used(usage: int, plan: str, *, number: int = 1, **more: int) -> MonthFigures:
    """Return a month of which all is known. [Wh], [kWh]."""
    return replace(
        month(number),
        actual=usage,
        known_usage=usage,
        plan=Fraction(plan) * 1000,
        last_year=None,
        quality=Quality.SUSPECT if more else Quality.MEASURED,
        **more,
    )


def rows(*months: MonthFigures, language: str = "en") -> list[list[str]]:
    """Return the cells of the table."""
    year = replace(figures(2026), months=months, total=year_figures(months))
    page = PlanPage(
        node=CAMPUS, name="Campus", year=2026, figures=(year,), notes=(), begun=len(months)
    )
    answer = Answer(rows=page, as_of=9, age_s=1)
    made = plan_panels(viewer(Role.VIEWER, language), answer, zone=ZONE)
    table = next(node for node in nodes(made) if isinstance(node, Component) and _is_table(node))
    cells = [
        [each for each in nodes(row) if isinstance(each, Component) and each._type == "Td"]
        for row in nodes(table)
        if isinstance(row, Component) and row._type == "Tr"
    ]
    return [
        ["".join(n for n in nodes(cell) if isinstance(n, str)) for cell in row] for row in cells[1:]
    ]


def _is_table(node: Component) -> bool:
    return "plan-months" in str(getattr(node, "className", ""))


def test_every_figure_of_a_table_is_exact_and_has_the_digits_of_the_others() -> None:
    small, large = rows(used(7_000, "0.5"), used(12_345_678_900, "1.70", number=2))
    assert small[1:4] == ["7.0", "0.5", "+6.5"]
    assert large[1:4] == ["12,345,678.9", "1.7", "+12,345,677.2"]
    (row,) = rows(used(1_700, "1.505"))
    assert row[1:4] == ["1.700", "1.505", "+0.195"]


def test_what_findings_bar_says_so_in_both_languages() -> None:
    (row,) = rows(used(7_000, "0.5", barred=2))
    assert row[6] == "suspectbarred: 2 findings"
    (row,) = rows(used(7_000, "0.5", barred=2), language="zh")
    assert row[6] == "可疑不可出账：2 项异常记录"
    (row,) = rows(replace(used(7_000, "0.5"), last_year=5_000, last_year_barred=1))
    assert row[4] == "5.0barred: 1 finding"


def test_planned_years_are_written_in_one_style() -> None:
    planned = [
        PlannedNode(
            node=CAMPUS,
            name=str(n),
            utility=figures(2026).utility,
            quantity=quantity,
            unit="kWh",
            money=money,
            currency="GBP",
            approved_at=NOW,
            approved_by="Mei",
        )
        for n, (quantity, money) in enumerate(
            [
                (Decimal("18006.0"), Decimal("99.5")),
                (Decimal("5.4E+4"), Decimal(100)),
                (Decimal("0.25"), None),
            ]
        )
    ]
    answer = Answer(rows=tuple(planned), as_of=9, age_s=1)
    shown = [
        n
        for n in nodes(plans_page(viewer(Role.VIEWER), answer, 2026, zone=ZONE))
        if isinstance(n, str)
    ]
    assert [n for n in shown if n.endswith("kWh")] == ["18,006 kWh", "54,000 kWh", "0.25 kWh"]
    assert [n for n in shown if n.endswith("GBP")] == ["99.50 GBP", "100.00 GBP"]
