"""In: what a person calls a mapping. Out: its file. I/O: looks at folders.

A mapping is named by its path, or by its name alone: then it lies in the installation's own folder
or among the samples that ship.
"""

from __future__ import annotations

import re
from pathlib import Path

from adapters.files.mapping_file import SAMPLES, FileMappingError

OWN = "file-mappings"
"""Folder of an installation's own mappings of files, in the data directory."""
MOST_KNOWN = 20


def own_mappings(data_dir: Path) -> list[Path]:
    """Return the installation's own mappings of files."""
    return sorted((data_dir / OWN).glob("*.toml"))


def mapping_path(said: str, data_dir: Path) -> Path:
    """Return the file of a mapping.

    Args:
        said: A path, or a name.
        data_dir: Data directory of the installation.

    Raises:
        FileMappingError: There is none.
    """
    path = Path(said)
    if path.suffix == ".toml" or len(path.parts) > 1:
        return path
    if re.fullmatch(r"[a-z0-9_]+", said):
        for folder in (data_dir / OWN, SAMPLES):
            if (folder / f"{said}.toml").is_file():
                return folder / f"{said}.toml"
    known = [p.stem for p in [*own_mappings(data_dir), *sorted(SAMPLES.glob("*.toml"))]]
    told = ", ".join(known[:MOST_KNOWN])
    raise FileMappingError(said[:80], [f"no such mapping in {data_dir / OWN}; there are {told}"])
