"""In: a callback of the app, what its ids stand for. Out: each request a browser may post. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from tests.dashboards.security.matrix_lists import ENQUIRED, NOBODY, SOUND, VALUES, WILD

ANSWERS = {200, 204, 400, 403, 404}
"""What a callback may answer to anybody."""


def form_of(pattern: str) -> str:
    """Return the form of an address without what stands in its groups."""
    kept, depth = "", 0
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        kept += sign if depth == 0 and sign not in "()?" else ""
    return kept


def bodies(callback: dict[str, Any], known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield a callback's request for every choice of what its ids stand for."""
    outputs = callback["output"].strip(".").split("...")
    texts = [*outputs, *(e["id"] for e in (*callback["inputs"], *callback["state"]))]
    wild = sorted({part for text in texts for part in wild_of(text)})
    stands_for = dict(WILD)
    if '"type":"sound"' in callback["output"]:
        stands_for |= SOUND
    if "act-said" in callback["output"]:
        stands_for["about"] = [str(NOBODY), *ENQUIRED]
    for choice in product(*(stands_for[part] for part in wild)):
        chosen = {p: c.format(**known) for p, c in zip(wild, choice, strict=True)}
        inputs = [entry_of(entry, chosen) for entry in callback["inputs"]]
        first = inputs[-1][0] if isinstance(inputs[-1], list) else inputs[-1]
        name = first["id"]
        if isinstance(name, dict):
            name = written(name)
        state = [entry_of(entry, chosen) for entry in callback["state"]]
        if "till-found" in callback["output"]:  # somebody is looked for at a desk
            for entry, said in zip(state, ("road", "/desk/MAIN"), strict=True):
                entry["value"] = said
        yield {
            "output": callback["output"],
            "outputs": outputs_of(callback["output"], chosen),
            "inputs": inputs,
            "state": state,
            "changedPropIds": [f"{name}.{first['property']}"],
        }


def written(name: dict[str, str]) -> str:
    """Return an id as the browser writes it."""
    return json.dumps(name, separators=(",", ":"), sort_keys=True)


def told(answer: Any) -> str:
    """Return what an answer tells beside the ids that it was asked with."""
    return re.sub(r"bill.{1,8}CAM-\d+-\d+|account.{1,8}A-b\d", "", answer.text)


def wild_of(text: str) -> set[str]:
    """Return the parts of an id, as dash writes it, that stand for many."""
    start = text.find("{")
    if start < 0:
        return set()
    parts = json.loads(text[start : text.rindex("}") + 1])
    return {part for part, stands_for in parts.items() if isinstance(stands_for, list)}


def entry_of(entry: dict[str, str], chosen: dict[str, str]) -> Any:
    name: Any = entry["id"]
    many = False
    if name.startswith("{"):
        parts = json.loads(name)
        many = ["ALL"] in parts.values()
        name = {p: chosen[p] if isinstance(v, list) else v for p, v in parts.items()}
    said = name if entry["property"] == "id" else VALUES[entry["property"]]
    posted = {"id": name, "property": entry["property"], "value": said}
    return [posted] if many else posted


def outputs_of(text: str, chosen: dict[str, str]) -> Any:
    if text.startswith(".."):
        return [outputs_of(each, chosen) for each in text.strip(".").split("...")]
    name, _, rest = text.rpartition(".")
    if name.startswith("{"):
        parts = json.loads(name)
        one = {
            "id": {p: chosen[p] if isinstance(v, list) else v for p, v in parts.items()},
            "property": rest.partition("@")[0],
        }
        return [one] if ["ALL"] in parts.values() else one
    return {"id": name, "property": rest.partition("@")[0]}
