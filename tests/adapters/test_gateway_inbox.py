"""What a gateway tells is acknowledged when it is stored, never before."""

from __future__ import annotations

from functools import partial

from adapters.gateway_inbox import Inbox


def test_what_was_fetched_is_acknowledged_when_the_next_is() -> None:
    inbox: Inbox[str] = Inbox()
    stored: list[str] = []
    for word in ("a", "b"):
        inbox.put(word, partial(stored.append, word))
    inbox.settle()
    assert (inbox.fetch(), stored) == (["a", "b"], [])
    inbox.put("c", partial(stored.append, "c"))
    inbox.settle()
    assert (stored, inbox.fetch()) == (["a", "b"], ["c"])


def test_what_says_nothing_is_acknowledged_in_its_turn() -> None:
    inbox: Inbox[str] = Inbox()
    stored: list[str] = []
    inbox.put(None, partial(stored.append, "part"))
    assert (inbox.fetch(), stored) == ([], [])
    inbox.settle()
    assert stored == ["part"]


def test_what_is_forgotten_is_never_acknowledged() -> None:
    inbox: Inbox[str] = Inbox()
    stored: list[str] = []
    inbox.put("a", partial(stored.append, "a"))
    inbox.fetch()
    inbox.put("b", partial(stored.append, "b"))
    inbox.forget()
    inbox.settle()
    assert (inbox.fetch(), stored) == ([], [])
