"""An entry has the bank's own key, or a hash that a file brought again gives again."""

from __future__ import annotations

from billing.bank.statement import folded, keyed, repeated
from tests.billing.till import statement


def keys(*amounts: str) -> list[str]:
    return [key for key, _ in keyed([statement(amount) for amount in amounts])]


def test_the_reference_of_the_bank_is_the_key() -> None:
    (key,) = [key for key, _ in keyed([statement("1", reference="R-1")])]
    assert key == "GB33BUKB20201555555555/R-1"


def test_without_a_reference_two_equal_rows_are_two_entries_and_stay_the_same_two() -> None:
    first = keys("10", "10", "20")
    assert len(set(first)) == 3
    assert keys("20", "10", "10.00", "10")[1:3] == first[:2]
    assert set(first) < set(keys("10", "10", "20", "10"))


def test_a_reference_that_stands_again_with_other_money_is_wrong() -> None:
    entries = [statement(amount, reference="R-1", row=n) for n, amount in enumerate("112", 2)]
    assert [each.row for each in repeated(keyed(entries))] == [4]


def test_names_are_compared_without_case_width_and_signs() -> None:
    assert folded("Müller & Söhne") == folded("MÜLLER  SÖHNE") == folded("ｍüｌｌｅｒ söhne")
    assert folded("机场 能源（有限）公司") == "机场能源有限公司"
