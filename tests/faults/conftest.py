"""In: nothing. Out: places for whole installations, gone afterwards. I/O."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.postgres import database_server, new_site, site_schema
from tests.fixtures.whole_play import PlayedMonth, prepared, run_to_the_end

__all__ = ["database_server", "new_site", "site_schema"]


@pytest.fixture(scope="session")
def plays() -> Iterator[Path]:
    """A short directory for the plays of the session: sockets need short paths."""
    path = Path(tempfile.mkdtemp(prefix="mlp-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def ready_installation(plays: Path) -> Path:
    """An installation with its site, stopped before the play, to be copied."""
    return prepared(plays / "ready")


@pytest.fixture(scope="session")
def undisturbed(plays: Path, ready_installation: Path) -> PlayedMonth:
    """What a play gives when nobody disturbs it."""
    folder = plays / "calm"
    shutil.copytree(ready_installation, folder, symlinks=True, copy_function=shutil.copy2)
    return run_to_the_end(folder)
