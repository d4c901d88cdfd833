"""In: nodes, edges and ties of a drawing. Out: where each box and each wire lies. Pure.

Boxes stand in levels, what feeds above what is fed; the nodes at the end below one node stand in
columns behind a common riser, as many on top of each other as the width asks for. A busbar is as
wide as what hangs on it. The same input gives the same drawing, and no two boxes overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboards.figures.one_line_tree import Part, Placed, placed

BUSBAR = "busbar"
WIDE, HIGH, GAP, LEVEL_GAP, ROW_GAP = 124, 92, 20, 44, 14
"""Of a box, between columns, between levels, between boxes of one column. [px]"""
BUS_HIGH, TIE_HIGH = 30, 46
MARGIN = GAP // 2 + 2
"""Left of the first column, for its riser. [px]"""
PITCH = WIDE + GAP
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a node lies. [px]."""

    key: str
    x: int
    y: int
    wide: int
    high: int

    @property
    def right(self) -> int:
        """Return its right edge. [px]."""
        return self.x + self.wide

    @property
    def bottom(self) -> int:
        """Return its lower edge. [px]."""
        return self.y + self.high

    @property
    def middle(self) -> int:
        """Return the middle from left to right. [px]."""
        return self.x + self.wide // 2

    def meets(self, other: Box) -> bool:
        """Return whether the two overlap."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How an edge runs, from the edge of one box to that of the other."""

    source: str
    target: str
    spots: tuple[Spot, ...]
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A drawing. [px]."""

    wide: int
    high: int
    boxes: Mapping[str, Box]
    wires: tuple[Wire, ...]


@dataclass(slots=True)
class _Drawing:
    tree: Placed
    boxes: dict[str, Box] = field(default_factory=dict)
    top: dict[int, int] = field(default_factory=dict)
    """Upper edge of each level. [px]"""


def one_line(
    parts: Sequence[Part],
    edges: Sequence[tuple[str, str, bool]],
    ties: Sequence[tuple[str, str, str]] = (),
    *,
    columns: int = 8,
) -> Plan:
    """Return the drawing.

    Args:
        parts: The nodes, ties apart.
        edges: From, to, and whether it is open.
        ties: Key and the two nodes that each joins.
        columns: Columns that it should keep to; it is wider where it cannot.
    """
    drawing = _Drawing(tree=placed(parts, edges, columns=columns))
    _levels(drawing, [(key, first) for key, first, _ in ties])
    for part in parts:
        _settle(drawing, _box(drawing, part.key))
    for key, first, second in ties:
        _settle(drawing, _tie(drawing, key, first, second))
    wires = [_wire(drawing, *edge) for edge in edges]
    for key, first, second in ties:
        wires += [_tie_wire(drawing.boxes, key, end) for end in (first, second)]
    return Plan(
        wide=max((box.right for box in drawing.boxes.values()), default=0) + MARGIN,
        high=max((box.bottom for box in drawing.boxes.values()), default=0),
        boxes=drawing.boxes,
        wires=tuple(wires),
    )


def _levels(drawing: _Drawing, ties: Sequence[tuple[str, str]]) -> None:
    """Find the upper edge of each level; one with a tie has room for it above."""
    tree = drawing.tree
    joined = {tree.level[first] for _, first in ties}
    y = 0
    for level in range(max(tree.level.values(), default=-1) + 1):
        if level in joined:
            y += TIE_HIGH + ROW_GAP
        drawing.top[level] = y
        kinds = {tree.kind[key] for key, at in tree.level.items() if at == level}
        y += (BUS_HIGH if kinds == {BUSBAR} else HIGH) + LEVEL_GAP


def _box(drawing: _Drawing, key: str) -> Box:
    tree = drawing.tree
    y = drawing.top[tree.level[key]] + tree.row.get(key, 0) * (HIGH + ROW_GAP)
    if tree.kind[key] == BUSBAR:
        first, span = tree.span[key]
        return Box(key=key, x=MARGIN + first * PITCH, y=y, wide=span * PITCH - GAP, high=BUS_HIGH)
    return Box(key=key, x=MARGIN + tree.half[key] * PITCH // 2, y=y, wide=WIDE, high=HIGH)


def _tie(drawing: _Drawing, key: str, first: str, second: str) -> Box:
    """Return a tie's box above the nearer of the two ends, between them."""
    left, right = sorted((drawing.boxes[first], drawing.boxes[second]), key=lambda box: box.x)
    middle = (left.right + right.x) // 2
    y = drawing.boxes[first].y - TIE_HIGH - ROW_GAP
    return Box(key=key, x=max(middle - WIDE // 2, 0), y=y, wide=WIDE, high=TIE_HIGH)


def _settle(drawing: _Drawing, box: Box) -> None:
    """Put a box down, to the right of every other that it would overlap."""
    while met := next((other for other in drawing.boxes.values() if box.meets(other)), None):
        x = met.right + GAP
        box = Box(key=box.key, x=x, y=box.y, wide=box.wide, high=box.high)
    drawing.boxes[box.key] = box


def _within(x: int, box: Box) -> int:
    return min(max(x, box.x + 8), box.right - 8)


def _wire(drawing: _Drawing, source: str, target: str, opened: bool) -> Wire:  # noqa: FBT001  # as edges hold it
    """Return how an edge runs: straight down, by a bend between levels, or by a riser."""
    tree, boxes = drawing.tree, drawing.boxes
    above, below = boxes[source], boxes[target]
    bus = tree.kind[source] == BUSBAR
    if tree.riser.get(target) == source:
        x = below.x - GAP // 2
        start = (_within(x, above) if bus else above.middle, above.bottom)
        bend = drawing.top[tree.level[target]] - LEVEL_GAP // 2
        side = (below.x, below.y + below.high // 2)
        spots = [start, (start[0], bend), (x, bend), (x, side[1]), side]
    else:
        end = below.middle
        if tree.kind[target] == BUSBAR:
            end = _within(above.middle, below)
        start = (_within(end, above) if bus else above.middle, above.bottom)
        bend = below.y - LEVEL_GAP // 2
        spots = [start, (start[0], bend), (end, bend), (end, below.y)]
    return Wire(source=source, target=target, spots=_straight(spots), open=opened)


def _tie_wire(boxes: Mapping[str, Box], key: str, end: str) -> Wire:
    tie, box = boxes[key], boxes[end]
    x = _within(tie.middle, box)
    if tie.x <= x <= tie.right:
        spots = [(x, tie.bottom), (x, box.y)]
    else:
        side, middle = tie.x if x < tie.x else tie.right, tie.y + tie.high // 2
        spots = [(side, middle), (x, middle), (x, box.y)]
    return Wire(source=key, target=end, spots=_straight(spots))


def _straight(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """Return a way without the spots at which it does not bend."""
    kept: list[Spot] = []
    for spot in spots:
        if kept and spot == kept[-1]:
            continue
        if len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == spot[0] or kept[-2][1] == kept[-1][1] == spot[1]
        ):
            kept[-1] = spot
        else:
            kept.append(spot)
    return tuple(kept)
