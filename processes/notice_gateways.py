"""In: the file of gateways, the folder of secrets. Out: the settings of each gateway. I/O: files.

A password stands in no settings file: it is the file `gateway-NAME` among the secrets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import structlog

from energy.alerting.notices.gateway import GatewayKind, GatewaySettings
from energy.base.config import Config
from energy.base.errors import ConfigError
from energy.base.toml_text import NoTomlError, toml_of

_KEYS = frozenset(
    {"name", "kind", "adapter", "site", "price", "currency", "timeout_s", "per_minute", "options"}
)
_NAME_LENGTH = 40
log = structlog.get_logger("notices")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOfSites:
    """A gateway, and whose notices go by it."""

    settings: GatewaySettings
    site: str
    """Key of the site; "" for every one."""


def configured_gateways(config: Config) -> list[GatewayOfSites]:
    """Return the gateways of an installation, in the order in which they are tried.

    Raises:
        ConfigError: The file cannot be read, or says what cannot be.
    """
    return gateways_in(config.gateways, config.secrets_dir)


def gateways_named(config: Config, site: str) -> dict[str, str]:
    """Return the kind of each gateway of a site by name, for pages: no secret is read.

    A file that cannot be read names none: the processes that send by it say what is wrong.
    """
    try:
        every = gateways_in(config.gateways, None)
    except ConfigError as error:
        log.warning("gateways are not known", error=str(error))
        return {}
    return {each.name: str(each.kind) for each in gateways_of(every, site)[0]}


def gateways_in(file: str, secrets: Path | None) -> list[GatewayOfSites]:
    """Return the gateways of a file; none of "".

    Args:
        file: The file.
        secrets: Folder of the passwords; None: they are left out.

    Raises:
        ConfigError: The file cannot be read, or says what cannot be.
    """
    if not file:
        return []
    path = Path(file)
    try:
        told = toml_of(path.read_text(encoding="utf-8"))
    except (OSError, NoTomlError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file of gateways {path} cannot be read: {error}.") from error
    rows = told.get("gateway", [])
    if set(told) - {"gateway"} or not isinstance(rows, list):
        raise ConfigError(f"{path} holds [[gateway]] tables and nothing else.")
    found = [_gateway(row, secrets, path) for row in rows]
    names = [each.settings.name for each in found]
    for name in {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"{path} has two gateways {name!r}. Give each a name of its own.")
    return found


def gateways_of(
    gateways: Sequence[GatewayOfSites], site: str
) -> tuple[list[GatewaySettings], Mapping[str, list[str]]]:
    """Return the gateways of a site, and their names by kind in the order of choice."""
    mine = [each.settings for each in gateways if each.site in {"", site}]
    order = {
        str(kind): [each.name for each in mine if each.kind is kind]
        for kind in GatewayKind
        if any(each.kind is kind for each in mine)
    }
    return mine, order


def _gateway(row: Mapping[str, Any], secrets: Path | None, path: Path) -> GatewayOfSites:
    name = row.get("name")
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or len(name) > _NAME_LENGTH:
        raise ConfigError(f"{path}: a [[gateway]] needs a name of letters, digits and hyphens.")
    where = f"{path}: gateway {name}"
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise ConfigError(
            f"{where}: {unknown[0]!r} is not known. Known: {', '.join(sorted(_KEYS))}."
        )
    if row.get("kind") not in set(GatewayKind):
        raise ConfigError(f"{where}: kind is one of {', '.join(GatewayKind)}.")
    options = row.get("options", {})
    plain = isinstance(options, dict) and all(
        isinstance(value, str | int | bool) for value in options.values()
    )
    if not plain:
        raise ConfigError(f"{where}: options are texts, whole numbers, true and false.")
    settings = GatewaySettings(
        name=name,
        kind=GatewayKind(row["kind"]),
        adapter=_text(row, "adapter", where),
        secret=_secret(secrets / f"gateway-{name}") if secrets is not None else "",
        price=_price(row, where),
        currency=_text(row, "currency", where, otherwise=""),
        timeout_s=_whole(row, "timeout_s", where, 10, 1, 60),
        per_minute=_whole(row, "per_minute", where, 0, 0, 100_000),
        options=options,
    )
    return GatewayOfSites(settings=settings, site=_text(row, "site", where, otherwise=""))


def _secret(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _price(row: Mapping[str, Any], where: str) -> Decimal:
    told = row.get("price", "0")
    try:
        price = Decimal(told) if isinstance(told, str) else None
    except InvalidOperation:
        price = None
    if price is None or not price.is_finite() or price < 0:
        raise ConfigError(f'{where}: price is a text, as "0.045".')
    return price


def _text(row: Mapping[str, Any], key: str, where: str, *, otherwise: str | None = None) -> str:
    value = row.get(key, otherwise)
    if not isinstance(value, str):
        raise ConfigError(f"{where}: {key} must be a text.")
    return value


def _whole(
    row: Mapping[str, Any], key: str, where: str, otherwise: int, least: int, most: int
) -> int:
    value = row.get(key, otherwise)
    if type(value) is not int or not least <= value <= most:
        raise ConfigError(f"{where}: {key} must be a whole number, {least} to {most}.")
    return value
