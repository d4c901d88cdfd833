"""In: a register map and values in units. Out: the registers a device of it holds. Pure.

Written apart from the adapter's decoder on purpose, with a table of its own: a test reads every
shipped map back through client and decoder, so that a slip on one side shows.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction

from simulator.profile_layout import (
    DiscoveryLayout,
    PlaceLayout,
    PlateLayout,
    PointLayout,
    ProductLayout,
    RuleLayout,
)

Image = dict[tuple[int, int], int]
"""Registers by (function code, address), each 0 to 65535."""
Value = Fraction | int | str

_FORMATS = {
    "u16": "H", "s16": "h", "u32": "I", "s32": "i", "u64": "Q", "s64": "q", "f32": "f", "f64": "d",
    "acc32": "I", "bits16": "H", "bits32": "I",
}  # fmt: skip
COMMON_LENGTH = 66
"""Registers of SunSpec's model 1 behind its number and length. [register]"""
MODEL_BEHIND_MARKER = 2 + 2 + COMMON_LENGTH
"""Where the first model behind model 1 begins, counted from the marker. [register]"""


def register_image(
    layout: ProductLayout,
    values: Mapping[str, Value],
    *,
    word_order: str | None = None,
    offset: int = 0,
) -> Image:
    """Return the registers of a device that shows some values.

    Args:
        layout: The register map; relative maps want `offset`, where their model begins.
        values: By quantity, in the map's units: points and plate values, also those of SunSpec's
            model 1. Others are undefined.
        word_order: Deliberately another than the map's.
        offset: Deliberately added to every address.

    Raises:
        ValueError: A value is no whole number of raw steps, or does not fit its type.
        KeyError: A quantity is none of the map's.
    """
    words = word_order or layout.word_order
    image: Image = {}
    for (code, address), power in _powers(layout, values).items():
        image[code, address + offset] = power % 65536
    common = layout.discovery.common if layout.discovery is not None else {}
    for quantity, value in values.items():
        if quantity in common:
            continue  # lies in model 1, below
        if quantity in layout.plate:
            plate = layout.plate[quantity]
            _put(image, plate, offset, _plate_words(plate, value, words))
        else:
            _point(image, layout.points[quantity], value, words, offset)
    for rule in layout.identify:
        if (rule.function_code, rule.address + offset) not in image:
            _put(image, rule, offset, _rule_words(rule, words))
    if layout.discovery is not None and offset >= MODEL_BEHIND_MARKER:
        _discoverable(image, layout.discovery, offset, values)
    return image


def _point(image: Image, point: PointLayout, value: Value, words: str, offset: int) -> None:
    assert not isinstance(value, str), "a text is a plate value"
    assert point.type is not None, "a point is a number"
    if point.type[0] == "f":
        raw: float | int = float(Fraction(value) / point.scale)
    elif point.scale_address is not None:
        held = image[point.function_code, point.scale_address + offset]
        power = held - 65536 if held >= 32768 else held
        raw = _whole(point.quantity, Fraction(value) / Fraction(10) ** power)
    elif point.bits is not None:
        first, width = point.bits
        if not 0 <= value < 2**width:
            raise ValueError(f"{point.quantity}: {value} does not fit {width} bits")
        raw = _held(image, point, offset, words) | int(value) << first
    else:
        raw = _whole(point.quantity, Fraction(value) / point.resolution)
    _put(image, point, offset, _number_words(point.type, raw, words))


def _held(image: Image, point: PointLayout, offset: int, words: str) -> int:
    """Return what other states have put into the same registers already."""
    assert point.type is not None, "a state is a number"
    places = range(struct.calcsize(_FORMATS[point.type]) // 2)
    found = [image.get((point.function_code, point.address + offset + p), 0) for p in places]
    if words == "little":
        found.reverse()
    return int.from_bytes(struct.pack(f">{len(found)}H", *found), "big")


def _powers(layout: ProductLayout, values: Mapping[str, Value]) -> dict[tuple[int, int], int]:
    """Return the finest power of ten for each scale register that all its values bear."""
    shared: dict[tuple[int, int], list[tuple[PointLayout, Fraction]]] = {}
    for quantity, value in values.items():
        point = layout.points.get(quantity)
        if point is not None and point.scale_address is not None:
            key = (point.function_code, point.scale_address)
            shared.setdefault(key, []).append((point, Fraction(value)))
    return {key: _power(rows) for key, rows in shared.items()}


def _power(rows: list[tuple[PointLayout, Fraction]]) -> int:
    for power in range(-6, 7):
        raws = [(point, value / Fraction(10) ** power) for point, value in rows]
        if all(raw.denominator == 1 and _fits(point.type, int(raw)) for point, raw in raws):
            return power
    raise ValueError(f"no power of ten bears {[str(value) for _, value in rows]}")


def _fits(type_: str | None, raw: int) -> bool:
    assert type_ is not None, "a point is a number"
    try:
        struct.pack(">" + _FORMATS[type_], raw)
    except struct.error:
        return False
    return True


def _whole(quantity: str, raw: Fraction) -> int:
    if raw.denominator != 1:
        raise ValueError(f"{quantity}: {raw} is no whole number of raw steps")
    return int(raw)


def _number_words(type_: str, raw: float, words: str) -> list[int]:
    try:
        held = struct.pack(">" + _FORMATS[type_], raw)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{raw} does not fit {type_}") from error
    found = list(struct.unpack(f">{len(held) // 2}H", held))
    return found if words == "big" else found[::-1]


def _text_words(text: str, width: int) -> list[int]:
    letters = text.encode("utf-8").ljust(2 * width, b"\0")
    if len(letters) > 2 * width:
        raise ValueError(f"{text!r} does not fit {width} registers")
    return list(struct.unpack(f">{width}H", letters))


def _plate_words(plate: PlateLayout, value: Value, words: str) -> list[int]:
    if plate.type is None:
        return _text_words(str(value), plate.width)
    assert not isinstance(value, str), "a number was asked for"
    raw = Fraction(value) / plate.resolution
    if plate.type[0] == "f":
        return _number_words(plate.type, float(raw), words)
    return _number_words(plate.type, _whole(plate.quantity, raw), words)


def _rule_words(rule: RuleLayout, words: str) -> list[int]:
    if rule.type is None:
        return _text_words(str(rule.equals), rule.width)
    if rule.equals is not None:
        return _number_words(rule.type, int(rule.equals), words)
    assert rule.low is not None and rule.high is not None, "the map was checked"
    return _number_words(rule.type, int((rule.low + rule.high) / 2), words)


def _put(image: Image, place: PlaceLayout, offset: int, words: Sequence[int]) -> None:
    for number, word in enumerate(words):
        image[place.function_code, place.address + offset + number] = word


def _discoverable(
    image: Image, discovery: DiscoveryLayout, offset: int, values: Mapping[str, Value]
) -> None:
    """Put the marker, model 1 and the end of the models around a model that begins at offset."""
    base = offset - MODEL_BEHIND_MARKER
    code = next(iter(image))[0]
    head = [discovery.marker >> 16, discovery.marker & 0xFFFF, 1, COMMON_LENGTH]
    for number, word in enumerate([*head, *[0] * COMMON_LENGTH]):
        image[code, base + number] = word
    for plate in discovery.common.values():
        text = values.get(plate.quantity, 1 if plate.type else plate.quantity.upper())
        _put(image, plate, base + 2, _plate_words(plate, text, "big"))
    length = image.setdefault((code, offset + 1), 105)
    for place in range(offset, offset + 2 + length):
        image.setdefault((code, place), 0xFFFF)
    image[code, offset + 2 + length] = 0xFFFF
    image[code, offset + 3 + length] = 0
