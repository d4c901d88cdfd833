"""In: the code of a failed question. Out: the key of its cause and next step. Pure."""

from __future__ import annotations

from energy.base.text import catalogue


def fault_key(code: str) -> str:
    """Return where the catalogue says what a fault means and what to do; "" where nowhere.

    Args:
        code: Of a failure: "modbus.no_answer", "dlt645.wrong_sum".
    """
    protocol, _, fault = code.partition(".")
    part = "look.fault." if protocol == "modbus" else "cli.tenant.fault_"
    key = f"{part}{fault}"
    return key if key in catalogue() else ""
