"""Keys of personal fields on their way: only who knows the phrase can take them in."""

from __future__ import annotations

from uuid import uuid4

import pytest

from energy.base.transfer import TransferError, TransferKey

PHRASE = "a phrase for the way"


def test_key_sealed_here_opens_there_with_the_phrase() -> None:
    person, key = uuid4(), bytes(range(32))
    here = TransferKey.fresh(PHRASE)
    box = here.seal(person, key)
    assert key not in box
    there = TransferKey.of(PHRASE, here.facts)
    assert there.open(person, box) == key


def test_wrong_phrase_is_found_before_any_key_is_opened() -> None:
    facts = TransferKey.fresh(PHRASE).facts
    with pytest.raises(TransferError, match="not the one of this file"):
        TransferKey.of("another long phrase", facts)


def test_key_of_one_person_is_no_key_of_another() -> None:
    key = TransferKey.fresh(PHRASE)
    with pytest.raises(TransferError):
        key.open(uuid4(), key.seal(uuid4(), bytes(32)))


def test_short_phrase_is_refused() -> None:
    with pytest.raises(TransferError, match="at least 12"):
        TransferKey.fresh("short")


@pytest.mark.parametrize(
    "facts", [{}, {"method": "none", "salt": "", "proof": ""}, {"method": 1, "salt": 2, "proof": 3}]
)
def test_file_that_does_not_tell_how_it_is_protected_is_refused(facts: dict[str, str]) -> None:
    with pytest.raises(TransferError):
        TransferKey.of(PHRASE, facts)
