"""In: [[rule]] tables of a file, the site's channels. Out: rules as events store them. Pure.

A site file and `alert rule define` are read by this alone. Numbers are in the unit of the channel
that the rule is about, and stay as they were written: what they are in counts is asked of each
channel when it is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from energy.alerting.rules.calendar import CalendarError, calendar_of
from energy.alerting.rules.kinds import KINDS, WatchedChannel, meant_channels, terms_of
from energy.alerting.rules.numbers import RuleError, fields_of
from energy.alerting.rules.presets import PRESETS, Preset
from energy.alerting.rules.spec import RuleKind
from energy.base.errors import EnergyError
from energy.base.period import midnight
from energy.base.text import Worded
from energy.metering.site_file_checker import Checker

SEVERITIES: Final = ("low", "medium", "high", "critical")
_CAMERA: Final = re.compile(r"https?://[^\s/@\\]+(/[^\s\\]*)?")
"""A page that a browser opens, without a password in its address."""
_CALENDAR: Final = ("hours", "holidays", "holiday_hours")
_COMMON: Final = frozenset(
    {"key", "name", "kind", "preset", "severity", "delay_s", "fresh_s", "valid_from", "enabled"}
    | {"cuts", "camera", *_CALENDAR}
)
_OF_CHANNELS: Final = ("point", "points", "quantity", "quantities", "utility", "place", "equipment")
_SUBJECT: Final[Mapping[RuleKind, tuple[str, ...]]] = {
    RuleKind.COMMUNICATION: ("source", "gateway", "point", "of"),
    RuleKind.BALANCE: ("utility", "node"),
    RuleKind.BUDGET: ("utility", "node"),
    RuleKind.PREPAID: ("account",),
    RuleKind.CERTIFICATE: ("certificate",),
    RuleKind.COMBINATION: (),
}
"""What the subject of a kind is named by; all others by channels."""
EVERY_QUANTITY: Final = "*"
OF: Final = ("device", "source", "gateway")
"""What communication may be of: each device, or all devices of a source or a gateway together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What of a site rules are checked against."""

    channels: Sequence[WatchedChannel] | None
    """None: the meters themselves cannot be read; what rules are about is not judged."""
    zone: ZoneInfo
    keys: Collection[str] = ()
    """Of the rules that there are already."""
    doubtful: Collection[str] = ()
    """Points whose own table has a problem."""


def read_rule_tables(
    document: Mapping[str, Any], facts: SiteFacts
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the specs of the rules of a file, version left open, and every problem found.

    Args:
        document: The parsed TOML.
        facts: Of the site.
    """
    checker = Checker(document)
    tables = checker.tables("rule")
    keys = [str(table.get("key", "")) for table in tables]
    checker.unique(keys, Worded.of("why.rule.one"))
    found = []
    for n, table in enumerate(tables, 1):
        where = Worded.of("why.rule.at", key=table.get("key") or n)
        reader = _Reader(checker, table, where, facts)
        spec = reader.spec({*keys, *facts.keys})
        if spec is not None:
            found.append(spec)
    return found, checker.problems


class _Reader:
    """Reads one table."""

    def __init__(
        self, checker: Checker, table: Mapping[str, Any], where: str, facts: SiteFacts
    ) -> None:
        self._checker = checker
        self._table = table
        self._where = where
        self._facts = facts

    def spec(self, keys: Collection[str]) -> dict[str, Any] | None:
        """Return what an event stores; None where there is a problem."""
        checker, before = self._checker, len(self._checker.problems)
        preset = self._preset()
        kind = self._kind(preset)
        if kind is None:
            return None
        table = dict(preset.facts if preset else {}) | dict(self._table)
        if preset and preset.quantities and not {"quantity", "quantities"} & set(table):
            table["quantities"] = list(preset.quantities)
        of_channels = bool(KINDS[kind].watches)
        named = _OF_CHANNELS if of_channels else _SUBJECT[kind]
        numbers = {each.name for each in fields_of(KINDS[kind])} - {"modulus"}
        checker.unknown_keys(table, {*_COMMON, *named, *numbers}, self._where)
        key, name = (checker.text(table, each, self._where) for each in ("key", "name"))
        if table.get("severity") not in SEVERITIES:
            self._problem("no_severity", known=", ".join(SEVERITIES))
        subject = self._subject(kind, table, named)
        spec = {
            "kind": kind.value,
            "key": key,
            "name": name,
            "severity": table.get("severity"),
            "channel": 0,
            "subject": subject,
            "delay_s": checker.whole(table, "delay_s", self._where, 0),
            "fresh_s": checker.whole(table, "fresh_s", self._where, 900),
            "terms": {name: table[name] for name in sorted(numbers & set(table))},
        }
        self._numbers(kind, spec, preset, of_channels=of_channels)
        self._times(spec, table)
        if kind is RuleKind.COMBINATION:
            self._others(spec, keys)
        return spec if len(checker.problems) == before else None

    def _problem(self, key: str, /, **values: object) -> None:
        self._checker.add(self._where, Worded.of(f"why.rule.{key}", **values))

    def _refused(self, error: EnergyError) -> None:
        self._checker.add(self._where, Worded.of("why.rule.refused", why=error))

    def _preset(self) -> Preset | None:
        named = self._table.get("preset")
        if named is not None and named not in PRESETS:
            self._problem("no_preset", preset=named, known=", ".join(PRESETS))
        return PRESETS.get(str(named))

    def _kind(self, preset: Preset | None) -> RuleKind | None:
        usual = preset.kind if preset else RuleKind.THRESHOLD
        named = self._table.get("kind", usual.value)
        if named not in set(RuleKind):
            self._problem("no_kind", kind=named, known=", ".join(RuleKind))
            return None
        if preset and named != preset.kind:
            self._problem("preset_kind", preset=self._table["preset"], kind=preset.kind)
            return None
        return RuleKind(named)

    def _subject(
        self, kind: RuleKind, table: Mapping[str, Any], named: Sequence[str]
    ) -> dict[str, Any]:
        """Return how the subject is named, its words checked."""
        subject: dict[str, Any] = {}
        for name in named:
            if name in ("points", "quantities") and name in table:
                subject[name] = self._checker.words(table, name, self._where)
            elif name in table:
                subject[name] = self._checker.text(table, name, self._where)
        if subject.get("of", OF[0]) not in OF:
            self._problem("no_of", of=subject["of"], known=", ".join(OF))
        if not KINDS[kind].watches:
            return subject
        if "point" in subject:
            subject["points"] = [subject.pop("point"), *subject.get("points", ())]
        if not subject.get("quantities") and "quantity" not in subject:
            if kind is RuleKind.MISSING:
                subject["quantity"] = EVERY_QUANTITY
            else:
                self._checker.tell(self._where, "text", key="quantity")
                subject["quantity"] = ""
        return subject

    def _numbers(
        self, kind: RuleKind, spec: dict[str, Any], preset: Preset | None, *, of_channels: bool
    ) -> None:
        """Complete the numbers of a spec by its preset, and check them on every channel meant."""
        meant = self._meant(kind, spec["subject"]) if of_channels else []
        if of_channels and not meant:
            self._meant_nothing(spec["subject"])
        if preset is not None and of_channels and not meant:
            return  # its limits are those of the channel's unit
        if preset is not None and meant:
            usual = preset.numbers.get(meant[0].unit)
            if usual is None and not spec["terms"]:
                known = ", ".join(map(repr, preset.numbers))
                self._problem("preset_limit", known=known, unit=meant[0].unit)
                return
            spec["terms"] = dict(usual or {}) | spec["terms"]
        scaled = {each.name for each in fields_of(KINDS[kind]) if each.metadata.get("in")}
        spec["terms"] = {
            name: str(value) if name in scaled and type(value) is int else value
            for name, value in spec["terms"].items()
        }
        for per_count in sorted({each.per_count for each in meant}) or [Fraction(1)]:
            try:
                terms_of(kind, spec["terms"], per_count)
            except RuleError as error:
                self._refused(error)
                return

    def _meant(self, kind: RuleKind, subject: Mapping[str, Any]) -> list[WatchedChannel]:
        every = dict(enumerate(self._facts.channels or ()))
        return [each for group in meant_channels(subject, KINDS[kind], every) for each in group]

    def _meant_nothing(self, subject: Mapping[str, Any]) -> None:
        points = subject.get("points", ())
        if self._facts.channels is None or any(each in self._facts.doubtful for each in points):
            return
        wanted = " ".join(repr(each) for each in subject.get("quantities") or [subject["quantity"]])
        of = " ".join(repr(each) for each in points)
        if of:
            self._problem("no_channel", of=of, wanted=wanted)
        else:
            self._problem("no_channel_of_site", wanted=wanted)

    def _others(self, spec: Mapping[str, Any], keys: Collection[str]) -> None:
        """Refuse a combination of rules that there are not."""
        for name in ("all_of", "any_of", "none_of"):
            for other in self._checker.words(spec["terms"], name, self._where):
                if other not in keys or other == spec["key"]:
                    self._problem("no_other", name=name, other=other)

    def _times(self, spec: dict[str, Any], table: Mapping[str, Any]) -> None:
        """Add the rule's hours, its first day, and whether it is switched on."""
        calendar = {name: table[name] for name in _CALENDAR if name in table}
        if calendar:
            calendar["holidays"] = [str(each) for each in calendar.get("holidays", [])]
            try:
                calendar_of(calendar, self._facts.zone)
            except CalendarError as error:
                self._refused(error)
            spec["calendar"] = calendar
        day = table.get("valid_from")
        if type(day) is date:
            spec["valid_from"] = midnight(day, self._facts.zone).isoformat()
        elif day is not None:
            self._problem("no_day", day=day)
        if "cuts" in table and self._checker.flag(table, "cuts", self._where):
            spec["cuts"] = True
        if "camera" in table:
            spec["camera"] = self._camera(table)
        if "enabled" in table and not self._checker.flag(table, "enabled", self._where):
            spec["enabled"] = False

    def _camera(self, table: Mapping[str, Any]) -> str:
        """Return the address of the camera that shows what the rule is about."""
        address = self._checker.text(table, "camera", self._where)
        if address and not _CAMERA.fullmatch(address):
            self._problem("no_camera", address=address)
        return address
