"""In: the options of a gateway. Out: their values by type, or every problem at once. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from energy.alerting.notices.gateway import GatewaySettings
from energy.base.errors import ConfigError

E = TypeVar("E", bound=StrEnum)


class Options:
    """Reads the options of one gateway; what is wrong is told by `check`."""

    def __init__(self, settings: GatewaySettings) -> None:
        """Read the options of some settings."""
        self._name = settings.name
        self._adapter = settings.adapter
        self._options = settings.options
        self._known: list[str] = []
        self._problems: list[str] = []

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not be empty."""
        value = self._value(key, default)
        if not isinstance(value, str) or (not value and default is None):
            self._problems.append(f"{key} must be a text")
            return ""
        return value

    def whole(self, key: str, default: int | None, least: int, most: int) -> int:
        """Return a whole number within limits; without a default it must be there."""
        value = self._value(key, default)
        if type(value) is not int or not least <= value <= most:
            self._problems.append(f"{key} must be a whole number, {least} to {most}")
            return least
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            self._problems.append(f"{key} must be true or false")
            return default
        return value

    def word(self, kind: type[E], key: str, default: E) -> E:
        """Return a word of a closed list."""
        value = self._value(key, default.value)
        words = [each.value for each in kind]
        if value not in words:
            self._problems.append(f"{key} must be one of {', '.join(words)}")
            return default
        return kind(value)

    def zone(self, key: str, default: str) -> ZoneInfo:
        """Return a time zone of the tz database."""
        name = self.text(key, default)
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._problems.append(f"{key} {name!r} is none of the tz database")
            return ZoneInfo("UTC")

    def problem(self, text: str) -> None:
        """Add a problem."""
        self._problems.append(text)

    def check(self) -> None:
        """Refuse what is wrong, and every option that nobody asked for.

        Raises:
            ConfigError: Names the gateway, and each problem.
        """
        unknown = sorted(set(self._options) - set(self._known))
        problems = [*self._problems, *(f"unknown option {key!r}" for key in unknown)]
        if problems:
            raise ConfigError(
                f"The gateway {self._name} ({self._adapter}) is not set right: "
                f"{'; '.join(problems)}. Its options: {', '.join(self._known)}."
            )

    def _value(self, key: str, default: object) -> object:
        self._known.append(key)
        return self._options.get(key, default)
