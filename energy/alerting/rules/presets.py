"""In: the name of a preset. Out: a rule's kind and numbers as they are usual. Pure.

A preset is a beginning, not a standard kept for the user: the file may state any number of it
otherwise, and what holds for an installation stands in its own papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from energy.alerting.rules.spec import RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a rule is made of unless its table says otherwise."""

    kind: RuleKind
    quantities: tuple[str, ...] = ()
    """Of the channels that it is for; several: each together; none: it is for no channels."""
    numbers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the unit of the channel."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Severity, delay, whether it cuts; all numbers where it is for no channels."""


PRESETS: Final[Mapping[str, Preset]] = {
    # 0.9 is what China's power factor tariff asks of large users (1983, No. 215), and many others.
    "power_factor": Preset(
        kind=RuleKind.THRESHOLD,
        quantities=("power_factor",),
        numbers={"1": {"below": "0.9", "deadband": "0.02"}},
        facts={"severity": "medium", "delay_s": 900},
    ),
    # 300 mA is the most that IEC 60364-4-42 lets a protection against fire let pass.
    "residual_current": Preset(
        kind=RuleKind.THRESHOLD,
        quantities=("residual_current",),
        numbers={
            "A": {"above": "0.3", "deadband": "0.05"},
            "mA": {"above": "300", "deadband": "50"},
        },
        facts={"severity": "high", "delay_s": 10},
    ),
    # 90 degrees is the limit of bare bolted copper in air (IEC 62271-1, table of temperatures).
    "contact_temperature": Preset(
        kind=RuleKind.THRESHOLD,
        quantities=("contact_temperature",),
        numbers={"degC": {"above": "90", "deadband": "5"}},
        facts={"severity": "high", "delay_s": 60},
    ),
    # 70 degrees is the most that a conductor in PVC bears for good (IEC 60502-1).
    "cable_temperature": Preset(
        kind=RuleKind.THRESHOLD,
        quantities=("cable_temperature",),
        numbers={"degC": {"above": "70", "deadband": "5"}},
        facts={"severity": "high", "delay_s": 300},
    ),
    "current_imbalance": Preset(
        kind=RuleKind.IMBALANCE,
        quantities=("current_l1", "current_l2", "current_l3"),
        numbers={"A": {"above": "30", "deadband": "5", "least": "5"}},
        facts={"severity": "medium", "delay_s": 600},
    ),
    # NEMA MG-1: motors are derated from 1 % on, and must not run above 5 %.
    "voltage_imbalance": Preset(
        kind=RuleKind.IMBALANCE,
        quantities=("voltage_l1", "voltage_l2", "voltage_l3"),
        numbers={"V": {"above": "5", "deadband": "1", "least": "50"}},
        facts={"severity": "medium", "delay_s": 60},
    ),
    # Silent altogether it is the line or the box, not the meters: theirs are told on its alert.
    "dead_source": Preset(
        kind=RuleKind.COMMUNICATION,
        facts={"severity": "high", "of": "source", "for_s": 300, "cuts": True},
    ),
    "dead_gateway": Preset(
        kind=RuleKind.COMMUNICATION,
        facts={"severity": "high", "of": "gateway", "for_s": 300, "cuts": True},
    ),
}
