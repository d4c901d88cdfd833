"""The print queue: walking order, states, rounds that were cut off."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import pypdf
import pytest

from billing.delivery.errors import DeliveryError
from billing.delivery.plan import DeliveryPlan, Stop, Way
from billing.delivery.print_batch import PaperState, PrintBatch, QueuedPaper, stored
from billing.delivery.round_file import round_file, separator_sheet
from billing.documents.papers import PaperKind, paper
from billing.documents.samples import sample, sample_letterhead

BY = UUID(int=1)


def queued(number: str, building: str, round_: str, stop: int) -> QueuedPaper:
    return QueuedPaper(
        number=number,
        invoice=uuid4(),
        account=f"A-{number}",
        building=building,
        round=round_,
        stop=stop,
    )


PAPERS = [
    queued("3", "T2", "east", 1),
    queued("1", "T1", "east", 20),
    queued("2", "T1", "east", 3),
    queued("4", "T1", "west", 1),
]


def batch() -> PrintBatch:
    return PrintBatch(site="s", key="jan", papers=stored(PAPERS), by=BY, command_id=uuid4())


def test_rounds_come_by_building_and_papers_in_walking_order() -> None:
    found = {round_: [p.number for p in papers] for round_, papers in batch().rounds()}
    assert found == {("T1", "east"): ["2", "1"], ("T1", "west"): ["4"], ("T2", "east"): ["3"]}


def test_a_paper_is_queued_printed_and_handed_out_once() -> None:
    jan = batch()
    paper_of = {each.number: each for each in jan.papers}
    with pytest.raises(DeliveryError, match="is not printed yet"):
        jan.hand_out(["1"], note="", by=BY, command_id=uuid4())
    jan.print_round(("T1", "east"), pages=4, sha256="ab", by=BY, command_id=uuid4())
    assert jan.state_of(paper_of["1"]) is PaperState.PRINTED
    assert jan.state_of(paper_of["4"]) is PaperState.QUEUED
    assert jan.hand_out(["1", "1"], note="desk", by=BY, command_id=uuid4()) == ["1"]
    assert jan.hand_out(["1", "2"], note="desk", by=BY, command_id=uuid4()) == ["2"]
    assert jan.state_of(paper_of["1"]) is PaperState.HANDED_OUT
    with pytest.raises(DeliveryError, match="is not in batch jan"):
        jan.hand_out(["9"], note="", by=BY, command_id=uuid4())


def test_the_same_file_of_a_round_is_noted_once() -> None:
    jan = batch()
    version = jan.version
    for _ in range(2):
        jan.print_round(("T2", "east"), pages=2, sha256="ab", by=BY, command_id=uuid4())
    assert jan.version == version + 1
    with pytest.raises(DeliveryError, match="no round north of building T2"):
        jan.print_round(("T2", "north"), pages=2, sha256="ab", by=BY, command_id=uuid4())


def test_where_papers_go_is_set_once_and_untold_is_print() -> None:
    plan = DeliveryPlan(site="s", command_id=uuid4())
    stop = Stop(account="A", building="T1", round="east", stop=3, way=Way.BOTH)
    assert plan.set_stops([stop], by=BY, command_id=uuid4()) == 1
    assert plan.set_stops([stop], by=BY, command_id=uuid4()) == 0
    assert plan.stop_of("A") == stop
    assert plan.stop_of("B").way is Way.PRINT


def test_a_round_begins_with_its_separator_and_every_paper_on_a_front() -> None:
    papers = [PAPERS[2], PAPERS[1]]
    sheet = separator_sheet(
        "jan", papers, dated="2026-11-03", language="both", letterhead=sample_letterhead()
    )
    receipt = paper(PaperKind.RECEIPT, sample(PaperKind.RECEIPT), language="en")
    content, pages = round_file([sheet, receipt, receipt])
    found = pypdf.PdfReader(io.BytesIO(content)).pages
    assert pages == len(found) == 6
    first = found[0].extract_text()
    for expected in ("投递单", "T1", "east", "A-2", "A-1"):
        assert expected in first
    assert first.index("A-2") < first.index("A-1")
    assert "Receipt" in found[2].extract_text()
    assert found[3].extract_text() == ""
    assert round_file([sheet, receipt], duplex=False)[1] == 2
