"""What no bank takes is refused before anything of it is stored."""

from __future__ import annotations

import pytest

from billing.bank.mandate import check_mandate, checked_iban
from billing.receivables.errors import PaymentError


def test_an_iban_is_kept_without_spaces() -> None:
    assert checked_iban("de89 3704 0044 0532 0130 00") == "DE89370400440532013000"


@pytest.mark.parametrize(
    "iban", ["DE88370400440532013000", "DE89370400440532013001", "x", "", "DE89", "D" * 40]
)
def test_wrong_check_digits_or_another_form_are_no_iban(iban: str) -> None:
    with pytest.raises(PaymentError, match="no IBAN"):
        checked_iban(iban)


@pytest.mark.parametrize(
    ("mandate", "bic", "cause"),
    [
        ("M 1", "", "no mandate reference"),
        ("M" * 36, "", "no mandate reference"),
        ("", "", "no mandate reference"),
        ("M-1", "COBA", "no BIC"),
    ],
)
def test_a_reference_or_a_bic_that_no_bank_takes(mandate: str, bic: str, cause: str) -> None:
    with pytest.raises(PaymentError, match=cause):
        check_mandate(mandate, bic)


@pytest.mark.parametrize("bic", ["COBADEFFXXX", "COBADEFF", ""])
def test_a_reference_and_a_bic_that_banks_take(bic: str) -> None:
    reference = "M-2019/001".ljust(35, "1")
    check_mandate(reference, bic)
    with pytest.raises(PaymentError, match="no mandate reference"):
        check_mandate(f"{reference}1", bic)
