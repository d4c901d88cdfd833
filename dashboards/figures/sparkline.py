"""Step 5a. From: daily usage. To: an SVG image of bars without axes. Pure.

An image and not a chart: six of them took two fifths of what all charts of the overview need.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from dashboards.theme import PALETTES, Theme
from energy.base.units import Utility

HIGH = 44
"""Height of the image. [px]"""
DAY = 20
"""Width of a day in the image's own measure; it is stretched to its place."""
BAR = 15
LEAST = 1
"""Height of a day without usage: a day that is not known has no bar at all. [px]"""


def sparkline(trend: Sequence[int | None], *, utility: Utility, theme: Theme) -> str:
    """Return the last days of one utility as the source of an HTML image.

    Args:
        trend: Usage of each day, oldest first; None: not known. [base unit]
        utility: Its utility.
        theme: Light or dark.
    """
    svg = sparkline_svg(trend, utility=utility, theme=theme)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii")


def sparkline_svg(trend: Sequence[int | None], *, utility: Utility, theme: Theme) -> str:
    """Return the image as SVG text; see `sparkline`."""
    top = max((usage for usage in trend if usage is not None), default=0)
    bars = [
        _bar(n, max(LEAST, (HIGH - 2) * usage // top) if top > 0 and usage > 0 else LEAST)
        for n, usage in enumerate(trend)
        if usage is not None
    ]
    wide = DAY * max(len(trend), 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{HIGH}" '
        f'viewBox="0 0 {wide} {HIGH}" preserveAspectRatio="none">'
        f'<g fill="{PALETTES[theme].utilities[utility]}" fill-opacity="0.65">{"".join(bars)}</g>'
        "</svg>"
    )


def _bar(n: int, high: int) -> str:
    left = n * DAY + (DAY - BAR) // 2
    return f'<rect x="{left}" y="{HIGH - high}" width="{BAR}" height="{high}"/>'
