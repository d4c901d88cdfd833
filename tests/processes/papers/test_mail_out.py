"""The outbox on real books and a real mail server: receipts, retries, a crash, a bounce."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from adapters.mail.post import MailServer
from billing.delivery.errors import DeliveryError
from billing.delivery.plan import Stop, Way
from billing.delivery.rendering import Rendering
from billing.documents.samples import sample_letterhead
from billing.views.documents import MailRow, read_mails
from processes.papers.mail_out import Outbox, Sending
from processes.papers.print_queue import set_route
from simulator.gateways.post_office import PostOffice
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers
RENDERING = Rendering(letterhead=sample_letterhead())


def outbox(town: Town) -> Outbox:
    return Outbox(database=town.database, books=town.office.books, vault=town.vault)


def mailed(town: Town) -> Outbox:
    """Bill, and queue what goes by mail."""
    stops = [Stop(account="A-b1", way=Way.MAIL), Stop(account="A-b2", way=Way.BOTH)]
    set_route(town.office.books, stops, by=CLERK, command_id=uuid4())
    run, _ = town.bill()
    box = outbox(town)
    queued = box.queue(run=run, numbers=None, by=CLERK, command_id=uuid4())
    assert queued.numbers == ["CAM-2019-000001", "CAM-2019-000002"]
    town.catch_up()
    return box


def send(town: Town, box: Outbox, office: PostOffice) -> Sending:
    found = box.send(MailServer.of(office.url), "office@town.example", RENDERING)
    town.catch_up()
    return found


def rows(town: Town) -> dict[str, MailRow]:
    with town.database.connection() as connection:
        return {row.number: row for row in read_mails(connection, town.site.schema)}


def test_each_document_is_sent_once_with_a_receipt_and_may_come_back(
    metered: Town, tmp_path: Path
) -> None:
    box = mailed(metered)
    with PostOffice() as office:
        assert send(metered, box, office) == Sending(sent=2, waiting=0, failed=0)
        assert send(metered, box, office) == Sending(sent=0, waiting=0, failed=0)
        assert [mail["To"] for mail in office.mails] == ["b1@town.example", "b2@town.example"]
        (part,) = office.mails[0].iter_attachments()
        assert part.get_content().startswith(b"%PDF")
        key = office.mails[1]["Message-ID"]
    assert [row.reply for row in rows(metered).values()] == ["250 taken as 1", "250 taken as 2"]
    file = tmp_path / "bounce.eml"
    file.write_text(f"Subject: gone\n\nMessage-ID: {key}\n")
    assert box.bounced(file, by=CLERK).number == "CAM-2019-000002"
    metered.catch_up()
    assert rows(metered)["CAM-2019-000002"].state == "bounced"
    file.write_text("Subject: hello\n\nnothing\n")
    with pytest.raises(DeliveryError, match="is no bounce"):
        box.bounced(file, by=CLERK)


def test_what_is_deferred_is_tried_again_and_what_is_refused_is_not(metered: Town) -> None:
    box = mailed(metered)
    troubled = PostOffice(refused={"b1@town.example"}, deferred={"b2@town.example"})
    with troubled as office:
        assert send(metered, box, office) == Sending(sent=0, waiting=1, failed=1)
        office.deferred.clear()
        assert send(metered, box, office) == Sending(sent=1, waiting=0, failed=0)
    assert rows(metered)["CAM-2019-000001"].reply == "550 5.1.1 no such person: …"
    again = box.queue(run=None, numbers=["CAM-2019-000001"], by=CLERK, command_id=uuid4())
    assert again.numbers == ["CAM-2019-000001"]
    assert rows(metered)["CAM-2019-000002"].attempts == 2


def test_a_mail_whose_answer_was_lost_is_sent_again_under_the_same_key(metered: Town) -> None:
    box = mailed(metered)
    with PostOffice(hang_up_after=0) as office:
        assert send(metered, box, office) == Sending(sent=0, waiting=2, failed=0)
        office.hang_up_after = None
        assert send(metered, outbox(metered), office) == Sending(sent=2, waiting=0, failed=0)
        keys = [mail["Message-ID"] for mail in office.mails]
    assert len(keys) == 4
    assert len(set(keys)) == 2
