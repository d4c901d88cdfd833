"""Names that stand on a bill can be read there, and fit."""

from __future__ import annotations

import pytest

from billing.tariffs.name_check import name_problems
from tests.billing.tariffs.files import WHOLE, with_charge, yaml


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\u00ad"])
def test_a_sign_that_nobody_sees_is_named_by_its_code(sign: str) -> None:
    charge = f'{{id: N, kind: fixed, price: 1, per: month, name: "a{sign}b"}}'
    (found,) = name_problems(yaml(with_charge(charge)))
    assert found == (
        f"charges[2].name: holds signs that nobody sees (U+{ord(sign):04X}); take them out"
    )


def test_a_name_fits_on_a_bill() -> None:
    assert name_problems(yaml(WHOLE)) == []
    long = with_charge(f'{{id: N, kind: fixed, price: 1, per: month, name: "{"x" * 10_000}"}}')
    (found,) = name_problems(yaml(long))
    assert found.startswith("charges[2].name: has 10000 characters, a bill has room for 200")
