from __future__ import annotations

from adapters.modbus.frame import Fault, ReadFailedError
from energy.base.text import t
from processes.laptop_file import LaptopFileError, _named
from processes.technician_faults import fault_key, no_contact


def test_what_a_device_did_wrong_is_told_in_the_language_of_who_stands_before_it() -> None:
    assert fault_key("modbus.no_answer") == "look.fault.no_answer"
    assert fault_key("modbus.of_no_kind") == ""
    error = no_contact(ReadFailedError(Fault.NO_ANSWER, "10.0.0.1, unit 2", "silence"))
    for language in ("en", "zh"):
        assert t(language, "look.fault.no_answer") in error.told(language)


def test_the_kind_of_a_laptops_file_is_told_in_the_language_of_its_reader() -> None:
    error = LaptopFileError.of("wrong_seal", path="x", kind=_named("bundle"))
    for language in ("en", "zh"):
        assert t(language, "laptop_why.kind_bundle") in error.told(language)
