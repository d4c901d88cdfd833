"""In: what a computed supply rests on, as its document says. Out: its words. Pure.

A share names what is divided, by which key, and its portion; a formula its text, its version and
its inputs. The page of a bill and its proof on the screen say it with these words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.money import plain, round_half_up
from energy.base.text import t

Json = Mapping[str, Any]
_DIGITS = 6
"""Digits after the point of a number that does not end; those of a portion in per cent are two
fewer."""
_LONGEST = 1000
"""Largest denominator of a portion that is shown as a fraction too."""
_UNITS = {"1": "", "m2": "m²", "m3": "m³", "100J": "100 J"}


def computed_rows(computed: Json, language: str, day: Callable[[str], str]) -> list[str]:
    """Return how a supply was computed, one sentence a row, without its registers.

    Args:
        computed: The supply's `computed`.
        language: "en" or "zh".
        day: Returns an ISO day as people write it.
    """
    rows: list[str] = []
    for step in computed["steps"]:
        rows += _share(step, language, day) if step["kind"] == "share" else []
        rows += _formula(step, language, day) if step["kind"] == "formula" else []
    if computed["left_out"]:
        rows.append(t(language, "computed.left_out", many=computed["left_out"]))
    return rows


def source_text(step: Json, language: str) -> str:
    """Return what a share divides.

    Args:
        step: A step of the kind "share".
        language: "en" or "zh".
    """
    names = {"share": step["share"], "name": step["name"], "part": step["part"]}
    counted = inputs_text(step["inputs"], language)
    if step["node"] is not None:
        node = step["node"]
        return t(language, "computed.share_of_node", node=node, counted=counted, **names)
    return t(language, "computed.share_of_point", counted=counted, **names)


def inputs_text(inputs: list[Json], language: str) -> str:
    """Return channels with what each said.

    Args:
        inputs: Channels of a step.
        language: "en" or "zh".
    """
    told = [
        t(language, "computed.input", point=each["point"], value=value_text(each, language))
        for each in inputs
    ]
    return t(language, "computed.comma").join(told) or "–"


def value_text(counted: Json, language: str) -> str:
    """Return what a channel said with its unit, or that it is not known."""
    if counted["value"] is None:
        return t(language, "computed.not_known")
    return f"{_number(counted['value'])} {_unit(counted['unit'])}".strip()


def keys_text(span: Json, language: str) -> str:
    """Return by what some days were divided, with the figures; see `key_rows`."""
    return " + ".join(key_rows(span, language))


def key_rows(span: Json, language: str) -> list[str]:
    """Return by what some days were divided, one row a key, with the figures.

    Args:
        span: Days of a share.
        language: "en" or "zh".
    """
    told = [_key(key, language) for key in span["keys"]]
    return told or [t(language, "computed.not_divided")]


def portion_text(span: Json, language: str) -> str:
    """Return the portion of a part: one, or the smallest and largest of a day."""
    if span["portion"] is None:
        return t(language, "computed.not_known")
    least, most = _portion(span["portion"]), _portion(span["portion_most"])
    if span["portion"] == span["portion_most"]:
        return least
    return t(language, "computed.portion_by_day", least=least, most=most)


def vacancy_text(span: Json, language: str) -> str:
    """Return which units were empty and who bore their portion; "" where none was."""
    if not span["vacant"]:
        return ""
    parts = t(language, "computed.comma").join(span["vacant"])
    borne = t(language, f"computed.vacancy.{span['vacancy']}", owner=span["owner"] or "–")
    return t(language, "computed.vacant", parts=parts, borne=borne)


def carried_text(span: Json, step: Json, language: str) -> str:
    """Return what rounding carries on behind some days; "" where nothing is."""
    if span["carried"] in (None, "0"):
        return ""
    unit = _unit(step["carried_unit"])
    return t(language, "computed.carried", carried=span["carried"], unit=unit)


def used_text(value: str | None, unit: str, language: str) -> str:
    """Return a usage with its unit, or that it is not known."""
    return value_text({"value": value, "unit": unit}, language)


def constants_text(span: Json, language: str) -> str:
    """Return the constants of a formula; "" where it has none."""
    names = [name for name, *_ in span["constants"]]
    told = []
    for name, value, unit, since in span["constants"]:
        text = f"{name} = {_number(value)} {_unit(unit)}".strip()
        several = names.count(name) > 1
        told.append(t(language, "computed.since", told=text, day=since) if several else text)
    return t(language, "computed.comma").join(told)


def _share(step: Json, language: str, day: Callable[[str], str]) -> Iterator[str]:
    yield source_text(step, language)
    for span in step["spans"]:
        told = t(
            language,
            "computed.share_span",
            first_day=day(span["first_day"]),
            last_day=day(span["last_day"]),
            whole=used_text(span["whole"], step["unit"], language),
            usage=used_text(span["usage"], step["unit"], language),
            keys=keys_text(span, language),
            portion=portion_text(span, language),
        )
        others = [vacancy_text(span, language), carried_text(span, step, language)]
        yield ("" if language == "zh" else " ").join([told, *(each for each in others if each)])


def _formula(step: Json, language: str, day: Callable[[str], str]) -> Iterator[str]:
    for span in step["spans"]:
        told = t(
            language,
            "computed.formula_span",
            point=step["point"],
            version=span["version"],
            first_day=day(span["first_day"]),
            last_day=day(span["last_day"]),
            text=span["text"],
            unit=_unit(span["unit"]),
            inputs=inputs_text(span["inputs"], language),
        )
        constants = constants_text(span, language)
        with_them = t(language, "computed.constants", constants=constants) if constants else ""
        yield ("" if language == "zh" else " ").join(each for each in (told, with_them) if each)


def _key(key: Json, language: str) -> str:
    name = t(language, f"cli.share.by.{key['by']}")
    if key["own"] is None or key["all"] is None:
        told = t(language, "computed.key_unknown", by=name)
    else:
        own, every = _number(key["own"]), _number(key["all"])
        told = t(language, "computed.key", by=name, own=own, all=every, unit=_unit(key["unit"]))
    told = told.strip()
    return told if key["portion"] == "1" else f"{key['portion']} {told}"


def _portion(text: str) -> str:
    portion = Fraction(text)
    percent = plain(round_half_up(100 * portion, _DIGITS - 2)).rstrip("0").rstrip(".")
    if portion.denominator in (1, 100) or portion.denominator > _LONGEST:
        return f"{percent} %"
    return f"{portion} ({percent} %)"


def _number(text: str) -> str:
    """Return a number with thousands separated; one that does not end to six digits."""
    value = round_half_up(Fraction(text), _DIGITS) if "/" in text else Decimal(text)
    return format(value, ",f")


def _unit(unit: str) -> str:
    return _UNITS.get(unit, unit)
