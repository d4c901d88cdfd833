"""What a laptop refuses can be told apart by its code."""

from __future__ import annotations

from processes.laptop_errors import LaptopError
from processes.laptop_pack_make import PackError


def test_a_refusal_without_a_class_of_its_own_has_the_key_of_its_text_as_code() -> None:
    assert LaptopError.of("name_bundle").code == "laptop.name_bundle"
    assert PackError.of("no_place", place="x").code == "laptop.pack"
    assert LaptopError.code == "laptop"
