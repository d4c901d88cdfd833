"""In: a file of a checklist, answers to it. Out: its versions, answers that fit. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.text import LANGUAGES, Key
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker
from energy.service.work.errors import WorkError, worded

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


class Answer(StrEnum):
    """What is asked for."""

    YES_NO = "yes_no"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One question of a checklist."""

    key: str
    ask: Mapping[str, str]
    """By language."""
    answer: Answer
    unit: str
    """Of a number; "" where it has none."""
    optional: bool

    def fitting(self, value: str) -> str:
        """Return an answer as it is kept: "yes", "no", a plain number, words.

        Raises:
            WorkError: It does not answer this question.
        """
        said = value.strip()
        match self.answer:
            case Answer.YES_NO if said in {"yes", "no"}:
                return said
            case Answer.NUMBER if _NUMBER.fullmatch(said):
                return str(Decimal(said))
            case Answer.TEXT:
                return worded(said, "words")
            case _:
                raise WorkError.of(
                    "answer",
                    item=self.key,
                    value=value,
                    asked=Questions((self,)),
                    asks=Key(f"cli.work_asks.{self.answer}"),
                )


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions that a refusal names, told in the language of whoever reads it."""

    items: tuple[CheckItem, ...]

    def told(self, language: str) -> str:
        """Return what they ask."""
        asked = [each.ask.get(language) or each.ask["en"] for each in self.items]
        return " · ".join(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The questions of one kind of work."""

    key: str
    name: Mapping[str, str]
    items: tuple[CheckItem, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        items = [{**asdict(each), "ask": dict(each.ask)} for each in self.items]
        return {"key": self.key, "name": dict(self.name), "items": items}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Checklist:
        """Return what to_json stored."""
        return cls(key=stored["key"], name=stored["name"], items=items_from_json(stored["items"]))


def items_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[CheckItem, ...]:
    """Return the questions that `Checklist.to_json` stored."""
    return tuple(CheckItem(**{**each, "answer": Answer(each["answer"])}) for each in stored)


def parse_checklist(text: str) -> Checklist:
    """Return the checklist of a file.

    Args:
        text: TOML; see docs/service.md.

    Raises:
        WorkError: It states no checklist; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise WorkError.of("checklist", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, {"key", "name", "item"}, "the file")
    key = _keyed(checker, document, "the file")
    name = _both(checker, document, "name", "the file")
    items = tuple(item_of(checker, each, n) for n, each in enumerate(checker.tables("item"), 1))
    checker.unique([each.key for each in items], "item")
    if not items:
        checker.problems.append("the file: state at least one [[item]]")
    if checker.problems:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise WorkError.of("checklist", problems=problems)
    return Checklist(key=key, name=name, items=items)


def item_of(
    checker: Checker, table: Mapping[str, Any], n: int, more: Collection[str] = ()
) -> CheckItem:
    """Return the question of a table; what is wrong with it is a problem.

    Args:
        checker: Gathers problems.
        table: One table of a file.
        n: Its place among its like, from 1.
        more: What else the caller reads of it.
    """
    key = _keyed(checker, table, f"item {n}")
    where = f"item {key or n}"
    checker.unknown_keys(table, {"key", "ask", "answer", "unit", "optional", *more}, where)
    answer = table.get("answer")
    if answer not in set(Answer):
        checker.problems.append(f"{where}: `answer` is one of {', '.join(Answer)}")
        answer = Answer.TEXT
    unit = checker.text(table, "unit", where) if "unit" in table else ""
    if unit and answer != Answer.NUMBER:
        checker.problems.append(f"{where}: only a number has a `unit`")
    return CheckItem(
        key=key,
        ask=_both(checker, table, "ask", where),
        answer=Answer(answer),
        unit=unit,
        optional=checker.flag(table, "optional", where),
    )


def _keyed(checker: Checker, table: Mapping[str, Any], where: str) -> str:
    key = checker.text(table, "key", where)
    if key and not _KEY.fullmatch(key):
        checker.problems.append(f"{where}: `key` is 1 to 40 of a-z, 0-9 and -")
    return key


def _both(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    """Return a text in both languages, or a problem and nothing in them."""
    found = table.get(key)
    if not isinstance(found, dict) or any(
        not isinstance(found.get(language), str) or not found[language].strip()
        for language in LANGUAGES
    ):
        checker.problems.append(f'{where}: `{key}` is no table like {{en = "...", zh = "..."}}')
        return dict.fromkeys(LANGUAGES, "")
    return {language: str(found[language]) for language in LANGUAGES}


def checklist_id(site: str, key: str) -> UUID:
    """Return the id of a checklist of a site."""
    return id_of("checklist", site, key)


class ChecklistTemplate(JournalAggregate):
    """A checklist, version by version: an order keeps the one it was made with."""

    TOPIC = "checklist"

    class Created(JournalAggregate.Created):
        """There is none yet."""

        TOPIC = "checklist.made"
        site: str
        key: str

    class Published(JournalAggregate.Event):
        """Orders are made with this version from now on."""

        TOPIC = "checklist.published"
        number: int
        spec: dict[str, Any]
        """As `Checklist.from_json` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return checklist_id(site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, command_id: UUID) -> None:
        """Make it."""
        self.edition = 0
        self.spec: dict[str, Any] = {}

    def publish(self, checklist: Checklist, *, by: UUID, command_id: UUID) -> None:
        """Let a version be used from now on; the same one again changes nothing."""
        spec = checklist.to_json()
        if spec != self.spec:
            self._publish(number=self.edition + 1, spec=spec, by=by, command_id=command_id)

    @event(Published)
    def _publish(self, *, number: int, spec: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.edition, self.spec = number, spec
