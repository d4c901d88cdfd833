"""In: a tariff file that names no unit, a usage file. Out: the tariff in the file's unit. Reads.

Heat and cold are sold by the GJ, the MWh and the kWh. Where the tariff does not say which, prices
are taken per unit of the usage file's column, and that is said: `heat_gj` is never turned into MWh
behind a person's back. Other utilities have one usual unit, whatever a meter counts in.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from billing.rating.quantities import OWN
from billing.tariffs.first_form import is_first_form
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import SOLD_BY_SEVERAL, read_document, tariff_of
from energy.base.units import TO_BASE


def in_unit_of_file(
    path: Path, tariff: TariffVersion, header: list[str]
) -> tuple[TariffVersion, tuple[str, ...]]:
    """Return the tariff in the unit of the usage file, and what to tell about it.

    Args:
        path: The tariff file, which is one.
        tariff: What it describes.
        header: Names of the usage file's columns.

    Returns:
        The same version (and hash) with another bill unit, or the tariff as it is.

    Raises:
        TariffFileError: The file changed since it was read.
    """
    if tariff.utility not in SOLD_BY_SEVERAL:
        return tariff, ()
    units = {f"{OWN[tariff.utility]}_{unit.lower()}": unit for unit in TO_BASE[tariff.utility]}
    found = [name for name in header if name in units and units[name] != tariff.unit]
    document = read_document(path) if found else {}
    if not found or "unit" in document or is_first_form(document):
        return tariff, ()
    unit = units[found[0]]
    meant = tariff_of({**document, "unit": unit})
    note = (
        f"the tariff names no unit: priced by the {unit}, as column {found[0]} counts. Write "
        f"`unit: {unit}` into the tariff file: it is not published without."
    )
    return replace(meant, sha256=tariff.sha256), (note,)
