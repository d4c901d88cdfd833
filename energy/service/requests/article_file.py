"""In: a file of an article. Out: its key and what it says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy.base.text import LANGUAGES
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker
from energy.service.requests.article import ArticleText
from energy.service.requests.errors import RequestError
from energy.service.work.named import name_of


def parse_article(text: str) -> tuple[str, ArticleText]:
    """Return the key of an article and what it says.

    Args:
        text: TOML; see docs/service-desk.md.

    Raises:
        RequestError: It states no article; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise RequestError.of("article_file", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, {"key", "title", "tags", "text"}, "the file")
    key = checker.text(document, "key", "the file")
    title = name_of(checker, {"name": document.get("title")}, "title")
    said = document.get("text", {})
    if not _in_each_language(said):
        checker.problems.append("text: write it as a [text] table with en and zh")
    tags = checker.words(document, "tags", "the file")
    if checker.problems:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise RequestError.of("article_file", problems=problems)
    return key, ArticleText(title=title, text=said, tags=tags).checked()


def _in_each_language(said: object) -> bool:
    return isinstance(said, Mapping) and all(_plain(said.get(each)) for each in LANGUAGES)


def _plain(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
