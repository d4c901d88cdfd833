"""A form of the portal says what was seen: the same words later are another enquiry. Pure."""

from __future__ import annotations

from typing import Any

from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.security.scope import Role
from tests.dashboards.test_pages import nodes, parts, viewer

PAGE = "/portal/enquiries"
FILED = {"about": "account/A-0002", "kind": "complaint", "words": "No cooling."}


def drawn(given: Parts, act: str) -> list[str]:
    """Return what the forms of the page that do an act are about."""
    ids = [getattr(node, "id", None) for node in nodes(page_for(given, viewer(Role.TENANT), PAGE))]
    found = [each for each in ids if isinstance(each, dict) and each.get("type") == "act"]
    return [str(each["about"]) for each in found if each["act"] == act]


def press(given: Parts, act: str, form: str, typed: dict[str, str]) -> Any:
    return perform(given, viewer(Role.TENANT), {"act": act, "about": form}, typed)


def test_one_drawn_form_files_once_and_the_next_one_the_same_words_again() -> None:
    given = parts()
    before = len(drawn(given, "say-enquiry"))
    (form,) = drawn(given, "ask-office")
    for _ in range(2):
        press(given, "ask-office", form, FILED)
    assert len(drawn(given, "say-enquiry")) == before + 1
    (later,) = drawn(given, "ask-office")
    press(given, "ask-office", later, FILED)
    assert len(drawn(given, "say-enquiry")) == before + 2


def test_the_form_that_goes_on_says_how_many_words_were_seen() -> None:
    given = parts()
    (form,) = drawn(given, "ask-office")
    press(given, "ask-office", form, FILED)
    first = drawn(given, "say-enquiry")[0]
    press(given, "say-enquiry", first, {"words": "Yes"})
    assert first.endswith("@1")
    assert drawn(given, "say-enquiry")[0] == first.replace("@1", "@2")
