"""In: nothing. Out: what the web process must be told, as one frozen value. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from energy.metering.conversion import ConversionFactors


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """The site that is shown and how it is served."""

    site_key: str
    site_name: str
    zone: ZoneInfo
    currency: str
    language: str
    """Language of a person who has chosen none: en or zh."""
    version: str
    secure_cookies: bool
    """Whether cookies travel by TLS only; True wherever TLS ends before or at this process."""
    provider: bool = False
    """Whether people may sign in by an OpenID Connect provider."""
    refresh_s: int = 10
    """How often an open page asks whether anything changed. [s]"""
    factors: ConversionFactors = field(default_factory=ConversionFactors)
    """What energy is worth in coal equivalent, GJ and CO2."""
