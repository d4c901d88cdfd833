"""Sales handed over in a folder: each order once, each answer read whole."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from adapters.ic_card.orders import FIELDS, NOT_WRITTEN, UNKNOWN, WRITTEN
from adapters.ic_card.vendor_file import VendorFolder

ORDER = dict.fromkeys(FIELDS, "x") | {"sale": "s1", "units": "12.50", "attempt": "1"}


def answer(folder: Path, ending: str, text: str = "") -> None:
    (folder / f"sale-s1.{ending}").write_text(text, encoding="utf-8")


def test_an_order_is_json_of_texts_and_the_answer_is_its_proof(tmp_path: Path) -> None:
    answer(tmp_path, "done", "token 7\nat reader 2")
    assert VendorFolder(tmp_path, 0).write(ORDER) == (WRITTEN, "token 7 at reader 2")
    assert json.loads((tmp_path / "sale-s1.json").read_text("utf-8")) == ORDER
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_an_answer_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    timer = threading.Timer(0.15, answer, (tmp_path, "done", "ok"))
    timer.start()
    assert VendorFolder(tmp_path, 10).write(ORDER) == (WRITTEN, "ok")
    timer.join()


def test_an_order_that_stands_there_is_never_written_again(tmp_path: Path) -> None:
    folder = VendorFolder(tmp_path, 0)
    assert folder.write(ORDER)[0] == UNKNOWN
    path = tmp_path / "sale-s1.json"
    path.write_text("taken", encoding="utf-8")
    assert folder.write(ORDER)[0] == UNKNOWN
    assert path.read_text("utf-8") == "taken"


def test_asking_changes_nothing_and_knows_what_was_never_handed_over(tmp_path: Path) -> None:
    folder = VendorFolder(tmp_path, 0)
    assert folder.ask(ORDER) == (NOT_WRITTEN, "never handed over")
    assert list(tmp_path.iterdir()) == []
    folder.write(ORDER)
    assert folder.ask(ORDER)[0] == UNKNOWN
    answer(tmp_path, "failed", "no card in the reader")
    assert folder.ask(ORDER) == (NOT_WRITTEN, "no card in the reader")
    assert VendorFolder(tmp_path / "gone", 0).ask(ORDER)[0] == UNKNOWN


def test_a_failed_order_is_handed_over_anew_and_its_old_answer_kept(tmp_path: Path) -> None:
    folder = VendorFolder(tmp_path, 0)
    folder.write(ORDER)
    answer(tmp_path, "failed", "no card")
    assert folder.write(ORDER | {"attempt": "2"})[0] == UNKNOWN
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "sale-s1.before-2.failed.old",
        "sale-s1.before-2.json.old",
        "sale-s1.json",
    ]
    assert json.loads((tmp_path / "sale-s1.json").read_text("utf-8"))["attempt"] == "2"
