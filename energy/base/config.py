"""In: a TOML file and the environment. Out: one frozen Config. I/O: one file, no network.

Every setting may stand in `meterline.toml` or in the environment as METERLINE_<NAME>; the
environment wins. Unknown keys are refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from energy.base.errors import ConfigError
from energy.base.toml_text import NoTomlError, toml_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an installation may set; docs/settings.md has a heading for each."""

    data_dir: Path = Path("var")
    """Folder of the database, spool, secrets and logs; a relative one lies in METERLINE_HOME."""
    dsn: str = ""
    """PostgreSQL to use; empty means the embedded one. The account migrates."""
    dsn_writer: str = ""
    """Account of collect, project and jobs; empty means `dsn` with SET ROLE."""
    dsn_web: str = ""
    """Account of web; empty means `dsn` with SET ROLE."""
    site: str = ""
    """Key of the site a command means; empty means the only one."""
    language: str = "en"
    """Language of commands: en or zh."""
    web_host: str = "127.0.0.1"
    """Address the dashboard listens on."""
    web_port: int = 8050
    """Port of the dashboard. [TCP port]"""
    web_certificate: str = ""
    """File of the dashboard's TLS certificate and its chain (PEM); empty serves plain HTTP."""
    web_key: str = ""
    """File of the certificate's key (PEM)."""
    web_proxies: str = ""
    """Addresses of the TLS proxies before the dashboard, as "10.0.0.5, 10.1.0.0/24"."""
    oidc_issuer: str = ""
    """Address of an OpenID Connect provider by which people sign in; empty: by password alone."""
    oidc_client: str = ""
    """What the dashboard is called at the provider."""
    oidc_secret: str = ""
    """What proves the dashboard at the provider."""
    oidc_roles: str = ""
    """What groups of the provider are here: "group=role, other=role"."""
    pool_size: int = 8
    """Most database connections of one process; one holds a lock while another writes."""
    extension_dir: str = ""
    """Folder with PostgreSQL extensions for the embedded server (TimescaleDB)."""
    wal_archive: str = ""
    """Folder into which the embedded server archives its WAL; empty archives nothing."""
    journal_archive: str = ""
    """Folder of the journal's archived segments; empty means `archive` in data_dir."""
    reading_days: int = 0
    """Days of raw readings kept beside the journal, 0 for all. [d]"""
    health_host: str = "127.0.0.1"
    """Address on which collect, project and jobs answer /health and /metrics."""
    collect_port: int = 8051
    """Port of collect's health and metrics; 0 or a taken one: any free one. [TCP port]"""
    project_port: int = 8052
    """Port of project's health and metrics; 0 or a taken one: any free one. [TCP port]"""
    jobs_port: int = 8053
    """Port of jobs' health and metrics; 0 or a taken one: any free one. [TCP port]"""
    hold_lag_s: int = 600
    """Age of the oldest entry not folded from which the spool holds; 0 never holds. [s]"""
    hold_disk_mb: int = 1024
    """Free space of the database's disk below which the spool holds; 0 never holds. [MB]"""
    spool_mb: int = 8192
    """Most disk that a spool takes; near it gauges are thinned. 0: what the disk has. [MB]"""
    drain_rate: int = 20_000
    """Readings a second of an old backlog brought into the journal; 0 as fast as it goes."""
    batch_wait_ms: int = 300
    """How long a reading waits in the spool for its batch to fill. [ms]"""
    clock_limit_ms: int = 2000
    """How far a clock may be off before it is a finding; 0 checks none. [ms]"""
    collect_sources: str = ""
    """Sources this machine's collector asks, separated by commas; empty means all of the site."""
    attachment_mb: int = 10
    """Largest photo, certificate or signed sheet that is kept. [MB]"""
    review_alone_up_to: int = 500
    """Money of barred bills that one person accepts alone, in one command. [currency]"""
    bill_estimated_percent: int = 20
    """Part of a supply's intervals that may be estimated before a person is asked. [%]"""
    bill_band_percent: int = 50
    """How far a bill's usage may be from the last ones before a person is asked. [%]"""
    bill_loss_percent: int = 10
    """Part of a utility's supply that may be lost before a person is asked. [%]"""
    factors: str = ""
    """File (TOML) of what energy is worth in coal equivalent, GJ and CO2; empty: the shipped."""
    store_dir: str = ""
    """A folder on the database's disk; empty: the embedded server's, none with `dsn`."""
    card_writer: str = ""
    """What writes prepaid cards: "file:FOLDER" or "command:PROGRAM ARGUMENTS"; empty: nothing."""
    card_timeout_s: int = 30
    """How long an answer of it is waited for. [s]"""
    mail_server: str = ""
    """Mail server: smtp://USER:PASSWORD@HOST:587 or smtps://...; empty sends no mail."""
    mail_from: str = ""
    """Mail address that documents come from."""
    gateways: str = ""
    """File (TOML) of the gateways by which people are told of alerts; empty: nobody is told."""
    heartbeat_url: str = ""
    """Address outside that is asked after each look that found the alarm chain whole."""
    watchdog_to: str = ""
    """Who is told of a broken alarm chain: "sms:+8613800138000, mail:duty@airport.example"."""
    watchdog_gateways: str = ""
    """File (TOML) of the gateways of the watchdog; empty: those of `gateways`."""
    watchdog_health: str = ""
    """Where it finds processes: "jobs=HOST:PORT, project=HOST:PORT"; empty: in data_dir."""
    watchdog_lag_s: int = 120
    """Age of what waits in the alarm chain from which it is broken. [s]"""
    watchdog_silence_s: int = 3600
    """Age of the newest entry of a metering journal from which it is silent; 0: never. [s]"""
    watchdog_repeat_s: int = 1800
    """The same trouble is told again after so long. [s]"""
    web_url: str = ""
    """Address of the dashboard as people reach it; notices lead there. Empty: they do not."""
    tenant_url: str = ""
    """Address of the tenant's pages; the QR code of a bill leads there. Empty draws none."""

    @property
    def secrets_dir(self) -> Path:
        """Return the folder of the keys, mode 0700."""
        return self.data_dir / "secrets"

    @property
    def seals_dir(self) -> Path:
        """Return the folder of signed heads and of the public keys that prove them."""
        return self.data_dir / "seals"

    @property
    def archive_dir(self) -> Path:
        """Return the folder of the journal's archived segments."""
        return Path(self.journal_archive) if self.journal_archive else self.data_dir / "archive"


_PORT = (0, 65_535)
_RANGES = {
    "web_port": _PORT,
    "collect_port": _PORT,
    "project_port": _PORT,
    "jobs_port": _PORT,
    "pool_size": (2, 1000),
    "reading_days": (0, 36_500),
    "hold_lag_s": (0, 604_800),
    "hold_disk_mb": (0, 100_000_000),
    "spool_mb": (0, 100_000_000),
    "drain_rate": (0, 100_000_000),
    "batch_wait_ms": (10, 60_000),
    "clock_limit_ms": (0, 86_400_000),
    "attachment_mb": (1, 20),
    "review_alone_up_to": (0, 1_000_000_000),
    "bill_estimated_percent": (0, 100),
    "bill_band_percent": (0, 1000),
    "bill_loss_percent": (0, 100),
    "card_timeout_s": (1, 3600),
    "watchdog_lag_s": (10, 86_400),
    "watchdog_silence_s": (0, 604_800),
    "watchdog_repeat_s": (60, 604_800),
}
"""Least and most of each whole number."""
_KEYS = {field.name: field.type for field in fields(Config)}


def load_config(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Return the configuration from a file (default ./meterline.toml) and the environment.

    Raises:
        ConfigError: A key is unknown or a value is no value of its type.
    """
    environment = os.environ if environment is None else environment
    config = Config()
    file = path or Path(environment.get("METERLINE_CONFIG", "meterline.toml"))
    if file.exists():
        for key, value in _toml(file).items():
            config = _with(config, key, _plain(value, key, str(file)), str(file))
    elif path is not None or "METERLINE_CONFIG" in environment:
        raise ConfigError(f"{file} does not exist. Name a settings file that does.")
    for key in _KEYS:
        name = f"METERLINE_{key.upper()}"
        if name in environment:
            config = _with(config, key, environment[name], name)
    if config.language not in {"en", "zh"}:
        raise ConfigError(f"Language {config.language!r} is not known. Use en or zh.")
    home = Path(environment.get("METERLINE_HOME", "."))
    return replace(config, data_dir=(home / config.data_dir.expanduser()).resolve())


def naming(language: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the language that a command names; METERLINE_LANG is short.

    Args:
        language: Named by the command; None leaves it to the environment.
        environment: Of the process.
    """
    named = dict(environment)
    if "METERLINE_LANG" in named:
        named.setdefault("METERLINE_LANGUAGE", named["METERLINE_LANG"])
    if language is not None:
        named["METERLINE_LANGUAGE"] = language
    return named


def _toml(file: Path) -> dict[str, object]:
    try:
        return toml_of(file.read_text(encoding="utf-8"))
    except (NoTomlError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is no TOML file: {error}. Mend it and start again.") from error


def _plain(value: object, key: str, origin: str) -> str:
    """Return the text of a file's value: a number where one is wanted, else a text."""
    if isinstance(value, str) or (_KEYS.get(key) == "int" and type(value) in {int, float, bool}):
        return str(value)
    if key not in _KEYS:
        return ""  # refused by its name
    raise ConfigError(f'{origin}: {key} = {value!r} is no text. Write it in quotes: "...".')


def _with(config: Config, key: str, value: str, origin: str) -> Config:
    if key not in _KEYS:
        known = ", ".join(_KEYS)
        raise ConfigError(f"{origin}: setting {key!r} is unknown. Known settings: {known}.")
    if _KEYS[key] == "int":
        if not value.isdecimal():
            raise ConfigError(f"{origin}: {key} = {value!r} is no whole number.")
        least, most = _RANGES[key]
        if not least <= int(value) <= most:
            side = f"below {least}" if int(value) < least else f"above {most}"
            raise ConfigError(f"{origin}: {key} = {value} is {side}. Give {least} to {most}.")
        return replace(config, **{key: int(value)})  # type: ignore[arg-type]
    if _KEYS[key] == "Path":
        return replace(config, **{key: Path(value)})  # type: ignore[arg-type]
    return replace(config, **{key: value})  # type: ignore[arg-type]
