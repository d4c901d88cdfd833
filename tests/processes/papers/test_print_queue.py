"""Printing by round on real books: order, files, what was cut off, what is handed out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pypdf
import pytest

from billing.delivery.errors import DeliveryError
from billing.delivery.plan import Stop, Way
from billing.delivery.rendering import Rendering, renderers
from billing.documents.samples import sample_letterhead
from billing.views.documents import read_papers
from processes.papers.print_queue import Press, batch_of, queue_papers, read_route, set_route
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers


@pytest.fixture
def press(metered: Town) -> Iterator[Press]:
    with renderers(Rendering(letterhead=sample_letterhead()), 1) as workers:
        yield Press(
            database=metered.database,
            books=metered.office.books,
            renderers=workers,
            letterhead=sample_letterhead(),
            language="en",
            tenant_url="https://tenant.example",
        )


def stop(account: str, building: str, place: int, way: Way = Way.PRINT) -> Stop:
    return Stop(account=account, building=building, round="east", stop=place, way=way)


def queued(town: Town, key: str = "jan") -> None:
    run, _ = town.bill()
    books = town.office.books
    queue_papers(town.database, books, run=run, numbers=None, key=key, by=CLERK, command_id=uuid4())
    town.catch_up()


def states(town: Town) -> dict[str, str]:
    with town.database.connection() as connection:
        return {row.number: row.state for row in read_papers(connection, town.site.schema)}


def test_papers_are_queued_printed_in_walking_order_and_handed_out(
    metered: Town, press: Press, tmp_path: Path
) -> None:
    books = metered.office.books
    stops = [stop("A-b1", "T1", 9), stop("A-b2", "T1", 2)]
    assert set_route(books, stops, by=CLERK, command_id=uuid4()) == 2
    queued(metered)
    assert set(states(metered).values()) == {"queued"}
    (made,) = press.print_batch("jan", tmp_path, by=CLERK)
    metered.catch_up()
    pages = pypdf.PdfReader(io.BytesIO(made.file.read_bytes())).pages
    texts = [page.extract_text() for page in pages]
    assert (made.papers, made.pages) == (2, len(pages))
    assert "Delivery" in texts[0]
    assert "CAM-2019-000002" in texts[2]
    assert "CAM-2019-000001" in texts[4]
    assert "Load, kW" in texts[2]
    assert set(states(metered).values()) == {"printed"}
    batch = batch_of(books, "jan")
    batch.hand_out(["CAM-2019-000002"], note="gate", by=CLERK, command_id=uuid4())
    books.store(batch)
    metered.catch_up()
    assert states(metered) == {"CAM-2019-000001": "printed", "CAM-2019-000002": "handed_out"}


def test_printing_that_was_cut_off_goes_on_and_nothing_is_queued_twice(
    metered: Town, press: Press, tmp_path: Path
) -> None:
    books = metered.office.books
    stops = [stop("A-b1", "T1", 1), stop("A-b2", "T2", 1)]
    set_route(books, stops, by=CLERK, command_id=uuid4())
    queued(metered)
    first = next(iter(press.print_batch("jan", tmp_path, by=CLERK)))
    rest = list(press.print_batch("jan", tmp_path, by=CLERK))
    names = [each.file.name for each in (first, *rest)]
    assert names == ["jan_T1_east.pdf", "jan_T2_east.pdf"]
    assert list(press.print_batch("jan", tmp_path, by=CLERK)) == []
    before, version = first.file.read_bytes(), batch_of(books, "jan").version
    assert len(list(press.print_batch("jan", tmp_path, by=CLERK, again=True))) == 2
    assert (first.file.read_bytes(), batch_of(books, "jan").version) == (before, version)
    again = {"run": None, "numbers": ["CAM-2019-000001"], "by": CLERK}
    with pytest.raises(DeliveryError, match="nothing to queue"):
        queue_papers(metered.database, books, key="feb", command_id=uuid4(), **again)


def test_a_route_is_read_with_its_rows_checked(tmp_path: Path) -> None:
    file = tmp_path / "route.csv"
    file.write_text("account,building,round,stop,way\nA-1,T1,east,3,both\nA-2,T1,east,,\n")
    first, second = read_route(file)
    assert (first.stop, first.way, second.stop, second.way) == (3, Way.BOTH, 0, Way.PRINT)
    file.write_text("account,building\n")
    with pytest.raises(DeliveryError, match="no columns round"):
        read_route(file)
    file.write_text("account,building,round,stop,way\nA-1,T1,east,third,\n")
    with pytest.raises(DeliveryError, match="row 2: third cannot be used as stop"):
        read_route(file)
