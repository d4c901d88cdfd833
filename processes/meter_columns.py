"""In: the head of a table of meters. Out: its cells by our names of the columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.files.workbook import TableRow

HEADS: Mapping[str, tuple[str, ...]] = {
    "point": ("计量点", "计量点编号"),
    "name": ("名称",),
    "place": ("位置", "位置编号"),
    "utility": ("能源种类",),
    "profile": ("设备档案",),
    "source": ("数据源",),
    "unit": ("地址", "设备地址"),
    "meter": ("表地址", "通信地址"),
    "edition": ("规约版本",),
    "device": ("设备", "设备编号"),
    "multiplier": ("倍率",),
    "side": ("计量侧",),
    "quantities": ("量", "通道"),
    "pulse_weight": ("脉冲当量",),
    "serial": ("表号",),
    "since": ("投运时间", "投运日期"),
    "start": ("起始读数",),
    "seal": ("封印", "封印号"),
    "location": ("安装位置",),
}
"""Columns by their names; the Chinese ones are taken, too."""
NEEDED = ("point", "name", "place", "utility", "profile")


def by_key(row: TableRow) -> dict[str, str]:
    """Return the cells of a row by our names of the columns; columns of others are left out."""
    names = {alias: key for key, aliases in HEADS.items() for alias in (key, *aliases)}
    return {names[head]: text for head, text in row.cells.items() if head in names}
