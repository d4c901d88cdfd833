"""In: maps and what is known of a device so far. Out: the next registers to ask for. Pure.

A generator: it yields a run, whoever drives it asks the device and keeps answer or refusal in
`Seen`, then it goes on. The collector's own reader and the simulation of docs/decisions/0027
drive the same questions.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from adapters.modbus.probing.candidate import (
    LONGEST_READ,
    Candidate,
    FoundModel,
    Products,
    Run,
    anchors,
)
from adapters.modbus.probing.electric import voltages_fit
from adapters.modbus.probing.seen import Seen
from adapters.modbus.probing.values import values_of
from adapters.modbus.register_product import Discovery, RegisterMap

Questions = Generator[Run, None, list[Candidate]]
END_OF_MODELS = 0xFFFF
MOST_MODELS = 40
"""Models of one device that are walked over: a chain longer than this is none."""


def questions(products: Products, seen: Seen) -> Questions:
    """Ask what is needed to judge some products; return the candidates that may be judged.

    Args:
        products: The products that the device may be.
        seen: What is known; answers and refusals are put there by whoever drives this.
    """
    found_at = yield from _models(products.maps, seen, as_written=products.as_written)
    candidates = products.candidates(found_at)
    for each in candidates:
        yield from _wanted(each.anchor, seen)
    likely = [each for each in candidates if promising(each, seen)]
    for each in likely:
        for run in (*identity_runs(each), *each.runs):
            yield from _wanted(run, seen)
    return likely


def promising(candidate: Candidate, seen: Seen) -> bool:
    """Return whether a candidate's anchor was answered and is nothing impossible."""
    code, first, end = candidate.anchor
    if seen.get(code, first, end - first) is None:
        return False
    looked = anchors(candidate.points)
    if not looked[0].quantity.startswith("voltage_l"):
        return True
    return voltages_fit(values_of(candidate, seen))


def identity_runs(candidate: Candidate) -> list[Run]:
    """Return the registers that name the product."""
    rules = candidate.map.identify
    return sorted({(rule.function_code, rule.address, rule.address + rule.width) for rule in rules})


def _wanted(run: Run, seen: Seen) -> Generator[Run, None, None]:
    """Ask for a run with a register more on both sides, then for the run alone.

    The wider read serves the neighbouring offsets as well, and its refusal tells that the
    device's own map ends here.
    """
    code, first, end = run
    if seen.get(code, first, end - first) is not None:
        return
    start = max(0, first - 1)
    wide = end + 1 - start
    if wide <= LONGEST_READ and end < 65536 and not seen.settled(code, start, wide):
        yield (code, start, end + 1)
    if not seen.settled(code, first, end - first):
        yield run


def _models(
    maps: Sequence[RegisterMap], seen: Seen, *, as_written: bool
) -> Generator[Run, None, dict[str, list[FoundModel]]]:
    """Find where the models of relative maps begin."""
    found: dict[str, list[FoundModel]] = {}
    for register_map in maps:
        discovery = register_map.discovery
        if discovery is None:
            continue
        code = next(iter(register_map.points.values())).function_code
        for function_code in (code,) if as_written else (code, 7 - code):
            for base in _bases(discovery, as_written=as_written):
                models = yield from _walk(discovery, function_code, base, seen)
                known = found.setdefault(register_map.id, [])
                known += [model for model in models if model not in known]
    return found


def _bases(discovery: Discovery, *, as_written: bool) -> list[int]:
    offsets = (0,) if as_written else (0, -1, 1)
    return sorted({base + offset for base in discovery.bases for offset in offsets} - {-1})


def _walk(
    discovery: Discovery, function_code: int, base: int, seen: Seen
) -> Generator[Run, None, list[FoundModel]]:
    run = (function_code, base, base + 2)
    if not seen.settled(function_code, base, 2):
        yield run
    marker = seen.get(function_code, base, 2)
    words = (discovery.marker >> 16, discovery.marker & 0xFFFF)
    if marker not in {words, words[::-1]}:
        return []
    turned = marker != words  # the marker shows the order of all words of two registers
    models: list[FoundModel] = []
    place = base + 2
    for _ in range(MOST_MODELS):
        if not seen.settled(function_code, place, 2):
            yield (function_code, place, place + 2)
        header = seen.get(function_code, place, 2)
        if header is None or header[0] == END_OF_MODELS:
            break
        if header[0] in discovery.models:
            models.append(FoundModel(place, turned))
        place += 2 + header[1]
        if place > 65534:
            break
    return models
