"""Articles: two people a version, found in both languages, how they helped."""

from __future__ import annotations

from decimal import Decimal

import pytest

from energy.service.requests.article import ArticleText
from energy.service.requests.article_file import parse_article
from energy.service.requests.article_reads import (
    pairs_of,
    read_article_uses,
    read_articles,
    search_articles,
)
from energy.service.requests.errors import RequestError
from tests.energy.service.requests.counter import ANNA, BEN, Counter
from tests.energy.service.work.shop import fold
from tests.fixtures.postgres import TestSite, command

FILE = """
key = "broken-seal"
title = { en = "A broken seal", zh = "铅封损坏" }
tags = ["Meter ", "meter", "seal"]

[text]
en = "Meters whose seals are broken are tested. Nobody pays for the test."
zh = "表计铅封损坏时须检定，检定免费。"
"""
OTHER = """
key = "late-payment"
title = { en = "Paying later", zh = "延期缴费" }
[text]
en = "Ask for instalments before the bill is due."
zh = "请在账单到期前申请分期。"
"""


@pytest.fixture
def counter(site_schema: TestSite) -> Counter:
    made = Counter(site_schema)
    made.publish()
    return made


def write(counter: Counter, file: str, name: object = 1) -> int:
    key, text = parse_article(file)
    return counter.articles.write(key, text, by=ANNA, command_id=command("write", key, name))


def review(counter: Counter, key: str, version: int = 1) -> None:
    counter.articles.review(key, version, by=BEN, command_id=command("review", key, version))


def found(counter: Counter, words: str) -> list[tuple[str, int]]:
    fold(counter.site)
    with counter.site.writer.connection() as connection:
        rows = search_articles(connection, counter.site.schema, words)
    return [(row.key, row.version) for row in rows]


@pytest.mark.servers
def test_an_article_is_told_from_when_another_person_has_read_it(counter: Counter) -> None:
    assert write(counter, FILE) == write(counter, FILE) == 1, "the command again"
    assert write(counter, FILE, 2) == 1, "the same words again"
    assert found(counter, "seal") == []
    with pytest.raises(RequestError, match="reviewed"):
        counter.desk.articles(["broken-seal"])
    with pytest.raises(RequestError, match="another person"):
        counter.articles.review("broken-seal", 1, by=ANNA, command_id=command("own"))
    with pytest.raises(RequestError, match="newest version of broken-seal is 1"):
        review(counter, "broken-seal", 2)
    with pytest.raises(RequestError, match="no article"):
        review(counter, "none")
    review(counter, "broken-seal")
    review(counter, "broken-seal")
    with pytest.raises(RequestError, match="once"):
        counter.articles.review("broken-seal", 1, by=BEN, command_id=command("twice"))
    assert counter.desk.articles(["broken-seal"] * 2) == [{"article": "broken-seal", "version": 1}]
    assert write(counter, FILE.replace("Nobody", "No tenant"), 3) == 2
    assert found(counter, "seal") == [("broken-seal", 1)], "until the second is reviewed"
    with counter.site.writer.connection() as connection:
        (row,) = read_articles(connection, counter.site.schema, drafts=True)
    assert (row.version, row.reviewed_at, row.tags) == (2, None, ["meter", "seal"])


@pytest.mark.servers
def test_articles_are_found_in_both_languages_and_say_how_they_helped(counter: Counter) -> None:
    for file in (FILE, OTHER):
        write(counter, file)
        review(counter, parse_article(file)[0])
    seal, later = [("broken-seal", 1)], [("late-payment", 1)]
    for words, wanted in (
        *(("testing sealed meters", seal), ("tested seals", seal), ("instalment", later)),
        *(("铅封坏了", []), ("铅封损坏", seal), ("表计铅封", seal), ("分期缴费", later)),
        *(("税", []), ("费", [*seal, *later]), ("turbine", []), ("the", []), ("", [])),
        *(('seal " OR -', seal), ("%_\\", [])),
    ):
        assert sorted(found(counter, words)) == sorted(wanted), words
    first, second = counter.open("a"), counter.open("b")
    told = counter.desk.articles(["broken-seal"])
    counter.answer(first, articles=told)
    counter.resolve(first)
    counter.do(first, "rate", 4, "")
    counter.answer(second, "wait", articles=told)
    counter.answer(second, "and again", articles=told)
    fold(counter.site)
    with counter.site.writer.connection() as connection:
        (use,) = read_article_uses(connection, counter.site.schema)
    assert (use.key, use.requests, use.over, use.first_contact, use.satisfaction) == (
        *("broken-seal", 2, 1, 1, Decimal("4.00")),
    )


def test_pairs_are_of_neighbours_in_one_run() -> None:
    assert pairs_of("铅封损坏 表计 ok 费") == ["铅封", "封损", "损坏", "表计", "费"]
    assert pairs_of("no") == []


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ('key = "broken-seal"', "", "key"),
        ('zh = "铅封损坏"', 'zh = " "', "title"),
        ("[text]", "[words]", "text"),
        ('"seal"]', "1]", "tags"),
        ("[text]", "[text", "no article"),
        ('"seal"]', '"' + "x" * 25 + '"]', "24 characters"),
        ("Nobody pays", "x" * 8000, "8000 characters"),
    ],
)
def test_a_file_that_states_no_article_is_refused(was: str, becomes: str, why: str) -> None:
    assert was in FILE
    with pytest.raises(RequestError, match=why):
        parse_article(FILE.replace(was, becomes))


@pytest.mark.servers
def test_a_key_that_is_none_is_refused(counter: Counter) -> None:
    text = ArticleText(title={"en": "a", "zh": "a"}, text={"en": "a", "zh": "a"}, tags=[])
    with pytest.raises(RequestError, match="no key of an article"):
        counter.articles.write("No Key", text, by=ANNA, command_id=command("k"))
