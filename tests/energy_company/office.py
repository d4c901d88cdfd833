"""In: what the script says is typed. Out: it, typed at the command row. I/O: verbs."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, Final

from click.testing import Result
from typer.testing import CliRunner

from energy.base.errors import RefusedError
from scripts.main import app
from tests.energy_company.company import Company
from tests.energy_company.counter import Counter
from tests.energy_company.script import Said, Thing

_NUMBER: Final = re.compile(r"\b[A-Z]-2026-\d{5}\b")
DONE, FINDINGS, REFUSED = 0, 1, 2
GIVEN: Final = {
    "harbour.toml": 'legal_name = "Harbour Books Ltd"\nbilling_address = "Hall 2"\n',
    "mill.toml": 'legal_name = "Mill Ltd"\nbilling_address = "Pier 1"\n',
    "steps.toml": """
valid_from = 2026-01-01
[hours]
week = { mon-fri = ["08:00-12:00", "13:00-17:00"] }
holidays = [2026-10-29]
[new_supply]
application = { within_min = 120, counting = "working_hours" }
survey = { within_min = 960, counting = "working_hours" }
quotation = { within_min = 480, counting = "working_hours" }
contract = { within_min = 960, counting = "working_hours" }
work = { within_min = 480, counting = "working_hours" }
commissioning = { within_min = 480, counting = "working_hours" }
first_bill = { within_min = 5760, counting = "round_the_clock" }
[capacity_change]
application = { within_min = 120, counting = "working_hours" }
survey = { within_min = 960, counting = "working_hours" }
contract = { within_min = 1440, counting = "working_hours" }
commissioning = { within_min = 480, counting = "working_hours" }
[transfer]
application = { within_min = 120, counting = "working_hours" }
contract = { within_min = 960, counting = "working_hours" }
handover = { within_min = 480, counting = "working_hours" }
final_bill = { within_min = 960, counting = "working_hours" }
first_bill = { within_min = 5760, counting = "round_the_clock" }
""",
}
"""Files that the office is given: two parties, the steps of supply cases with their times."""


class TypedRefusedError(RefusedError):
    """A row was refused, as the script says."""

    code = "*"


class Office:
    """The command row of the site."""

    def __init__(self, company: Company, counter: Counter) -> None:
        """Sit down; `counter` learns which bills may be disputed."""
        self._at, self._counter = company, counter
        self._kept: dict[str, str] = {"dir": str(company.folder)}
        self._run = ""
        for name, text in GIVEN.items():
            (company.folder / name).write_text(text, encoding="utf-8")

    def publish(self) -> None:
        """Let the steps of supply cases hold."""
        self.row(f"case plan {self._at.folder}/steps.toml --by eve")

    def __call__(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of what is typed."""
        by = f"--by {said.who}"
        match said.verb:
            case "row":
                self._type(said, by)
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
            case _:
                raise AssertionError(said.verb)

    def _type(self, said: Said, by: str) -> None:
        row, *expected = said.words
        name = ""
        if len(expected) > 1 and expected[-2] == "as":
            *expected, _, name = expected
        typed = f"{row.format(**self._kept)} {by}"
        result = self.row(typed, REFUSED if said.refused else DONE)
        output = " ".join(result.output.split())
        for each in expected:
            assert each in output, f"{typed}: {output}"
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

    def bill(self, number: str) -> dict[str, Any]:
        """Return a bill as it was issued."""
        told: dict[str, Any] = json.loads(self.row(f"bill show {number} --json").stdout)
        return told
