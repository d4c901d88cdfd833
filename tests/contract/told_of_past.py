"""In: nothing. Out: what the fixtures of past releases hold, said beside them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SITE = "cambridge"
SCHEMA = f"site_{SITE}"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the fixture of a release holds."""

    topics: int
    """Kinds of events; all that its program stored."""
    spoilt: frozenset[tuple[str, int]]
    """(application, position) of entries that nobody can read, made so on purpose."""
    parked: frozenset[tuple[str, int]]
    """Those of them that wait for a decision."""
    empty: frozenset[str]
    """Tables without rows: no command of that program wrote any in so short a story."""
    delivering: frozenset[int] = frozenset()
    """Channels of kind `interval`: that program recorded them and derived no usage."""


_WITHOUT_A_VERB = (
    *("alert_finding", "archive_segment", "billed_reading", "communication", "debit_item"),
    *("file_import", "gauge_day", "gauge_hour", "interval_channel", "laptop_command"),
    *("laptop_pack", "rule", "series_kept", "source_claim", "state_hour", "usage_dirty"),
)
"""Tables of 005 that its story of every command leaves empty: processes fill them."""
_NOT_IN_006 = ("enquiry", "enquiry_word", "seal", "seal_head")
"""Tables of 006 that its story leaves empty beside: screens fill them, and seals."""
TOLD = {
    "001": Told(
        topics=41,
        spoilt=frozenset({("metering", 115)}),
        parked=frozenset({("metering", 115)}),
        empty=frozenset({"directory.parked", f"{SCHEMA}.usage_dirty"}),
    ),
    "002": Told(
        topics=56,
        spoilt=frozenset({("directory", 16), ("metering", 149), ("metering", 150)}),
        parked=frozenset({("directory", 16), ("metering", 150)}),
        empty=frozenset({"directory.archive_segment"}),
        delivering=frozenset({50}),
    ),
    "003": Told(
        topics=60,
        spoilt=frozenset({("directory", 16), ("metering", 143), ("metering", 144)}),
        parked=frozenset({("directory", 16), ("metering", 144)}),
        empty=frozenset({"directory.archive_segment"}),
    ),
    "004": Told(
        topics=91,
        spoilt=frozenset({("directory", 16), ("metering", 145), ("metering", 146)}),
        parked=frozenset({("directory", 16), ("metering", 146)}),
        empty=frozenset({"directory.archive_segment"}),
    ),
    "005": Told(
        topics=203,
        spoilt=frozenset({("metering", 60), ("metering", 61)}),
        parked=frozenset({("metering", 60), ("metering", 64)}),
        empty=frozenset(
            {
                *("directory.archive_segment", "directory.parked"),
                *(f"{SCHEMA}.{table}" for table in _WITHOUT_A_VERB),
            }
        ),
    ),
    "006": Told(
        topics=211,
        spoilt=frozenset({("metering", 60), ("metering", 61)}),
        parked=frozenset({("metering", 60), ("metering", 64)}),
        empty=frozenset(
            {
                *("directory.archive_segment", "directory.device", "directory.parked"),
                *("directory.provider_request", "directory.seal", "directory.seal_head"),
                *("directory.session", "directory.sign_in_failure"),
                *(f"{SCHEMA}.{table}" for table in (*_WITHOUT_A_VERB, *_NOT_IN_006)),
            }
        ),
    ),
}
