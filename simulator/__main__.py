"""In: the command row. Out: a running simulator; exit 0 stopped, 2 refused. I/O."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from energy.base.errors import ConfigError
from simulator.progress import PlayWindow
from simulator.run import PlaySettings, run_until_signal


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="Meters that answer on real sockets."
    )
    parser.add_argument("--site", type=Path, help="site file (TOML)", required=True)
    parser.add_argument(
        "--data-dir", type=Path, help="folder of socket, clock, report", required=True
    )
    parser.add_argument("--modbus-port", type=int, help="TCP port to listen on", required=True)
    parser.add_argument("--mqtt-port", type=int, help="TCP port of the broker", required=True)
    parser.add_argument("--modbus-host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--mqtt-host", default="127.0.0.1", help="host of the broker")
    parser.add_argument("--from", dest="first", type=datetime.fromisoformat, required=True)
    parser.add_argument("--to", dest="last", type=datetime.fromisoformat, required=True)
    parser.add_argument("--slot-s", type=int, default=900, help="width of a slot [s]")
    parser.add_argument(
        "--shift-weeks", type=int, help="weeks after the recorded year", required=True
    )
    parser.add_argument("--then-live", action="store_true", help="go on at the machine's time")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the simulator until it is asked to stop.

    Args:
        arguments: Words after the program's name.

    Returns:
        Exit code: 0 stopped, 2 refused.
    """
    given = _parser().parse_args(arguments)
    os.umask(0o077)  # socket, clock and report are for the account that runs the play
    try:
        settings = PlaySettings(
            site_file=given.site,
            data_dir=given.data_dir,
            window=PlayWindow(first=given.first, last=given.last, slot_s=given.slot_s),
            shift_weeks=given.shift_weeks,
            modbus_host=given.modbus_host,
            modbus_port=given.modbus_port,
            mqtt_host=given.mqtt_host,
            mqtt_port=given.mqtt_port,
            then_live=given.then_live,
        )
        asyncio.run(run_until_signal(settings))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{os.strerror(error.errno or 0)}: {error}. Is a port taken?\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
