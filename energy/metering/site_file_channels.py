"""In: the channels of a meter in a site file. Out: their facts, or problems. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from energy.base.errors import EnergyError
from energy.base.units import Utility
from energy.metering.channel import (
    LOCAL_DAY_S,
    USAGE_KINDS,
    ChannelFacts,
    Direction,
    Kind,
    Side,
    base_per_count,
)
from energy.metering.site_file_checker import Checker, number_of

ProfileFacts = Callable[[str, str], ChannelFacts]
"""(profile, quantity) -> facts; raises EnergyError for an unknown one."""

HOUR_S = 3600
NO_UTILITY = frozenset({"varh", "kvarh", "Mvarh", "VAh", "kVAh", "MVAh"})
"""Units of quantities beside a utility's own: never added to it, priced for themselves."""
_CHANNEL_KEYS = {
    "quantity",
    "kind",
    "unit",
    "resolution",
    "modulus",
    "direction",
    "side",
    "billing",
    "grid_s",
    "max_per_hour",
    "interval_s",
}


def read_channels(
    checker: Checker,
    table: Mapping[str, Any],
    where: str,
    utility: Utility | None,
    multiplier: Fraction,
    profile_facts: ProfileFacts,
) -> tuple[ChannelFacts, ...]:
    """Return the facts of a meter's channels; what is wrong goes to the checker's problems.

    Args:
        checker: Gathers problems.
        table: The [[meter]] table.
        where: What to call the meter in a problem.
        utility: Utility of channels stated in the file; None for drivers.
        multiplier: The meter's multiplier: a full turn must be whole base units.
        profile_facts: Gives the facts of a profile's quantity.
    """
    before = len(checker.problems)
    found: list[ChannelFacts] = []
    stated = checker.rows(table, "channels", where)
    quantities = checker.words(table, "quantities", where)
    for channel in stated:
        facts = _channel(checker, channel, where, utility)
        if facts is not None:
            found.append(facts)
    # A driver has no profile at all, and is told so by its own facts.
    unnamed = utility is not None and not table.get("profile")
    missing = f"{where}: `profile` is missing or no text"
    if quantities and unnamed and missing not in checker.problems:
        checker.problems.append(
            f"{where}: `quantities` are those of a profile: name it, or state `channels`"
        )
    for quantity in () if unnamed else quantities:
        try:
            found.append(profile_facts(str(table.get("profile")), quantity))
        except EnergyError as error:
            problem = f"{where}: {error}"  # of a profile that is none, once for all quantities
            checker.problems += [] if problem in checker.problems else [problem]
    if not stated and not quantities:
        checker.problems.append(f"{where}: has neither `quantities` nor `channels`")
    checker.unique([facts.quantity for facts in found], f"{where}: quantity")
    for facts in found if len(checker.problems) == before else ():
        if facts.kind in USAGE_KINDS and facts.utility is not None:
            try:
                base_per_count(facts, multiplier)
            except EnergyError as error:
                checker.problems.append(f"{where}: {error}")
    return tuple(found)


def _channel(
    checker: Checker, table: Mapping[str, Any], where: str, utility: Utility | None
) -> ChannelFacts | None:
    before = len(checker.problems)
    checker.unknown_keys(table, _CHANNEL_KEYS, where)
    quantity, unit = checker.text(table, "quantity", where), checker.text(table, "unit", where)
    resolution = checker.ratio(table.get("resolution"), "resolution", where)
    modulus = number_of(table.get("modulus"))
    if modulus is not None and (type(modulus) is not int or modulus < 2):
        checker.problems.append(
            f"{where}: `modulus` = {modulus!r} is no count above 1, such as 100000000"
        )
        modulus = None
    try:
        kind = Kind(table.get("kind", ""))
        direction = Direction(table.get("direction", "none"))
        side = Side(table.get("side", "secondary"))
    except ValueError as error:
        checker.problems.append(f"{where}: {error}")
        return None
    if kind is Kind.COMPUTED:
        checker.problems.append(f"{where}: what is computed has no meter; use [[formula]]")
    grid_s = checker.whole(table, "grid_s", where, 900, least=60)
    if grid_s % 60 or HOUR_S % grid_s:
        checker.problems.append(
            f"{where}: `grid_s` = {grid_s} is no whole number of minutes that divides the hour"
        )
    billing = checker.flag(table, "billing", where)
    max_per_hour = None
    if "max_per_hour" in table:
        max_per_hour = checker.whole(table, "max_per_hour", where, None, least=1)
    interval_s = _interval_s(checker, table, where, kind, modulus)
    if len(checker.problems) > before:
        return None
    return ChannelFacts(
        quantity=quantity,
        kind=kind,
        utility=None if unit in NO_UTILITY else utility,
        unit=unit,
        resolution=resolution,
        modulus=modulus,
        direction=direction,
        side=side,
        billing=billing,
        grid_s=grid_s,
        max_per_hour=max_per_hour,
        interval_s=interval_s,
    )


def _interval_s(
    checker: Checker, table: Mapping[str, Any], where: str, kind: Kind, modulus: object
) -> int | None:
    """Return the width of delivered intervals where it is stated. [s]."""
    if kind is not Kind.INTERVAL:
        if "interval_s" in table:
            checker.problems.append(f'{where}: `interval_s` goes with kind = "interval" only')
        return None
    if modulus is not None:
        checker.problems.append(
            f'{where}: `modulus` does not go with kind = "interval": an interval\'s count begins '
            "at zero. Leave it out"
        )
    if "interval_s" not in table:
        return None
    interval_s = checker.whole(table, "interval_s", where, None, least=60)
    if interval_s != LOCAL_DAY_S and (interval_s % 60 or HOUR_S % interval_s):
        checker.problems.append(
            f"{where}: `interval_s` = {interval_s} is neither a whole number of minutes that "
            f"divides the hour nor {LOCAL_DAY_S} (a local day)"
        )
    return interval_s
