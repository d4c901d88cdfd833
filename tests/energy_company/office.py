"""In: what the script says is typed. Out: it, typed at the command row. I/O: verbs."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from click.testing import Result
from typer.testing import CliRunner

from energy.base.errors import RefusedError
from scripts.main import app
from tests.energy_company.company import Company
from tests.energy_company.counter import Counter
from tests.energy_company.script import ZONE, Said, Thing

_NUMBER: Final = re.compile(r"\b[A-Z]-2026-\d{5}\b")
DONE, FINDINGS, REFUSED = 0, 1, 2
GIVEN: Final = Path(__file__).parent / "given"
"""Files that the office is given: parties, steps of supply cases, rules, a template, an event."""


class TypedRefusedError(RefusedError):
    """A row was refused, as the script says."""

    code = "*"


class Office:
    """The command row of the site."""

    def __init__(self, company: Company, counter: Counter) -> None:
        """Sit down; `counter` learns which bills may be disputed."""
        self._at, self._counter = company, counter
        self._kept: dict[str, str] = {"dir": str(GIVEN), "out": str(company.folder)}
        self._run = ""

    def publish(self) -> None:
        """Let the steps of supply cases hold."""
        self.row(f"case plan {GIVEN}/steps.toml --by eve")
        self.row(f"inspect set-rules {GIVEN}/rules.toml --by eve")

    def __call__(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of what is typed."""
        by = f"--by {said.who}"
        match said.verb:
            case "row" | "plain":
                self._type(said, by if said.verb == "row" else "")
            case "keep":
                row, key, _, name = said.words
                (found, *_) = json.loads(self.row(f"{row} --json").stdout)
                self._kept[name] = found[key]
            case "due":
                told = self.row("equipment due", DONE, FINDINGS).output
                assert (
                    re.findall(r"^due .*(M-2026-\d{5})", told, re.MULTILINE)
                    == said.words[0].split()
                )
            case "run":
                first, last, *accounts = said.words
                of = " ".join(f"--account {each}" for each in accounts)
                row = f"bill run --from {first} --to {last} {of} {by} --json"
                result = self.row(row, DONE, FINDINGS)
                told = result.stdout[result.stdout.index("{") :]  # a note where it goes on
                self._run = json.loads(told)["run"]
            case "approve":
                self.row(f"bill approve {self._run} --accept-rest {by}")
            case "issue":
                self.row(f"bill issue {self._run} {by} --json")
                told = json.loads(self.row(f"bill show --run {self._run} --json").stdout)
                self._counter.bills |= {row["account"]: row["number"] for row in told["rows"]}
            case "brought":
                self._bring(said, by)
            case _:
                raise AssertionError(said.verb)

    def _bring(self, said: Said, by: str) -> None:
        """Bring what a phone noted on a round: "stop/value=said@clock" each."""
        key, due, *noted = said.words
        at = datetime.fromisoformat(due).replace(tzinfo=ZONE).astimezone(UTC)
        entries = []
        for each in noted:
            place, _, noted_as = each.partition("=")
            value, _, clock = noted_as.partition("@")
            read = datetime.fromisoformat(f"{due[:10]}T{clock}").replace(tzinfo=ZONE)
            stop, _, quantity = place.partition("/")
            entries.append(
                {"point": stop, "quantity": quantity, "serial": "", "at": read.isoformat()}
                | {"value": value, "note": "", "confirmed": False}
            )
        told = {"format": "meterline-patrol-1", "site": self._at.site.site.key, "reader": ""}
        told |= {"round": f"{key}.{at:%Y%m%dT%H%M%SZ}.v1", "entries": entries}
        file = self._at.folder / "result.json"
        file.write_text(json.dumps(told), "utf-8")
        output = self.row(f"patrol bring {file} {by}").output
        taken = f"{len(noted)} of {len(noted)} entries"
        assert self._at.said_again or taken in output, output

    def _type(self, said: Said, by: str) -> None:
        row, *expected = said.words
        if expected[:1] == ["span"]:
            _, first, last, *expected = expected
            row = f"{row} --from '{first}' --to '{last}'"
        name = ""
        if len(expected) > 1 and expected[-2] == "as":
            *expected, _, name = expected
        typed = f"{row.format(**self._kept)} {by}"
        codes = [REFUSED if said.refused else DONE]
        if self._at.said_again:  # it may say that it was done
            codes.append(REFUSED)
        result = self.row(typed, *codes)
        if result.exit_code not in codes[:1]:
            return
        output = " ".join(result.output.split())
        for each in expected:
            assert self._at.said_again or each in output, f"{typed}: {output}"
        if name:
            (self._kept[name],) = set(_NUMBER.findall(result.output)) - set(_NUMBER.findall(row))
        if said.refused:
            raise TypedRefusedError

    def row(self, row: str, *codes: int) -> Result:
        """Type a row; return what it answered."""
        words = [*shlex.split(row), "--site", self._at.site.site.key]
        result = CliRunner().invoke(app, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in (codes or (DONE,)), f"{row}: {result.exit_code}\n{result.output}"
        return result

    def bills_of(self, account: str) -> list[str]:
        """Return the numbers of the bills of an account, the first first."""
        asked = "SELECT number FROM {s}.invoice WHERE account = %s AND number <> '' ORDER BY 1"
        return [number for (number,) in self._at.site.rows(asked, account)]

    def bill(self, number: str) -> dict[str, Any]:
        """Return a bill as it was issued."""
        told: dict[str, Any] = json.loads(self.row(f"bill show {number} --json").stdout)
        return told
