"""In: the name of a profile. Out: its file, or what it says, checked. I/O: reads files.

One shelf for each protocol: the profiles that ship stand beside its code, an installation's own in
its data directory. What a profile says is read by the protocol's own parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from adapters.errors import AdapterError, FaultyFileError
from adapters.own_files import own_folder
from adapters.toml_text import text_in
from energy.base.text import t

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)
OWN_PROFILES = "profiles"
"""Folder of an installation's own profiles, in its data directory."""
MOST_NEAREST = 3
LEAST_ALIKE = 0.6
"""From which likeness on a name may be the one that was meant; 1 is the same."""


class UnknownProfileError(AdapterError):
    """A name is no profile's; tells the nearest names and where all are listed."""

    code = "profile.unknown"

    def __init__(self, name: str, known: Sequence[str], own: str = OWN_PROFILES) -> None:
        """Name the profile, its nearest and the next step.

        Args:
            name: As it was written.
            known: Ids of the profiles that could have been meant.
            own: Folder of an installation's own, from the data directory.
        """
        self.name = name
        self.nearest = nearest_names(name, known)
        self.own = own
        super().__init__(self.told("en"))

    def told(self, language: str) -> str:
        """Return the message in a language."""
        names = ", ".join(self.nearest)
        near = t(language, "profile_shelf.nearest", names=names) if names else ""
        return t(language, "profile_shelf.unknown", name=self.name, near=near, own=self.own)


class ProfileNameTakenError(AdapterError):
    """An installation's own profile bears the name of one that ships, or of another own one."""

    code = "profile.name_taken"

    def __init__(self, path: Path, other: Path | None = None) -> None:
        """Name the file and what to do.

        Args:
            path: The file.
            other: The one of another protocol that bears the name; None: one that ships beside.
        """
        self.path = path
        self.other = other
        super().__init__(self.told("en"))

    def told(self, language: str) -> str:
        """Return the message in a language."""
        if self.other is not None:
            return t(language, "profile_shelf.twice", path=self.path, other=self.other)
        return t(language, "profile_shelf.taken", path=self.path)


class Parser(Protocol[P_co]):
    """Reads the text of a profile."""

    def __call__(self, text: str, *, name: str) -> P_co:
        """Return what a profile says, checked whole.

        Args:
            text: TOML.
            name: Name for messages; must equal the profile's id.

        Raises:
            AdapterError: Lists every problem.
        """
        ...


class ProfileShelf(Generic[P]):
    """The profiles of one protocol."""

    def __init__(self, folder: Path, *, own: str, parse: Parser[P]) -> None:
        """Take the folders; nothing is read yet.

        Args:
            folder: Of the profiles that ship.
            own: Of an installation's own, from its data directory.
            parse: Reads the text of a profile.
        """
        self.folder = folder
        self.own = own
        self.parse = parse

    def shipped(self) -> list[str]:
        """Return the ids of the profiles that ship."""
        return _ids_in(self.folder)

    def own_ids(self) -> list[str]:
        """Return the ids of an installation's own profiles."""
        folder = own_folder(self.own)
        return [] if folder is None else _ids_in(folder)

    def known(self) -> list[str]:
        """Return the ids of all profiles: those that ship and an installation's own."""
        return sorted({*self.shipped(), *self.own_ids()})

    def load(self, name: str) -> P:
        """Return what a profile says, one that ships or an installation's own.

        Args:
            name: Id of the profile, the name of its file.

        Raises:
            UnknownProfileError: There is no such profile.
            ProfileNameTakenError: One that ships and an own one bear the name.
            AdapterError: It has problems.
        """
        return self.parse(self.text(name), name=name)

    def load_file(self, path: Path) -> P:
        """Return what the profile in a file says; the file bears the profile's id.

        Raises:
            ProfileNameTakenError: It bears the id of one that ships, and is another file.
            AdapterError: It cannot be read or has problems.
        """
        if path.resolve().parent != self.folder.resolve() and path.stem in self.shipped():
            raise ProfileNameTakenError(path)
        return self.parse(_text(path), name=path.stem)

    def text(self, name: str) -> str:
        """Return the file of a profile as it stands: of one that ships or of an own one.

        Raises:
            UnknownProfileError: There is no such profile.
            ProfileNameTakenError: One that ships and an own one bear the name.
        """
        found = self.files(name)
        if not found:
            raise self.unknown(name)
        if len(found) > 1:  # which of the two a site means nobody can tell
            raise ProfileNameTakenError(found[-1])
        return _text(found[0])

    def files(self, name: str) -> list[Path]:
        """Return the files that bear the name of a profile: the one that ships, the own one."""
        folders = [folder for folder in (self.folder, own_folder(self.own)) if folder is not None]
        return [folder / f"{name}.toml" for folder in folders if name in _ids_in(folder)]

    def unknown(self, name: str) -> UnknownProfileError:
        """Return what is told of a name that is no profile's here."""
        return UnknownProfileError(name, self.known(), self.own)


def nearest_names(name: str, known: Sequence[str]) -> list[str]:
    """Return the names that may have been meant, nearest first; none when no one is alike.

    A name is compared whole and by its parts: people write "PAC2200", the file is called
    `siemens_pac2200_3200`.

    Args:
        name: As it was written.
        known: What could have been meant.
    """
    written = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    alike = {each: _likeness(written, each) for each in known}
    found = [each for each in sorted(known) if alike[each] >= LEAST_ALIKE]
    return sorted(found, key=lambda each: -alike[each])[:MOST_NEAREST]


def _likeness(written: str, name: str) -> float:
    return max(SequenceMatcher(None, written, each).ratio() for each in (name, *name.split("_")))


def _text(path: Path) -> str:
    return text_in(path, name=path.stem, wrong=FaultyFileError)


def _ids_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.toml") if path.is_file())
