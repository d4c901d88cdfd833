"""A label says site, point and serial, and is read as it was printed; anything else is no label."""

from __future__ import annotations

import pytest

from energy.metering.label import Label, label_text, read_label


@pytest.mark.parametrize("serial", ["S-2", "", "22 081/34#1", "电-07"])
def test_a_label_is_read_as_it_was_printed(serial: str) -> None:
    text = label_text("airport", "t2-gate14", serial)
    assert read_label(f" {text}\n") == Label(site="airport", point="t2-gate14", serial=serial)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "meterline:",
        "meterline:airport",
        "meterline:airport/",
        "meterline:/t2",
        "meterline:a/b/c",
        "meterline:a/b c",
        "https://evil.example/meterline:a/b",
        "meterline:a/b\nmeterline:c/d",
        "METERLINE:a/b",
        "meterline:a/" + "b" * 81,
    ],
)
def test_what_is_no_label_is_none(text: str) -> None:
    assert read_label(text) is None
