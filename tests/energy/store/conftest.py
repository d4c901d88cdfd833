"""Servers for the tests of the launcher, each in a place of its own, all stopped afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from tests.energy.store.launching import Launch


@pytest.fixture
def place() -> Iterator[Path]:
    """A short directory that every account may pass through."""
    path = Path(tempfile.mkdtemp(prefix="meterline-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def ready_cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster with its database, stopped, to be copied: initdb is the slow part of a test."""
    data_dir = tmp_path_factory.mktemp("ready")
    server = EmbeddedPostgres(EmbeddedSettings(data_dir=data_dir))
    server.start()
    server.stop()
    return data_dir / "pgdata"


@pytest.fixture
def launch(place: Path, ready_cluster: Path) -> Iterator[Launch]:
    """Start servers and stop every one of them afterwards; `fresh` ones make their cluster."""
    started: list[EmbeddedPostgres] = []

    def start(
        data_dir: Path = place / "db", *, fresh: bool = False, extension_dir: Path | None = None
    ) -> EmbeddedPostgres:
        if not fresh and not data_dir.exists():
            shutil.copytree(ready_cluster, data_dir / "pgdata")
        settings = EmbeddedSettings(data_dir=data_dir, extension_dir=extension_dir)
        server = EmbeddedPostgres(settings)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.adopt()
        server.stop()
