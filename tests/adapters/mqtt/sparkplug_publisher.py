"""A Sparkplug B gateway made of the public package `pysparkplug` (0.6.1), told what to do by words.

Run by an interpreter that has the package: it wants an older paho than ours, so it cannot live in
our environment. METERLINE_SPARKPLUG_PYTHON names such an interpreter for the tests.
"""

from __future__ import annotations

import sys
import time

from pysparkplug import DataType, Device, EdgeNode, Metric

AT_MS = 1795241133000
KINDS = {
    "active_energy_import": (DataType.DOUBLE, 7),
    "active_power": (DataType.FLOAT, 8),
    "frequency": (DataType.UINT32, 9),
    "temperature": (DataType.INT16, 10),
}


def metrics(step: int, *, historical: bool = False) -> list[Metric]:
    """Return the values of a step."""
    values = {
        "active_energy_import": 15203.4 + step,
        "active_power": -12.5 - step,
        "frequency": 50 + step,
        "temperature": -4 - step,
    }
    return [
        Metric(
            timestamp=AT_MS + 1000 * step,
            name=name,
            datatype=datatype,
            value=values[name],
            alias=alias,
            is_historical=historical,
        )
        for name, (datatype, alias) in KINDS.items()
    ]


def say(*words: object) -> None:
    """Tell the test how far it is."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do what standard input says."""
    control = Metric(
        timestamp=AT_MS, name="Node Control/Rebirth", datatype=DataType.BOOLEAN, value=False
    )

    def commanded(_node: EdgeNode, message: object) -> None:
        names = [metric.name for metric in message.payload.metrics]  # type: ignore[attr-defined]
        say("asked", names)

    node = EdgeNode("t2", "gw-7", [control], cmd_callback=commanded)
    node.register(Device("m1", metrics(0)))
    node.connect("127.0.0.1", port=int(sys.argv[1]))
    say("ready")
    for row in sys.stdin:
        word, _, number = row.strip().partition(" ")
        step = int(number or 0)
        if word == "data":
            node.update_device("m1", metrics(step))
        elif word == "history":
            node.update_device("m1", metrics(step, historical=True))
        elif word == "lose":
            _ = node._seq
        elif word == "birth":
            node.disconnect()
            time.sleep(0.2)  # noqa: TID251 - a program of its own
            node.connect("127.0.0.1", port=int(sys.argv[1]))
        say("done", word)
    node.disconnect()


if __name__ == "__main__":
    main()
