"""In: files that others drop into folders. Out: their readings, and a report beside each. I/O.

A folder bears the name of a mapping: `<data>/drop/<site>/<mapping>/`. A file that has come to rest
is imported, all or nothing, and moves to `done/` or, with its causes, to `refused/`. What is still
being written is left alone; the same file again adds nothing; a jobs process that is killed
meanwhile finds the file where it was.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from adapters.files.card_mapping import is_card_mapping, load_card_mapping
from adapters.files.mapping_file import FileMappingError, load_file_mapping
from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.store.sites import Site
from energy.system import System
from processes.import_alone import ImportBusyError, importing_alone
from processes.import_cards import CardsRefusedError, look_at_cards, write_cards
from processes.import_mappings import own_mappings
from processes.import_readings import FileImport, ImportRefusedError, Looked, shown_name
from processes.settling import settle

log = structlog.get_logger("drop")
DROP = "drop"
"""Folder of the data directory into which others put files."""
DONE, REFUSED = "done", "refused"
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".swp")
"""Ends of names that programs use while they write."""
Seen = tuple[int, int, int]
"""Size, last change [ns] and inode of a file."""


class DropFolderError(RefusedError):
    """Something in the drop folders cannot be done by itself."""

    code = "drop"


class FileDrop:
    """Imports what lies in the drop folders of one site."""

    def __init__(self, system: System, site: Site) -> None:
        """Watch a site's folders; nothing is looked at yet."""
        self._system = system
        self._site = site
        self._clock: Clock = system.clock
        self._folder = system.config.data_dir / DROP / site.key
        self._seen: dict[Path, Seen] = {}
        self._tries: dict[Path, int] = {}

    def step(self) -> bool:
        """Import one file that has come to rest; return whether more of them wait.

        Raises:
            DropFolderError: A mapping has problems, or a file cannot be moved; what can be done
                was done.
        """
        complaints: list[str] = []
        ready = self._ready(complaints)
        if ready:
            # A file that fails again and again does not keep the others waiting.
            path, mapping = min(ready, key=lambda each: self._tries.get(each[0], 0))
            self._tries[path] = self._tries.get(path, 0) + 1
            try:
                self._import(path, mapping)
            except OSError as error:
                complaints.append(f"{_shown(path)}: {error.strerror}. Look at its rights.")
        if complaints:
            raise DropFolderError("\n".join(complaints))
        return len(ready) > 1

    def _ready(self, complaints: list[str]) -> list[tuple[Path, Path]]:
        """Return files that have not changed since the last look, with their mappings."""
        found: dict[Path, Seen] = {}
        ready = []
        for mapping in own_mappings(self._system.config.data_dir):
            folder = self._folder / mapping.stem
            folder.mkdir(parents=True, exist_ok=True)
            try:
                _check(mapping)
            except FileMappingError as error:
                complaints.append(str(error))
                continue
            for path, seen in _files(folder):
                found[path] = seen
                if self._seen.get(path) == seen:
                    ready.append((path, mapping))
        self._seen = found
        self._tries = {path: tries for path, tries in self._tries.items() if path in found}
        return ready

    def _import(self, path: Path, mapping: Path) -> None:
        report: dict[str, Any] = {
            "file": shown_name(path),
            "mapping": mapping.stem,
            "at": self._clock.now().isoformat(),
        }
        try:
            if is_card_mapping(mapping):
                self._cards(path, mapping, report)
            else:
                self._readings(path, mapping, report)
            folder = DONE
        except (ImportRefusedError, CardsRefusedError):
            report["error"] = "Rows are refused; nothing was written. Mend them or import by hand."
            folder = REFUSED
        except ImportBusyError:
            return  # somebody imports by hand: its turn comes
        except RefusedError as error:
            report["error"] = str(error)
            folder = REFUSED
        if _seen_of(path) != self._seen[path]:
            return  # another file lies under its name meanwhile: it is looked at in its turn
        moved = self._move(path, folder)
        beside = moved.with_name(f"{moved.name}.report.json")
        _write(beside, json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n")
        self._seen.pop(path, None)
        self._tries.pop(path, None)
        tell = log.info if folder == DONE else log.error
        tell(f"drop.{folder}", file=report["file"], site=self._site.key, report=_shown(beside))

    def _readings(self, path: Path, mapping: Path, report: dict[str, Any]) -> None:
        with (
            importing_alone(self._system, self._site, wait_s=0.1) as alone,
            FileImport(self._system, self._site, path, load_file_mapping(mapping)) as one,
        ):
            report |= _told(one.look())
            report["position"] = one.write(partial=False, by=None, alone=alone)

    def _cards(self, path: Path, mapping: Path, report: dict[str, Any]) -> None:
        settle(self._system.database, self._site, self._clock, "books")
        looked = look_at_cards(self._system, self._site, path, load_card_mapping(mapping))
        report |= {"new": len(looked.new), "known": looked.known}
        report["refused_rows"] = [row._asdict() for row in looked.refused]
        report["findings"] = [asdict(finding) for finding in looked.findings]
        report["position"] = write_cards(
            self._system, self._site, path, looked, partial=False, by=None
        )

    def _move(self, path: Path, name: str) -> Path:
        """Move a file into a folder beside it; one that is there already is never replaced."""
        folder = path.parent / name
        folder.mkdir(exist_ok=True)
        target = folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{path.stem}.{number}{path.suffix}"
        path.rename(target)
        return target


def _check(mapping: Path) -> None:
    """Read a mapping of either kind.

    Raises:
        FileMappingError: It has problems.
    """
    if is_card_mapping(mapping):
        load_card_mapping(mapping)
    else:
        load_file_mapping(mapping)


def _files(folder: Path) -> Iterator[tuple[Path, Seen]]:
    """Yield the finished files of a folder by name; links and folders are left alone."""
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.name.startswith((".", "~")) or entry.name.lower().endswith(UNFINISHED):
            continue
        path = Path(entry.path)
        if (seen := _seen_of(path)) is not None:
            yield path, seen


def _seen_of(path: Path) -> Seen | None:
    """Return size, last change and inode of a file; None of a link, a folder, or nothing."""
    try:
        facts = path.lstat()
    except OSError:  # it has gone meanwhile
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def _shown(path: Path) -> str:
    return f"{path.parent}/{shown_name(path)}"


def _told(looked: Looked) -> dict[str, Any]:
    """Return what a report says of a file."""
    facts = asdict(looked)
    facts.pop("channels")
    facts.pop("conflicts")
    facts["refused_rows"] = [row._asdict() for row in looked.refused_rows]
    facts["channels"] = [f"{each.point}/{each.quantity}" for each in looked.channels]
    return facts


def _write(path: Path, text: str) -> None:
    """Write a report; a reader sees all of it or nothing."""
    fresh = path.with_name(f".{path.name}.new")
    # A name that is no text is written as escapes.
    fresh.write_text(text, encoding="utf-8", errors="backslashreplace")
    fresh.replace(path)
