"""In: a laptop's folder. Out: its settings, clock and desk, as a command needs them. I/O: SQLite.

The laptop's counterpart of `installation`: no data directory, no database, nothing to start.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from adapters.own_files import use_own_files
from energy.base.aggregate import use_clock
from energy.base.clock import Clock, clock_from_environment
from energy.base.config import Config, load_config, naming
from processes.laptop_desk import LaptopDesk
from processes.laptop_errors import LaptopError
from processes.laptop_home import LaptopHome
from processes.technician_desk import Pause

VERBS = (
    "scan, probe, check, commission, replace, retire, change-ratio, prove, calibrate, close, "
    "control, label, sheet, round export, tenant, points, outbox, log, ports, time, unpack, sync"
)


class NotHereError(LaptopError):
    """A command needs the server."""

    code = "laptop.not_here"


@dataclass(frozen=True)
class LaptopInstallation:
    """A laptop's folder with its settings."""

    folder: Path
    config: Config
    clock: Clock
    environment: Mapping[str, str]

    @cached_property
    def home(self) -> LaptopHome:
        """Return the folder, opened."""
        return LaptopHome(self.folder)

    def desk(self, pause: Pause) -> LaptopDesk:
        """Return the laptop's desk.

        Raises:
            HomeError: There is no pack.
        """
        return LaptopDesk(self.home, clock=self.clock, environment=self.environment, pause=pause)

    def not_here(self, verb: str) -> NotHereError:
        """Return the refusal of a command that needs the server."""
        return NotHereError.of("not_here", verb=verb, verbs=VERBS)

    def close(self) -> None:
        """Close the folder."""
        if "home" in self.__dict__:
            self.home.close()


def find_laptop(
    folder: Path, *, language: str | None = None, environment: Mapping[str, str] | None = None
) -> LaptopInstallation:
    """Return the laptop whose folder is meant.

    Args:
        folder: Its folder, made if absent.
        language: Language named by the command.
        environment: Instead of os.environ.

    Raises:
        ConfigError: A setting is wrong.
    """
    environment = naming(language, os.environ if environment is None else environment)
    config = replace(load_config(environment=environment), data_dir=folder.resolve())
    clock = clock_from_environment()
    use_clock(clock)
    use_own_files(config.data_dir)
    return LaptopInstallation(
        folder=config.data_dir, config=config, clock=clock, environment=environment
    )
