"""In: the name of a profile. Out: its register map, checked. I/O: reads files.

Maps that ship lie in `maps/`; a site's own lie in `profiles/` of its data directory and may not
take the name of one that ships. What stands behind `@` or `~` in a name is how the device at hand
differs (register_variant.py).
"""

from __future__ import annotations

from pathlib import Path

from adapters.errors import RegisterMapError
from adapters.modbus.register_point import (
    Identify,
    Null,
    PlatePoint,
    RegisterPoint,
    RegisterType,
    Trust,
)
from adapters.modbus.register_product import Discovery, RegisterMap, SerialDefaults
from adapters.modbus.register_reader import parse
from adapters.modbus.register_variant import split, variant

__all__ = [
    "MAPS", "OWN_MAPS", "Discovery", "Identify", "Null", "PlatePoint", "RegisterMap",
    "RegisterPoint", "RegisterType", "SerialDefaults", "Trust", "known", "load", "load_file",
    "own_maps", "parse", "use_own_maps", "variant",
]  # fmt: skip

MAPS = Path(__file__).parent / "maps"
OWN_MAPS = "profiles"
"""Folder of a site's own maps, in the data directory."""
_own: Path | None = None


def use_own_maps(data_dir: Path | None) -> None:
    """Say where this process finds a site's own maps (once, by the composition root).

    Args:
        data_dir: Data directory of the installation; None for shipped maps only.
    """
    global _own  # noqa: PLW0603 - which files are profiles is a fact of the process
    _own = None if data_dir is None else data_dir / OWN_MAPS


def own_maps() -> dict[str, Path]:
    """Return the files of a site's own maps by id."""
    return {} if _own is None else {path.stem: path for path in sorted(_own.glob("*.toml"))}


def known() -> list[str]:
    """Return the ids of all maps: those that ship and a site's own."""
    return sorted({path.stem for path in MAPS.glob("*.toml")} | set(own_maps()))


def load(profile: str) -> RegisterMap:
    """Return the checked map of a profile.

    Args:
        profile: Id of the map, the name of its file; behind it what differs in the device.

    Raises:
        RegisterMapError: There is no such map or it has problems.
    """
    parts = split(profile)
    path = _file(parts[0]) if parts is not None else None
    if parts is None or path is None:
        raise RegisterMapError(profile, [f"no such map; there are {', '.join(known())}"])
    _, shift, word_order, function_code = parts
    read = load_file(path)
    if (shift, word_order, function_code) == (None, None, None):
        return read
    return variant(read, shift=shift, word_order=word_order, function_code=function_code)


def load_file(path: Path) -> RegisterMap:
    """Return the checked map of a file; the file bears the map's id.

    Raises:
        RegisterMapError: Lists every problem; a site's own map bears the id of a shipped one.
        OSError: The file cannot be read.
    """
    read = parse(path.read_text("utf-8"), name=path.stem)
    if path.resolve().parent != MAPS.resolve() and (MAPS / path.name).is_file():
        raise RegisterMapError(
            path.stem, [f"{path.stem} ships with Meterline; give a map of your own another id"]
        )
    return read


def _file(name: str) -> Path | None:
    shipped = MAPS / f"{name}.toml"
    own = own_maps().get(name)
    if shipped.is_file() and own is not None:
        raise RegisterMapError(
            name, [f"{own} bears the id of a map that ships; give it another name and id"]
        )
    return shipped if shipped.is_file() else own
