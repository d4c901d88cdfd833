"""In: the tiles' rows. Out: one card each. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.components.pieces import (
    SEVERITY_TONE,
    data_age,
    icon,
    quality_badge,
    severity_badge,
    share_badge,
)
from dashboards.figures.sparkline import sparkline
from dashboards.formats import (
    NOTHING,
    amount,
    amount_text,
    number,
    percent_text,
    significant,
)
from dashboards.queries.rows import AlertRow, Answer, UtilityTile
from dashboards.viewer import Viewer
from energy.base.quality import Quality


def utility_tile(
    viewer: Viewer, tile: UtilityTile, answer: Answer[tuple[UtilityTile, ...]]
) -> Component:
    """Return the card of one utility: today so far, yesterday, change, quality, trend."""
    value, unit = amount(viewer.language, tile.utility, tile.today)
    yesterday = viewer.say(
        "tile.yesterday",
        amount=amount_text(viewer.language, tile.utility, tile.yesterday),
    )
    quality = tile.quality if tile.known else Quality.MISSING
    return html.Article(
        [
            html.Header(
                [
                    icon(f"utility-{tile.utility}"),
                    html.H2(viewer.say(f"utility.{tile.utility}")),
                    quality_badge(viewer, quality),
                ],
                className="tile-head",
            ),
            html.P(
                [
                    viewer.say("tile.today"),
                    share_badge(viewer, "tile.known", Fraction(tile.known, tile.expected))
                    if tile.expected
                    else None,
                ],
                className="tile-what tile-row",
            ),
            html.P(
                [
                    figure_number(viewer, value, unit, _why(viewer, tile, answer), name="tile"),
                    html.Span(
                        change_text(viewer, tile),
                        className="tile-change",
                        title=viewer.say("tile.change_what"),
                    ),
                ],
                className="tile-value",
            ),
            html.P(
                [html.Span([yesterday, _weekdays(viewer, tile)]), _told(viewer, tile)],
                className="tile-before tile-row",
            ),
            html.Img(
                src=sparkline(tile.trend, utility=tile.utility, theme=viewer.theme),
                alt="",  # the words below say what it shows
                className="tile-trend",
            ),
            html.Footer(
                [
                    html.Span(viewer.say("tile.trend")),
                    data_age(viewer, answer.age_s, answer.as_of),
                ],
                className="tile-foot",
            ),
        ],
        className=f"tile tile-{tile.utility}",
    )


def _why(viewer: Viewer, tile: UtilityTile, answer: Answer[tuple[UtilityTile, ...]]) -> Why:
    """Return what today's usage rests on."""
    utility = viewer.say(f"utility.{tile.utility}")
    return Why(
        source=viewer.say("why.meters", count=tile.meters, utility=utility),
        formula=viewer.say("why.today", known=tile.known, expected=tile.expected),
        quality=tile.quality if tile.known else Quality.MISSING,
        age_s=answer.age_s,
        as_of=answer.as_of,
    )


def _told(viewer: Viewer, tile: UtilityTile) -> Component | None:
    """Return which part of yesterday readings tell of; None where none was expected."""
    score = tile.complete.score if tile.complete is not None else None
    if score is None:
        return None
    return html.Span(share_badge(viewer, "tile.told", score), title=viewer.say("tile.told_what"))


def _weekdays(viewer: Viewer, tile: UtilityTile) -> Component | None:
    """Return yesterday against the mean of the same weekday in the four weeks before."""
    if tile.yesterday is None or not tile.weekdays:
        return None
    percent = significant(Decimal(100 * tile.yesterday) / tile.weekdays - 100, 2)
    sign = "+" if percent > 0 else ""
    text = viewer.say("tile.change", percent=f"{sign}{number(viewer.language, percent)}")
    return html.Span(
        [" ", html.Span(f"({text})", className="tile-against")],
        title=viewer.say("tile.weekdays_what"),
    )


def change_text(viewer: Viewer, tile: UtilityTile) -> str:
    """Return today against yesterday up to the same time, when both are known."""
    if tile.today is None or not tile.yesterday_so_far:
        return ""
    percent = significant(Decimal(100 * tile.today) / tile.yesterday_so_far - 100, 2)
    sign = "+" if percent > 0 else ""
    return viewer.say("tile.change", percent=f"{sign}{number(viewer.language, percent)}")


def completeness_tile(viewer: Viewer, answer: Answer[tuple[UtilityTile, ...]]) -> Component:
    """Return the card that tells how much of today is known."""
    known = sum(tile.known for tile in answer.rows)
    expected = sum(tile.expected for tile in answer.rows)
    meters = sum(tile.meters for tile in answer.rows)
    share = percent_text(Fraction(known, expected)).removesuffix(" %") if expected else NOTHING
    missing = max(expected - known, 0)
    return html.Article(
        [
            html.Header(
                [icon("complete"), html.H2(viewer.say("tile.complete"))], className="tile-head"
            ),
            html.P(viewer.say("tile.complete_what"), className="tile-what"),
            html.P(
                [
                    html.Span(share, className="tile-number"),
                    html.Span("%" if expected else "", className="tile-unit"),
                ],
                className="tile-value",
            ),
            html.P(
                viewer.say("tile.missing", count=missing)
                if expected
                else viewer.say("tile.nothing_due"),
                className="tile-before",
            ),
            html.Footer(viewer.say("tile.meters", count=meters), className="tile-foot tile-last"),
        ],
        className="tile",
    )


def by_weight(counted: tuple[str, int]) -> tuple[int, str]:
    """Return the place of a severity, the most severe first; unknown ones come last."""
    known = list(SEVERITY_TONE)
    severity = counted[0]
    return (known.index(severity) if severity in known else len(known), severity)


def alerts_tile(viewer: Viewer, answer: Answer[tuple[AlertRow, ...]]) -> Component:
    """Return the card that counts open alerts by severity."""
    waiting = sum(row.acknowledged_at is None for row in answer.rows)
    counts: dict[str, int] = {}
    for row in answer.rows:
        counts[row.severity] = counts.get(row.severity, 0) + 1
    return html.Article(
        [
            html.Header(
                [icon("alerts"), html.H2(viewer.say("tile.alerts"))], className="tile-head"
            ),
            html.P(viewer.say("tile.alerts_what"), className="tile-what"),
            html.P(
                html.Span(str(len(answer.rows)), className="tile-number"), className="tile-value"
            ),
            html.P(viewer.say("tile.waiting", count=waiting), className="tile-before"),
            html.Footer(
                [
                    html.Span([severity_badge(viewer, severity), f" {count}"])
                    for severity, count in sorted(counts.items(), key=by_weight)
                ],
                className="tile-foot tile-last",
            ),
        ],
        className="tile",
    )
