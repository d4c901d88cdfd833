"""In: [[supply]] and [[change]] tables of a file. Out: checked graphs and changes. Pure.

Every problem is listed at once, each with its place in the file: what is misspelt, what is no
meter of the site, and why a graph could not be balanced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from energy.base.period import midnight
from energy.base.units import Utility
from energy.metering.site_file_checker import Checker
from energy.metering.supply.book import SupplyAct, SupplyChange
from energy.metering.supply.check import problems
from energy.metering.supply.graph import RING, TIE, graph_of
from energy.metering.supply.losses import POWERED, LossModel

_SUPPLY_KEYS: Final = {"utility", "valid_from", "nodes", "edges", "open", "ties", "rings"}
_NODE_KEYS: Final = {
    "key", "kind", "name", "point", "loss", "limit_percent", "sensors", "rated_w",
}  # fmt: skip
_CHANGE_KEYS: Final = {
    "utility", "valid_from", "nodes", "ties", "rings", "remove", "join", "part", "open", "close",
}  # fmt: skip
_LOSS_KEYS: Final = {
    LossModel.FIXED: {"model", "no_load_w", "per_hour"},
    LossModel.CURVE: {"model", "no_load_w", "load_loss_w", "rated_w"},
    LossModel.DIFFERENCE: {"model"},
}
Points = Mapping[str, Utility | None]
"""Metering points of the site and their utility."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """Changes of one utility's graph from an instant on."""

    utility: Utility
    valid_from: datetime
    changes: tuple[SupplyChange, ...]


def read_supplies(checker: Checker, points: Points, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the [[supply]] tables of a file: utility, valid_from, nodes, edges.

    Ties and rings come back as nodes of these kinds: so the event holds them.

    Args:
        checker: Gathers problems.
        points: Of the site or of the same file.
        zone: The site's zone: a graph holds from a local midnight on.
    """
    supplies = []
    for number, table in enumerate(checker.tables("supply"), 1):
        where = f"supply {table.get('utility') or number!r}"
        checker.unknown_keys(table, _SUPPLY_KEYS, where)
        utility = _utility(checker, table, where)
        before = len(checker.problems)
        nodes = _nodes(checker, table, where, points, utility)
        nodes += _ties(checker, table, where, points) + _rings(checker, table, where)
        checker.unique([node["key"] for node in nodes], f"{where}: node")
        edges = _pairs(checker, table, "edges", where)
        _mark_open(checker, nodes, _pairs(checker, table, "open", where), where)
        if len(checker.problems) == before:
            checker.problems += [f"{where}: {each}" for each in problems(graph_of(nodes, edges))]
        valid_from = _midnight(checker, table, where, zone)
        if valid_from is not None:
            supplies.append(
                {
                    "utility": table.get("utility"),
                    "valid_from": valid_from,
                    "nodes": nodes,
                    "edges": edges,
                }
            )
    checker.unique([str(supply["utility"]) for supply in supplies], "supply of utility")
    return supplies


def read_changes(checker: Checker, points: Points, zone: ZoneInfo) -> list[PlannedChange]:
    """Return the [[change]] tables of a file, in their order.

    Args:
        checker: Gathers problems.
        points: Of the site.
        zone: The site's zone: a change holds from a local midnight on.
    """
    found = []
    for number, table in enumerate(checker.tables("change"), 1):
        where = f"change {number}"
        checker.unknown_keys(table, _CHANGE_KEYS, where)
        utility = _utility(checker, table, where)
        valid_from = _midnight(checker, table, where, zone)
        nodes = _nodes(checker, table, where, points, utility)
        nodes += _ties(checker, table, where, points) + _rings(checker, table, where)
        facts: list[tuple[SupplyAct, dict[str, Any]]] = [
            (SupplyAct.NODE_GONE, {"key": key}) for key in checker.words(table, "remove", where)
        ]
        facts += [(SupplyAct.NODE, {"node": node}) for node in nodes]
        for key, act in (
            ("part", SupplyAct.EDGE_GONE),
            ("join", SupplyAct.EDGE),
            ("open", SupplyAct.EDGE_OPEN),
            ("close", SupplyAct.EDGE_CLOSED),
        ):
            pairs = _pairs(checker, table, key, where)
            facts += [(act, {"from": first, "to": second}) for first, second in pairs]
        if not facts:
            checker.problems.append(f"{where}: changes nothing; name nodes, join, open, ...")
        if valid_from is not None and utility is not None:
            changes = tuple(
                SupplyChange(act=act, valid_from=valid_from, facts=each) for act, each in facts
            )
            found.append(PlannedChange(utility=utility, valid_from=valid_from, changes=changes))
    return found


def _utility(checker: Checker, table: Mapping[str, Any], where: str) -> Utility | None:
    try:
        return Utility(str(table.get("utility", "")))
    except ValueError:
        checker.problems.append(f"{where}: utility is none of {', '.join(Utility)}")
        return None


def _midnight(
    checker: Checker, table: Mapping[str, Any], where: str, zone: ZoneInfo
) -> datetime | None:
    day = table.get("valid_from")
    if not isinstance(day, date) or isinstance(day, datetime):
        checker.problems.append(f"{where}: `valid_from` is no date")
        return None
    return midnight(day, zone)


def _nodes(
    checker: Checker,
    table: Mapping[str, Any],
    where: str,
    points: Points,
    utility: Utility | None,
) -> list[dict[str, Any]]:
    nodes = []
    for number, node in enumerate(checker.rows(table, "nodes", where), 1):
        key, kind, _ = (checker.text(node, name, where) for name in ("key", "kind", "name"))
        at = f"{where}: node {key or number!r}"
        checker.unknown_keys(node, _NODE_KEYS, at)
        if kind == RING:
            checker.problems.append(f"{at}: write a ring into `rings`")
        _point(checker, node.get("point"), at, points, utility)
        if "limit_percent" in node:
            checker.ratio(node["limit_percent"], "limit_percent", at)
        if "rated_w" in node:
            checker.ratio(node["rated_w"], "rated_w", at)
        if "loss" in node:
            _loss(checker, node["loss"], at, utility)
        for sensor in checker.words(node, "sensors", at):
            if sensor not in points:
                checker.problems.append(f"{at}: sensor {sensor!r} is no point of this site")
        nodes.append(dict(node) | {"key": key, "kind": kind})
    return nodes


def _point(
    checker: Checker, point: object, at: str, points: Points, utility: Utility | None
) -> None:
    if point is None:
        return
    if not isinstance(point, str) or point not in points:
        checker.problems.append(f"{at}: point {point!r} is no meter of this site")
    elif utility is not None and points[point] is not utility:
        other = points[point]
        checker.problems.append(
            f"{at}: point {point!r} counts {other.value if other else 'no utility'}, "
            f"not {utility.value}"
        )


def _loss(checker: Checker, loss: object, at: str, utility: Utility | None) -> None:
    if not isinstance(loss, dict) or loss.get("model") not in list(LossModel):
        checker.problems.append(f"{at}: `loss` needs a model: {', '.join(LossModel)}")
        return
    model = LossModel(loss["model"])
    checker.unknown_keys(loss, _LOSS_KEYS[model], f"{at}: loss")
    powered = utility is None or utility in POWERED
    for key in sorted(set(loss) & _LOSS_KEYS[model] - {"model"}):
        _not_negative(checker, loss[key], key, f"{at}: loss")
        if powered == (key == "per_hour"):
            wanted = "no_load_w [W]" if powered else "per_hour [base unit/h], model fixed"
            checker.problems.append(f"{at}: loss `{key}`: this utility wants {wanted}")
    if model is LossModel.CURVE and not {"load_loss_w", "rated_w"} <= set(loss):
        checker.problems.append(f"{at}: loss: a curve needs load_loss_w and rated_w")
    if model is LossModel.CURVE and "rated_w" in loss:
        checker.ratio(loss["rated_w"], "rated_w", f"{at}: loss")


def _not_negative(checker: Checker, value: object, key: str, where: str) -> None:
    if str(value) != "0":
        checker.ratio(value, key, where)


def _ties(
    checker: Checker, table: Mapping[str, Any], where: str, points: Points
) -> list[dict[str, Any]]:
    ties = []
    for tie in checker.rows(table, "ties", where):
        key = checker.text(tie, "key", f"{where}: tie")
        at = f"{where}: tie {key!r}"
        checker.unknown_keys(tie, {"key", "name", "between", "state", "closed"}, at)
        between = checker.words(tie, "between", at)
        if len(between) != 2:
            checker.problems.append(f'{at}: `between` names two busbars, ["a", "b"]')
            continue
        stored: dict[str, Any] = {
            "key": key,
            "kind": TIE,
            "name": checker.text(tie, "name", at),
            "between": between,
            "closed": checker.flag(tie, "closed", at),
        }
        ties.append(stored | _state(checker, tie.get("state"), at, points))
    return ties


def _state(checker: Checker, state: object, at: str, points: Points) -> dict[str, Any]:
    """Return which state channel says whether a tie is closed; nothing where it is declared."""
    if state is None:
        return {}
    if not isinstance(state, dict) or state.get("point") not in points:
        checker.problems.append(
            f'{at}: `state` = {{point = "...", quantity = "...", closed = 1}} names no point of '
            "this site"
        )
        return {}
    checker.unknown_keys(state, {"point", "quantity", "closed"}, f"{at}: state")
    stored = {
        "state_point": state["point"],
        "closed_count": checker.whole(state, "closed", at, 1),
    }
    if "quantity" in state:
        stored["state_quantity"] = checker.text(state, "quantity", at)
    return stored


def _rings(checker: Checker, table: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    rings = []
    for ring in checker.rows(table, "rings", where):
        key = checker.text(ring, "key", f"{where}: ring")
        at = f"{where}: ring {key!r}"
        checker.unknown_keys(ring, {"key", "name", "nodes", "open"}, at)
        opened = checker.words(ring, "open", at)
        if len(opened) not in (0, 2):
            checker.problems.append(f'{at}: `open` names two neighbours, ["a", "b"], or none')
            opened = []
        rings.append(
            {
                "key": key,
                "kind": RING,
                "name": checker.text(ring, "name", at),
                "nodes": checker.words(ring, "nodes", at),
                "open": opened,
            }
        )
    return rings


def _pairs(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> list[list[str]]:
    pairs = table.get(key, [])
    if not isinstance(pairs, list):
        checker.problems.append(f'{where}: `{key}` is no list like [["grid", "b2"]]')
        return []
    good = []
    for pair in pairs:
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(e, str) for e in pair):
            good.append(list(pair))
        else:
            checker.problems.append(f"{where}: {key} {pair} does not join two of its nodes")
    return good


def _mark_open(
    checker: Checker, nodes: Sequence[dict[str, Any]], pairs: Sequence[Sequence[str]], where: str
) -> None:
    """Note at the fed nodes which of their edges are open."""
    by_key = {node["key"]: node for node in nodes if node["kind"] not in (TIE, RING)}
    for first, second in pairs:
        if second not in by_key:
            checker.problems.append(f"{where}: open {[first, second]}: no such node")
            continue
        by_key[second]["open_from"] = sorted({*by_key[second].get("open_from", ()), first})
