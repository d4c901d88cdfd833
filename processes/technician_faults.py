"""In: a failed question. Out: its cause and next step, as keys of the catalogue. Pure."""

from __future__ import annotations

from adapters.modbus.frame import ReadFailedError
from energy.base.text import Key, catalogue
from energy.metering.source_facts import BACNET, OPCUA
from processes.technician_told import NoContactError

_PARTS = {"modbus": "look.fault.", OPCUA: "server.fault.", BACNET: "server.fault."}
"""Where the catalogue says it, by protocol; those that frame bytes share a part."""


def fault_key(code: str) -> str:
    """Return where the catalogue says what a fault means and what to do; "" where nowhere.

    Args:
        code: Of a failure: "modbus.no_answer", "dlt645.wrong_sum".
    """
    protocol, _, fault = code.partition(".")
    part = _PARTS.get(protocol, "cli.tenant.fault_")
    key = f"{part}{fault}"
    return Key(key) if key in catalogue() else ""


def no_contact(error: ReadFailedError) -> NoContactError:
    """Return why a question brought nothing, with the next step.

    Args:
        error: The failed question.
    """
    where, _, what = str(error).partition(": ")
    return NoContactError.of("hindered", where=where, cause=fault_key(error.code) or what)
