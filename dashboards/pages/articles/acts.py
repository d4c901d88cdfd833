"""In: what a person typed of the knowledge base. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboards.components.act_form import Done
from dashboards.components.request_pieces import ARTICLES
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import key_named, number_named
from dashboards.viewer import Viewer
from energy.base.text import LANGUAGES
from energy.service.requests.article import ArticleText

SEARCH, WRITE, REVIEW = "search-articles", "write-article", "review-article"
MOST_FOUND = 12
Typed = Mapping[str, str]


def search(parts: Parts, viewer: Viewer, _about: str, typed: Typed) -> Done:
    """Find articles by words; each leads to its page."""
    found = parts.queries.articles_found(viewer.scope, typed.get("words", ""))
    links = tuple(
        (viewer.named(each.title), f"{ARTICLES}/{each.key}", False) for each in found[:MOST_FOUND]
    )
    said = "article_page.found" if found else "article_page.nothing"
    return Done(words=viewer.say(said, count=len(found)), links=links)


def write(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Write the next version of an article: about is "KEY@VERSION", "@0" of a new one.

    Raises:
        RefusedError: The command was refused.
    """
    known, _, seen = about.rpartition("@")
    key = key_named(known) if known else typed.get("key", "")
    text = ArticleText(
        title={each: typed.get(f"title_{each}", "") for each in LANGUAGES},
        text={each: typed.get(f"text_{each}", "") for each in LANGUAGES},
        tags=typed.get("tags", "").replace("，", ",").split(","),
    )
    version = parts.commands.service.requests.write_article(
        viewer.scope, key, text, seen=number_named(seen)
    )
    words = viewer.say("cli.article.written", article=key, version=version)
    return Done(words=words, links=((key, f"{ARTICLES}/{key}", False),))


def review(parts: Parts, viewer: Viewer, about: str, _typed: Typed) -> str:
    """Let tenants be told from a version: about is "KEY@VERSION".

    Raises:
        RefusedError: The command was refused.
    """
    key, _, version = about.rpartition("@")
    number = number_named(version)
    parts.commands.service.requests.review_article(viewer.scope, key_named(key), number)
    return viewer.say("cli.article.reviewed", article=key, version=number)


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    SEARCH: search,
    WRITE: write,
    REVIEW: review,
}
