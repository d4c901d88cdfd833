"""In: the command row. Out: a running airport, or its site file; exit 0 done, 2 refused. I/O."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from energy.base.errors import ConfigError
from simulator.airport.design import airport_of
from simulator.airport.faults import FaultLevel
from simulator.airport.run import AirportSettings, stage_of
from simulator.airport.site_file import write_profiles, write_site
from simulator.progress import PlayWindow
from simulator.run import play_clock, run_stage
from simulator.stage import StageSettings

DEFAULT_METERS, DEFAULT_SEED = 300, 1
_NEEDED = {
    "--data-dir": "data_dir",
    "--modbus-port": "modbus_port",
    "--mqtt-port": "mqtt_port",
    "--from": "first",
    "--to": "last",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.airport", description="An airport that answers on real sockets."
    )
    parser.add_argument("--meters", type=int, default=DEFAULT_METERS, help="metering points")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="which airport")
    parser.add_argument("--interval-s", type=int, default=60, help="polls of the site file [s]")
    parser.add_argument("--write-site", type=Path, help="write the site file into a folder and end")
    parser.add_argument("--data-dir", type=Path, help="folder of socket, clock, report")
    parser.add_argument("--modbus-port", type=int, help="TCP port of the first gateway")
    parser.add_argument("--mqtt-port", type=int, help="TCP port of the broker")
    parser.add_argument("--modbus-host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--mqtt-host", default="127.0.0.1", help="host of the broker")
    parser.add_argument("--from", dest="first", type=datetime.fromisoformat)
    parser.add_argument("--to", dest="last", type=datetime.fromisoformat)
    parser.add_argument("--slot-s", type=int, default=900, help="width of a slot [s]")
    parser.add_argument("--faults", type=FaultLevel, default=FaultLevel.NONE, choices=FaultLevel)
    parser.add_argument("--then-live", action="store_true", help="go on at the machine's time")
    return parser


def _settings(given: argparse.Namespace) -> AirportSettings:
    lacking = [word for word, name in _NEEDED.items() if getattr(given, name) is None]
    if lacking:
        raise ConfigError(
            f"A play needs {', '.join(lacking)}. `--write-site FOLDER` needs none of them."
        )
    stage = StageSettings(
        data_dir=given.data_dir,
        window=PlayWindow(first=given.first, last=given.last, slot_s=given.slot_s),
        # Another airport in the same folder would make the counts jump: it is refused.
        shift_weeks=given.seed,
        mqtt_host=given.mqtt_host,
        mqtt_port=given.mqtt_port,
        then_live=given.then_live,
    )
    return AirportSettings(
        stage=stage,
        meters=given.meters,
        seed=given.seed,
        faults=given.faults,
        modbus_host=given.modbus_host,
        modbus_port=given.modbus_port,
    )


def main(arguments: Sequence[str]) -> int:
    """Run the airport until it is asked to stop, or write its site file.

    Args:
        arguments: Words after the program's name.

    Returns:
        Exit code: 0 done, 2 refused.
    """
    given = _parser().parse_args(arguments)
    os.umask(0o077)  # socket, clock and report are for the account that runs the play
    try:
        if given.write_site is not None:
            airport = airport_of(given.meters, given.seed)
            write_site(airport, given.write_site, interval_s=given.interval_s)
            write_profiles(given.write_site)
            return 0
        settings = _settings(given)
        asyncio.run(run_stage(stage_of(settings, play_clock(given.data_dir))))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{os.strerror(error.errno or 0)}: {error}. Is a port taken?\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
