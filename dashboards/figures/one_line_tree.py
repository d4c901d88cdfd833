"""In: nodes and edges of a drawing. Out: the level, column and row of each. Pure.

Every node hangs below one of those that feed it; its columns hold all that hangs below. What else
feeds it and nothing more (a generator at a busbar) stands above the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A node to be drawn."""

    key: str
    kind: str


@dataclass(slots=True)
class Placed:
    """Where nodes stand."""

    kind: dict[str, str]
    level: dict[str, int]
    half: dict[str, int] = field(default_factory=dict)
    """Left edge. [half a column]"""
    span: dict[str, tuple[int, int]] = field(default_factory=dict)
    """First column and number of columns of a node with all below."""
    row: dict[str, int] = field(default_factory=dict)
    """Place within a stack of nodes at the end; 0 for those alone."""
    riser: dict[str, str] = field(default_factory=dict)
    """Node of a stack -> the node from which its riser comes."""


@dataclass(slots=True)
class _Tree:
    """Who hangs below whom."""

    order: list[str]
    children: dict[str, list[str]]
    ends: dict[str, list[str]]
    """Node -> those of its children below which nothing hangs."""
    riders: dict[str, list[list[str]]]
    """Node -> chains that feed it and nothing else, the highest first."""
    roots: list[str]
    rows: dict[str, int]
    """Node -> how high its ends are stacked."""


def placed(
    parts: Sequence[Part], edges: Sequence[tuple[str, str, bool]], *, columns: int
) -> Placed:
    """Return where the nodes stand.

    Args:
        parts: The nodes, in the order in which brothers stand.
        edges: From, to, and whether it is open.
        columns: Columns to keep to, if they can be.
    """
    order = [part.key for part in parts]
    ways = [(a, b) for a, b, _ in sorted(edges, key=lambda edge: edge[2]) if a != b]
    ways = _forward(order, ways)
    depth = _depth(order, ways)
    level = _level(depth, ways)
    tree = _tree(order, {p.key: p.kind for p in parts}, ways, depth)
    while sum(_span(tree, root) for root in tree.roots) > columns:
        widest = max(tree.ends, key=lambda key: _ends_span(tree, key), default=None)
        if widest is None or _ends_span(tree, widest) <= 1:
            break
        tree.rows[widest] += 1
    found = Placed(kind={part.key: part.kind for part in parts}, level=level)
    column = 0
    for root in tree.roots:
        column += _place(tree, found, root, column)
    return found


def _forward(order: Sequence[str], ways: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the edges without those that close a circle."""
    kept: list[tuple[str, str]] = []
    below: dict[str, list[str]] = {key: [] for key in order}
    for source, target in dict.fromkeys(ways):
        waiting, seen = [target], {target}
        while waiting:
            fresh = set(below[waiting.pop()]) - seen
            seen |= fresh
            waiting += sorted(fresh)
        if source not in seen:
            kept.append((source, target))
            below[source].append(target)
    return kept


def _depth(order: Sequence[str], ways: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the steps to each node by the longest way."""
    depth = dict.fromkeys(order, 0)
    for _ in order:
        for source, target in ways:
            depth[target] = max(depth[target], depth[source] + 1)
    return depth


def _level(depth: dict[str, int], ways: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return levels from 0: what feeds right above what is fed, the ends as high as they can."""
    level = dict(depth)
    feeding = {source for source, _ in ways}
    for key in sorted(feeding, key=lambda each: -depth[each]):
        level[key] = min(level[target] for source, target in ways if source == key) - 1
    least = min(level.values(), default=0)
    return {key: at - least for key, at in level.items()}


def _tree(
    order: list[str], kind: dict[str, str], ways: Sequence[tuple[str, str]], depth: dict[str, int]
) -> _Tree:
    feeding = {source for source, _ in ways}
    children: dict[str, list[str]] = {key: [] for key in order}
    parent: dict[str, str] = {}
    for key in order:
        above = [source for source, target in ways if target == key]
        if above:
            parent[key] = max(above, key=lambda each: (depth[each], -above.index(each)))
            children[parent[key]].append(key)
    roots = [key for key in order if key not in parent]
    riders: dict[str, list[list[str]]] = {}
    for root in list(roots):
        chain = [root]
        while len(children[chain[-1]]) == 1:
            chain.append(children[chain[-1]][0])
        fed = [target for source, target in ways if source == chain[-1]]
        if not children[chain[-1]] and fed:
            riders.setdefault(fed[0], []).append(chain)
            roots.remove(root)
    ends = {
        key: [
            c for c in children[key] if c not in feeding and c not in riders and kind[c] != "busbar"
        ]
        for key in order
    }
    ends = {key: found for key, found in ends.items() if found}
    return _Tree(
        order=order,
        children=children,
        ends=ends,
        riders=riders,
        roots=roots,
        rows=dict.fromkeys(ends, 1),
    )


def _ends_span(tree: _Tree, key: str) -> int:
    """Return the columns that the ends below a node take."""
    many = len(tree.ends.get(key, ()))
    return -(-many // tree.rows[key]) if many else 0


def _inner(tree: _Tree, key: str) -> list[str]:
    ends = tree.ends.get(key, [])
    return [child for child in tree.children[key] if child not in ends]


def _span(tree: _Tree, key: str) -> int:
    """Return the columns of a node with all below."""
    below = _ends_span(tree, key) + sum(_span(tree, child) for child in _inner(tree, key))
    return max(1, below, len(tree.riders.get(key, ())) + 1 if key in tree.riders else 1)


def _place(tree: _Tree, found: Placed, key: str, first: int) -> int:
    """Place a node and all below from a column on; return how many columns they take."""
    span = _span(tree, key)
    found.span[key] = (first, span)
    column = first
    for child in _inner(tree, key):
        column += _place(tree, found, child, column)
    rows = tree.rows.get(key, 1)
    for number, end in enumerate(tree.ends.get(key, [])):
        found.half[end] = 2 * (column + number // rows)
        found.row[end] = number % rows
        found.span[end] = (column + number // rows, 1)
        if rows > 1:
            found.riser[end] = key
    chains = tree.riders.get(key, [])
    for number, chain in enumerate(chains, 1):
        for rider in chain:
            found.half[rider] = 2 * _slot(first, span, number, len(chains) + 1)
            found.span[rider] = (found.half[rider] // 2, 1)
    found.half[key] = _middle(tree, found, key, first, span)
    return span


def _slot(first: int, span: int, number: int, many: int) -> int:
    """Return the column of one of many that feed a node, spread over its columns."""
    return first + (2 * number + 1) * span // (2 * many)


def _middle(tree: _Tree, found: Placed, key: str, first: int, span: int) -> int:
    """Return the left edge of a node above what hangs below. [half a column]."""
    below = tree.children[key]
    if len(below) == 1 and below[0] in tree.riders:
        under = found.span[below[0]]
        return 2 * _slot(*under, 0, len(tree.riders[below[0]]) + 1)
    if len(below) == 1 and found.kind[below[0]] != "busbar":
        return found.half[below[0]]
    return 2 * first + span - 1
