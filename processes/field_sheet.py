"""In: what was done last at a point. Out: its sheet and its label, ready to set. I/O: reads.

The sheet says what the journal says: both serials, readings, ratio, seals and checks, with boxes
for the signatures. Before anything was done it is an empty form to fill in by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from billing.documents.field_paper import Paper, render_paper
from billing.money import exact_text
from energy.base.errors import UnknownMeterError
from energy.base.text import catalogue, t
from energy.metering.channel import Channel
from energy.metering.label import label_text
from energy.metering.meter import Meter
from energy.metering.told_check import recorded_check
from processes.meter_acts import SHEETED, Act, Did, acts_of
from processes.technician_desk import FieldDesk
from processes.technician_facts import counting
from processes.technician_retire import channels_of
from processes.technician_values import FieldRefusedError

NONE = "–"
LONGEST_CHECK = 150
"""Characters of a check on the sheet; the journal holds all of it."""
MOST_CHECKS = 16
"""Checks on the sheet, the doubtful ones first: it stays one page."""
_OUTCOMES = ("ok", "noted", "refused")


def sheet_of(desk: FieldDesk, point: str, language: str) -> bytes:
    """Return the sheet of what was done last at a point, as PDF.

    Raises:
        UnknownMeterError: The site has no such point.
        DocumentError: It cannot be set.
    """
    meter = _known(desk, point)
    acts = acts_of(desk.metering, desk.site.key, point)
    page = SheetPage(desk=desk, meter=meter, acts=acts, language=language).content()
    return render_paper(Paper.SHEET, page, dated=desk.clock.now())


def label_of(desk: FieldDesk, point: str, language: str, *, picture: bool) -> bytes:
    """Return the label of the meter that serves a point, as PNG or PDF.

    Args:
        desk: The site.
        point: The metering point.
        language: "en" or "zh".
        picture: Whether a PNG is wanted.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: No meter serves it: there is nothing to stick a label on.
    """
    meter = _known(desk, point)
    if meter.serial is None or meter.since is None:
        raise FieldRefusedError.of("meter.none_to_label", point=point)
    since = meter.since.astimezone(desk.site.zone)
    facts = [
        (t(language, "field_sheet.serial"), meter.serial),
        (t(language, "field_sheet.ratio"), _ratio(meter.multiplier)),
        (t(language, "field_sheet.since"), f"{since:%Y-%m-%d}"),
    ]
    page = {
        "site": desk.site.name,
        "point": point,
        "name": meter.name,
        "facts": facts,
        "qr": label_text(desk.site.key, point, meter.serial),
    }
    return render_paper(Paper.LABEL, page, dated=desk.clock.now(), picture=picture)


def _known(desk: FieldDesk, point: str) -> Meter:
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    return meter


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """Sets one sheet in one language."""

    desk: FieldDesk
    meter: Meter
    acts: Sequence[Act]
    language: str

    @property
    def act(self) -> Act | None:
        """Return the act the sheet is of; None before anything was done."""
        done = [act for act in self.acts if act.did in SHEETED]
        return done[-1] if done else None

    def content(self) -> dict[str, Any]:
        """Return everything the template places."""
        act, meter = self.act, self.meter
        record = act.record if act is not None else {}
        did = act.did.value if act is not None else Did.COMMISSIONED.value
        serial = (act.serial if act is not None else None) or ""
        checks = self._checks(record.get("checks", ()))
        done = self._t("not_done") if act is None else self._t("done", at=self._local(act.at))
        return {
            "language": self.language,
            "site": self.desk.site.name,
            "title": self._t(f"title.{did}"),
            "point": meter.point,
            "name": meter.name,
            "done": done,
            "qr": label_text(self.desk.site.key, meter.point, serial),
            "facts": self._facts(record),
            "meters_title": self._t("meters"),
            "meters": self._meters(),
            "checks_title": self._t("checks"),
            "checks": {"rows": checks},
            "note_title": self._t("note"),
            "note": self._note(),
            "documents": self._documents(),
            "signatures_title": self._t("signatures"),
            "statement": self._t("statement"),
            "signatures": [
                self._signature(role, record) for role in ("technician", "witness", "tenant")
            ],
            "footer": self._t("footer", point=meter.point),
        }

    def _facts(self, record: Mapping[str, Any]) -> list[tuple[str, str]]:
        meter, act = self.meter, self.act
        names = {place.key: place.name for place in self.desk.places()}
        address = act.address if act is not None else {}
        where = ", ".join(f"{key} {value}" for key, value in address.items())
        served = act is not None and act.source
        return [
            (self._t("place"), names.get(meter.place, meter.place)),
            (self._t("utility"), t(self.language, f"utility.{meter.utility}")),
            (self._t("location"), str(record.get("location") or self._earlier("location"))),
            (self._t("bus"), f"{act.source} · {where}" if served and act is not None else ""),
            (self._t("profile"), act.profile if act is not None else ""),
            (self._t("reason"), act.reason or NONE if act is not None else ""),
        ]

    def _earlier(self, key: str) -> str:
        """Return what the last record that says it says: a retired meter was somewhere."""
        said = [str(act.record[key]) for act in self.acts if act.record.get(key)]
        return said[-1] if said else ""

    def _meters(self) -> dict[str, Any]:
        """Return the table of the meters: the one that went, the one that came."""
        act = self.act
        came = act is None or act.did is not Did.RETIRED
        went = act is not None and act.did is not Did.COMMISSIONED
        names = ("before", "after") if act and act.did is Did.RATIO_CHANGED else ("went", "came")
        serials, ratios = ("", ""), ("", "")
        if act is not None:
            serials = (act.old_serial or "", act.serial or "")
            ratios = (_ratio(act.old_multiplier), _ratio(act.multiplier))
        rows: list[tuple[str, str, str]] = [
            (self._t("serial"), *serials),
            (self._t("ratio"), *ratios),
            *self._transformers(),
            *(
                (
                    self._quantity(channel),
                    self._reading(channel, act.last_counts if act else {}),
                    self._reading(channel, act.first_counts if act else {}),
                )
                for channel in counting(channels_of(self.meter))
            ),
            (self._t("seals"), self._seal(before=True), self._seal(before=False)),
        ]
        shown = [0, *([1] if went else []), *([2] if came else [])]
        head = ("", self._t(names[0]), self._t(names[1]))
        return {
            "head": [head[n] for n in shown],
            "rows": [[row[n] for n in shown] for row in rows],
        }

    def _transformers(self) -> list[tuple[str, str, str]]:
        """Return the ratio of the transformers and on which side the registers count it."""
        acts = [a for a in self.acts if a.did in SHEETED]
        told = ["", "", *(self._ratio_told(act) for act in acts)]
        return [(self._t("transformers"), told[-2], told[-1])] if told[-1] else []

    def _ratio_told(self, act: Act) -> str:
        ratio, side = act.record.get("transformer_ratio"), act.record.get("side")
        if not ratio or ratio == "1":
            return ""
        told = [f"{ratio} : 1", *([self._t(f"side_{side}")] if side else [])]
        return ", ".join(told)

    def _seal(self, *, before: bool) -> str:
        """Return the seals of the meter that came, or of the one before as it was recorded."""
        act = self.act
        if act is None:
            return ""
        if not before:
            return str(act.record.get("seal", ""))
        earlier = [a for a in self.acts if a.did in SHEETED and a is not act]
        said = [str(a.record["seal"]) for a in earlier if a.record.get("seal")]
        return said[-1] if said else ""

    def _quantity(self, channel: Channel) -> str:
        key = f"quantity.{channel.facts.quantity}"
        name = t(self.language, key) if key in catalogue() else channel.facts.quantity
        return f"{name} [{channel.facts.unit}]"

    def _reading(self, channel: Channel, counts: Mapping[int, int]) -> str:
        count = counts.get(channel.number)
        if count is None:
            return ""
        digits = len(exact_text(channel.facts.resolution).partition(".")[2])
        return exact_text(count * channel.facts.resolution, least_digits=digits)

    def _checks(self, every: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        if len(every) <= MOST_CHECKS:
            return [self._check(check) for check in every]
        doubtful_first = sorted(every, key=lambda check: check["outcome"] == "ok")
        rows = [self._check(check) for check in doubtful_first[: MOST_CHECKS - 1]]
        more = self._t("more_checks", count=len(every) - len(rows))
        return [*rows, ["…", "", more]]

    def _check(self, check: Mapping[str, Any]) -> list[str]:
        name, outcome, text = recorded_check(self.language, check)
        word = self._t(f"outcome.{outcome}") if outcome in _OUTCOMES else outcome
        shown = text if len(text) <= LONGEST_CHECK else text[: LONGEST_CHECK - 1] + "…"
        return [name, word, shown]

    def _note(self) -> str:
        return str(self.act.record.get("note", "")) if self.act is not None else ""

    def _documents(self) -> str:
        if self.act is None or not self.act.documents:
            return ""
        hashes = ", ".join(sha256[:16] for sha256 in self.act.documents)
        return self._t("documents", hashes=hashes)

    def _signature(self, role: str, record: Mapping[str, Any]) -> dict[str, str]:
        return {
            "role": self._t(f"role.{role}"),
            "name_head": self._t("name_head"),
            "name": self.desk.signed_by(record, role),
            "signature_head": self._t("signature_head"),
            "date_head": self._t("date_head"),
        }

    def _local(self, at: datetime) -> str:
        local = at.astimezone(self.desk.site.zone)
        return f"{local:%Y-%m-%d %H:%M} ({self.desk.site.zone.key})"

    def _t(self, key: str, **values: object) -> str:
        return t(self.language, f"field_sheet.{key}", **values)


def _ratio(text: str) -> str:
    return f"× {exact_text(Fraction(text))}" if text else ""
