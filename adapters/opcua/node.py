"""In: the node id that a profile writes, and a meter's name. Out: the node id to read. Pure.

A node id is written as in part 6 of the standard: "ns=2;s=Meter7.Energy", or with the name of its
namespace instead of the number, which a server may give anew at each start:
"nsu=urn:maker:meters;s=Meter7.Energy". "{meter}" stands for the meter's name in its address.
"""

from __future__ import annotations

import re

from adapters.errors import AdapterError

HOLE = "{meter}"
MOST_SIGNS = 200
_TEMPLATE = re.compile(r"(ns=\d{1,5};|nsu=[^;{}]+;)?([isgb])=[^{}]*(\{meter\})?[^{}]*")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class NodeError(AdapterError):
    """A node id or the name of a meter is none."""

    code = "opcua.node"


def template_problem(template: str) -> str | None:
    """Return what is wrong with a node id of a profile, None where nothing is."""
    if _TEMPLATE.fullmatch(template) and len(template) <= MOST_SIGNS:
        return None
    return 'node must look like "ns=2;s=Meter{meter}.Energy" or "nsu=urn:maker;i=1001"'


def require_name(written: object) -> str:
    """Return the name of a meter as its address gives it.

    Raises:
        NodeError: It is no text of 1 to 100 signs without ";" and braces.
    """
    if isinstance(written, str) and re.fullmatch(r"[^;{}\x00-\x1f]{1,100}", written):
        return written
    raise NodeError.of("address.opcua", written=written, hole=HOLE)


def filled(template: str, name: str) -> str:
    """Return the node id of a meter's value.

    Args:
        template: As the profile writes it, checked.
        name: Of the meter, checked.

    Raises:
        NodeError: With this name it is no node id.
    """
    node = template.replace(HOLE, name)
    kind, _, told = node.rpartition(";")[2].partition("=")
    number = kind == "i" and not (told.isascii() and told.isdecimal() and int(told) < 2**32)
    if number or (kind == "g" and not _GUID.fullmatch(told)):
        raise NodeError.of("address.no_node", node=node, name=name, template=template)
    return node


def namespace_of(node: str) -> tuple[str, str]:
    """Return the name of a node's namespace ("" for one that has a number) and what follows it."""
    if not node.startswith("nsu="):
        return "", node
    uri, _, rest = node.removeprefix("nsu=").partition(";")
    return uri, rest
