"""Help pages: every verb and option told in both languages, no text that nobody shows."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import click
import pytest
import typer

from energy.base.text import LANGUAGES, help_texts
from scripts import laptop, main
from scripts.commands.help_words import SAYS, key_of, place_of, speak

COMMANDS = Path(__file__).resolve().parents[3] / "scripts" / "commands"
CODE = re.compile(r"`[^`]*`|\"[^\"]*\"|\bhttps?:\S+")
ENGLISH = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def walk(ctx: click.Context) -> Iterator[click.Context]:
    yield ctx
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            assert command is not None
            yield from walk(click.Context(command, parent=ctx, info_name=name))


@cache
def verbs() -> tuple[click.Context, ...]:
    """Return the contexts of every verb and group, of the laptop's row too."""
    tops = [typer.main.get_command(app) for app in (main.app, laptop.app)]
    return tuple(ctx for top in tops for ctx in walk(click.Context(top, info_name=top.name)))


def keys(ctx: click.Context) -> set[str]:
    place = place_of(ctx)
    options = {key_of(place, each.name or "") for each in ctx.command.get_params(ctx)}
    return {".".join((*place, SAYS)), *options}


def test_every_verb_and_every_option_is_told_and_no_text_is_idle() -> None:
    shown = {key for ctx in verbs() for key in keys(ctx)}
    assert len(verbs()) > 120
    assert shown - set(help_texts()) == set()
    idle = set(help_texts()) - shown
    assert {
        key for key in idle if key.partition(".")[0] not in {"page", "misused", "click"}
    } == set()


def test_a_shared_text_is_shared() -> None:
    counted = [key for ctx in verbs() for key in keys(ctx) if key.startswith("shared.")]
    assert {key for key in counted if counted.count(key) < 2} == set()


def test_the_code_of_a_verb_says_what_its_english_page_says_and_holds_no_other_help() -> None:
    for ctx in verbs():
        assert [p.name for p in ctx.command.params if getattr(p, "help", None)] == []
        if not isinstance(ctx.command, click.Group):
            code = [" ".join(each.split()) for each in (ctx.command.help or "").split("\n\n")]
            page = help_texts()[".".join((*place_of(ctx), SAYS))]["en"]
            assert code == page.split("\n\n"), ctx.command_path


def test_every_text_stands_in_both_languages_with_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for key, texts in help_texts().items():
        assert set(texts) == set(LANGUAGES), key
        if key.startswith("click."):  # it fills in English names of its types, too
            assert places(texts["zh"]) <= places(texts["en"]), key
        else:
            assert places(texts["zh"]) == places(texts["en"]), key


def test_no_chinese_page_holds_an_english_sentence() -> None:
    for key, texts in help_texts().items():
        told = CODE.sub("", texts["zh"])
        assert not ENGLISH.search(told), key
        if any(sign.isalpha() for sign in re.sub(r"\{\w+(![rs])?\}", "", texts["en"])):
            assert CHINESE.search(told), key


def messages(package: ModuleType) -> set[str]:
    """Return the texts that a package gives to gettext."""
    found: set[str] = set()
    for path in Path(inspect.getfile(package)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "ngettext"}:
                found |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return found


def test_the_words_of_click_are_those_that_click_says() -> None:
    ours = {each["en"] for key, each in help_texts().items() if key.startswith("click.")}
    assert len(ours) > 20
    assert ours - messages(click) == set()


def test_every_word_of_the_pages_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in COMMANDS.glob("*.py"))
    parts = ("page.", "misused.")
    words = {key.partition(".")[2] for key in help_texts() if key.startswith(parts)}
    assert {each for each in words if f'"{each}"' not in code} == set()


@pytest.fixture
def _english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.usefixtures("_english_again")
def test_click_speaks_the_language_it_is_told() -> None:
    option = click.Option(["--unit"], type=int)
    ctx = click.Context(click.Command("scan"))
    for language, said in (("zh", "'x' 不是有效的数字。"), ("en", "'x' is not a valid integer.")):
        speak(language)
        with pytest.raises(click.BadParameter) as refused:
            option.type_cast_value(ctx, "x")
        assert refused.value.message == said
