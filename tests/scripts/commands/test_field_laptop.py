"""A technician's day without network by the command row: pack, laptop, bundle, receipt, review.

With METERLINE_KEEP_VISIT=FOLDER what the commands said is kept there, for the technician's guide.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scripts.laptop import app
from tests.scripts.commands.test_field import Visit, plant, visit

__all__ = ["plant", "visit"]
pytestmark = pytest.mark.servers


class Laptop:
    """The command row of a laptop, without database or network."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.folder = visit, visit.folder / "laptop"
        self.environment: dict[str, Any] = {
            "METERLINE_LAPTOP": str(self.folder),
            "METERLINE_DSN": None,
        }
        self.environment |= {"METERLINE_SOURCE_MODBUS_1_PORT": None, "METERLINE_DATA_DIR": None}

    def __call__(self, row: str, *more: str, code: int = 0) -> Result:
        arguments = [*row.split(), *more]
        result = CliRunner().invoke(app, arguments, env=self.environment)
        words = " ".join(f'"{word}"' if " " in word else word for word in arguments)
        self.visit.said.append(f"laptop$ meterline {words}\n{result.output}")
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        return result

    def commission(self, point: str, unit: int, *more: str, code: int = 0) -> Result:
        return self(
            f"field commission --point {point} --place b19 --utility electricity --unit {unit} "
            "--source modbus-1 --profile abb_b23_b24 --side direct --watch 0 --name",
            "Building 19 laboratories",
            "--serial",
            f"CAM-E-90{unit}",
            "--display",
            self.visit.display(unit),
            "--technician",
            "Ada Okoye",
            *more,
            code=code,
        )

    def newest(self, ending: str) -> str:
        """Return the newest file of a kind."""
        found = sorted(self.visit.folder.glob(f"*.{ending}"), key=lambda path: path.stat().st_mtime)
        return found[-1].name


@pytest.fixture
def laptop(visit: Visit) -> Iterator[Laptop]:
    yield Laptop(visit)
    os.environ.pop("METERLINE_LAPTOP", None)


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let somebody's password be the one that is given."""
    return lambda who: monkeypatch.setenv("METERLINE_PASSWORD", f"{who}'s own password")


def test_a_day_without_network_ends_with_everything_on_the_server(
    visit: Visit, laptop: Laptop, signing: Callable[[str], None]
) -> None:
    visit("field pack --out site.pack --for ada")
    laptop("field unpack site.pack", code=laptop_code(visit))
    if "field time --is-right" in laptop("field time", code=laptop_code(visit)).output:
        refused = laptop.commission("labs", 19, code=2)
        assert "laptop.clock" in refused.output
        laptop("field time --is-right")
    laptop("field ports")
    laptop("field scan --source modbus-1 --units 17-20")
    laptop.commission("labs", 19, "--photo", visit.file("IMG_0421.jpg"))
    laptop("field label labs")
    laptop("field sheet labs --file sheet.pdf")
    assert (visit.folder / "sheet.pdf").read_bytes().startswith(b"%PDF")
    laptop("field points")
    laptop("field log --every 1 --for 1s")
    assert "waits for sync" in laptop("field outbox", code=1).output
    laptop("field sync")
    bundle = laptop.newest("bundle")
    signing("ada")
    visit(f"field sync {bundle}")
    laptop(f"field sync {laptop.newest('receipt')}")
    assert "on the server" in laptop("field outbox").output
    visit.keep("laptop")
    again = visit.json(f"field sync {bundle}")
    assert (again["applied"], again["repeated"], again["readings"]) == (0, 1, 0)
    assert visit.json("meter show labs")["meter"]["rows"]["plate"]["serial"] == "CAM-E-9019"
    assert "Nothing waits" in laptop("field sync").output


def test_a_bundle_comes_in_by_the_word_of_whose_pack_it_is(
    visit: Visit, laptop: Laptop, signing: Callable[[str], None]
) -> None:
    assert "user list" in visit("field pack --out x.pack --for eve", code=2, tell=False).output
    visit("field pack --out site.pack --for ada", tell=False)
    laptop("field unpack site.pack", code=laptop_code(visit))
    laptop("field time --is-right")
    laptop.commission("labs", 19)
    laptop("field sync")
    row = f"field sync {laptop.newest('bundle')}"
    assert "nobody has signed in" in visit(row, code=2).output
    signing("bo")
    assert "do not fit" in visit(row, code=2).output  # Ada's sign-in, Bo's password
    assert "the pack of Ada Okoye" in visit(f"{row} --by bo", code=2).output
    signing("neil")
    assert "first password" in visit(f"{row} --by neil", code=2).output
    assert visit.json("field review list --all") == []
    signing("ada")
    visit(row)
    [known] = visit.json("field review list --all")
    assert (known["state"], known["by"]) == ("applied", "Ada Okoye")
    assert known["brought_by"] == "Ada Okoye"
    assert "Ada Okoye" in visit("field review list --all").stdout
    signing("mina")
    visit(f"{row} --by mina")  # one who decides on readings may stand in
    assert [row["by"] for row in visit.json("field review list --all")] == ["Ada Okoye"]


def test_only_who_decides_on_readings_decides_on_a_command_and_signs_in_for_it(
    visit: Visit, signing: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb in ("accept", "refuse"):
        row = f"field review {verb} abcd1234 --reason x --by"
        assert "wants a sign-in" in visit(f"{row} mina", code=2).output
        signing("ada")
        assert "do not fit" in visit(f"{row} mina", code=2).output
        assert "energy_manager" in visit(f"{row} ada", code=2).output
        signing("mina")
        assert "No command in review" in visit(f"{row} mina", code=2).output
        monkeypatch.delenv("METERLINE_PASSWORD")


@pytest.mark.slow
def test_two_who_did_the_same_meet_in_review(
    visit: Visit, laptop: Laptop, signing: Callable[[str], None]
) -> None:
    visit("field pack --out site.pack --for ada", tell=False)
    laptop("field unpack site.pack", code=laptop_code(visit))
    laptop("field time --is-right")
    laptop.commission("labs", 19)
    visit(
        "field commission --point labs --place b19 --utility electricity --unit 5 "
        "--source modbus-1 --profile abb_b23_b24 --side direct --watch 0 --name Labs "
        f"--serial CAM-E-9005 --display {visit.display(5)}",
        tell=False,
    )
    signing("mina")
    visit(f"field sync {laptop.folder} --by mina", code=1)
    (row,) = visit.json("field review list", code=1)
    assert "CAM-E-9005" in row["reason"]
    visit("field review list", code=1)
    visit(f"field review accept {row['command'][:8]} --by mina --reason", "looked again", code=2)
    visit(f"field review refuse {row['command'][:8]} --by mina --reason", "9005 hangs there")
    assert "Nothing waits" in visit("field review list").output
    visit(f"field sync {laptop.folder} --by mina")
    assert "9005 hangs there" in laptop("field outbox").output
    visit.keep("review")


def test_what_needs_the_server_says_so_on_a_laptop(visit: Visit, laptop: Laptop) -> None:
    visit("field pack --out site.pack --for ada", tell=False)
    laptop("field unpack site.pack", code=laptop_code(visit))
    for row in ("field import meters.xlsx", "field pack", "field review list", "field health"):
        assert "needs the server" in laptop(row, code=2).output
    assert "0 rounds" not in laptop("field log --every 1 --for 1s", code=2).output
    assert "0 rounds" not in laptop("field log --every 1 --for 0s", code=2).output  # however long
    laptop("field sync nothing.receipt", code=2)
    visit(f"field sync {Path('site.pack')}", code=2)
    (visit.folder / "empty").mkdir()
    assert "no laptop's folder" in visit(f"field sync {visit.folder / 'empty'}", code=2).output
    assert list((visit.folder / "empty").iterdir()) == []


def laptop_code(visit: Visit) -> int:
    """Return 1 where this machine's zone is not the site's."""
    from processes.laptop_clock import laptop_offset
    from tests.scripts.commands.test_field import CLOCK

    now = CLOCK.now()
    return int(laptop_offset(now) != now.astimezone(visit.site.site.zone).utcoffset())
