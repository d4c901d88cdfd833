"""Receipts and replies: matched once, believed only from who was told."""

from __future__ import annotations

from typing import Any

import pytest

from energy.alerting.notices.codes import short_code
from energy.alerting.notices.gateway import Reply
from energy.base.ids import id_of
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.chain import Chain
from tests.energy.alerting.notices.test_sending import chain, cut_behind_the_hand_over

__all__ = ["chain"]
pytestmark = pytest.mark.servers


def receipt(chain: Chain, state: str = "delivered", **more: str) -> dict[str, str]:
    told = chain.first.messages[0]
    at = chain.site.clock.now().isoformat()
    return {"reference": f"ref-{told['key'][:8]}", "state": state, "at": at} | more


def reply(chain: Chain, text: str, sender: str = book.ADA_PHONE, reference: str = "m1") -> Reply:
    return Reply(sender=sender, text=text, at=chain.site.clock.now(), reference=reference)


def outcomes(chain: Chain) -> list[tuple[Any, ...]]:
    book.settle(chain.site)
    return chain.site.rows("SELECT outcome, alert FROM {s}.notice_reply ORDER BY position")


def test_a_receipt_given_twice_is_one_fact(chain: Chain) -> None:
    book.an_alert(chain.site)
    chain.go()
    chain.first.receipts = [receipt(chain), receipt(chain)]
    chain.go()
    chain.first.receipts = [receipt(chain)]
    chain.go()
    assert ("ada", "sms", "delivered") in chain.states()
    assert chain.site.rows(
        "SELECT count(*) FROM {s}.operations_events WHERE topic = 'notice.delivered'"
    ) == [(1,)]
    assert chain.site.rows("SELECT * FROM {s}.notice_receipt") == []


def test_what_did_not_arrive_is_told_by_the_next_way(chain: Chain) -> None:
    book.an_alert(chain.site)
    chain.go()
    ben = next(told for told in chain.first.messages if told["to"] == book.BEN_PHONE)
    at = chain.site.clock.now().isoformat()
    chain.first.receipts = [
        {"reference": f"ref-{ben['key'][:8]}", "state": "failed", "at": at, "reason": "absent"}
    ]
    chain.go()
    assert ("ben", "sms", "failed") in chain.states()
    assert ("ben", "mail", "handed") in chain.states()


def test_a_receipt_that_comes_before_our_record_is_kept_until_it_is_known(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.an_alert(chain.site)
    cut_behind_the_hand_over(chain, monkeypatch)
    chain.first.receipts = [receipt(chain)]
    chain.go()
    assert ("ada", "sms", "queued") in chain.states()
    chain.claims_run_out()
    chain.go()
    assert ("ada", "sms", "delivered") in chain.states()


def test_a_receipt_with_our_key_says_that_it_went_and_it_is_not_sent_again(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.an_alert(chain.site)
    cut_behind_the_hand_over(chain, monkeypatch)
    key = chain.first.messages[0]["key"]
    chain.first.receipts = [receipt(chain, key=key)]
    chain.go()
    chain.claims_run_out()
    chain.go()
    assert ("ada", "sms", "delivered") in chain.states()
    assert chain.first.taken[key] == 1


def test_a_reply_with_the_code_acknowledges_once(chain: Chain) -> None:
    alert = book.an_alert(chain.site)
    chain.go()
    said = reply(chain, f"ok {short_code(alert.id)}")
    chain.first.replies = [said, said]
    chain.go()
    assert outcomes(chain) == [("acknowledged", alert.id)]
    ada = id_of("contact", chain.site.site.key, "ada")
    assert chain.site.rows("SELECT acknowledged_by FROM {s}.alert") == [(ada,)]
    chain.first.replies = [reply(chain, short_code(alert.id), book.BEN_PHONE, "m2")]
    chain.go()
    assert outcomes(chain)[1:] == [("seen_already", alert.id)]
    chain.go(3600)
    assert len(chain.first.messages) == 2, "it is told to nobody again"


def test_only_who_was_told_acknowledges(chain: Chain) -> None:
    alert = book.an_alert(chain.site)
    book.contact(chain.site, chain.vault, "kim", sms="+441632960009")
    chain.go()
    code = short_code(alert.id)
    chain.first.replies = [
        reply(chain, code, "+441632960009", "a"),
        reply(chain, code, "+441632969999", "b"),
        reply(chain, "22222" if code != "22222" else "33333", reference="c"),
        reply(chain, "what?", reference="d"),
    ]
    chain.go()
    assert [outcome for outcome, _ in outcomes(chain)] == [
        *("not_told", "stranger", "not_told", "unread"),
    ]
    assert chain.site.rows("SELECT acknowledged_at FROM {s}.alert") == [(None,)]


def test_what_a_person_says_is_sealed_and_what_a_stranger_says_is_not_kept(chain: Chain) -> None:
    chain.first.replies = [
        reply(chain, "my secret", reference="a"),
        reply(chain, "another", "+449", "b"),
    ]
    chain.go()
    rows = chain.site.rows(
        "SELECT state FROM {s}.operations_events WHERE topic LIKE 'notice_reply%%'"
    )
    assert len(rows) == 2
    assert not any(b"secret" in bytes(s) or b"another" in bytes(s) for (s,) in rows)
    assert not any(b"+449" in bytes(s) or book.ADA_PHONE.encode() in bytes(s) for (s,) in rows)


def test_who_opts_out_by_reply_is_told_by_that_way_no_more(chain: Chain) -> None:
    chain.first.replies = [reply(chain, "TD")]
    chain.go()
    book.an_alert(chain.site)
    chain.go()
    assert [told["to"] for told in chain.first.messages] == [book.BEN_PHONE]
    chain.first.replies = [reply(chain, "START", reference="m2")]
    chain.go()
    book.an_alert(chain.site, "another")
    chain.go()
    assert [told["to"] for told in chain.first.messages][1:] == [book.ADA_PHONE, book.BEN_PHONE]
