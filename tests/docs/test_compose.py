"""docker-compose.yml says what there is: the processes of `scripts/up`, settings that exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import yaml

from energy.base.config import Config
from processes.stack import PlaySpec, Stack
from scripts.main import app

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONLY_HERE = {
    "db": "PostgreSQL is no process of ours: scripts/up embeds it",
    "certificates": "loopback needs no TLS, a network does",
    "prepare": "scripts/up migrates before it starts anything",
    "watchdog": "it watches what scripts/up starts, so it is none of it: cron or a timer starts it",
}
"""Services without a process of `scripts/up`, and why."""
OURS = "meterline:local"
ENVIRONMENT_ONLY = re.compile(
    r"METERLINE_(SOURCE_[A-Z0-9_]+_(HOST|PORT)|MQTT_(USER|PASSWORD|CA)|PLAY_CLOCK|HOME|CONFIG)"
)
"""Variables that docs/settings.md lists below "From the environment only", or that a play needs."""


def known_settings() -> set[str]:
    return {f"METERLINE_{field.name.upper()}" for field in fields(Config)}


def environment_of(service: str) -> dict[str, str]:
    given = SERVICES[service].get("environment", {})
    return {str(name): str(value) for name, value in given.items()}


def words(value: object) -> list[str]:
    """Return a command's words, those of a shell script in it too."""
    row = value if isinstance(value, list) else str(value).split()
    return [word for part in row for word in str(part).split()]


def test_every_process_of_scripts_up_is_a_service_and_no_other_is(tmp_path: Path) -> None:
    play = PlaySpec(
        first="2019-01-01T00:00:00+00:00",
        last="2019-01-02T00:00:00+00:00",
        slot_s=900,
        shift_weeks=0,
        then_live=False,
        modbus_port=0,
        mqtt_port=0,
    )
    stack = Stack(Config(data_dir=tmp_path), play)
    started = {spec.name for spec in stack._specs(web=True)}
    assert set(SERVICES) - set(ONLY_HERE) == started
    assert set(ONLY_HERE) <= set(SERVICES)


def test_every_command_is_a_verb_that_exists() -> None:
    verbs = {command.name or command.callback.__name__ for command in app.registered_commands}
    groups = set(getattr(app.info.cls, "groups", ()))
    found = set()
    for service in SERVICES.values():
        row = words(service.get("command", ""))
        found |= {row[n + 1] for n, word in enumerate(row) if word == "scripts.main"}
    assert found
    assert found <= verbs | groups


def test_every_setting_given_to_a_service_is_known() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for service in SERVICES:
        for name in environment_of(service):
            if not name.startswith("METERLINE_"):
                continue
            known = name in known_settings() or ENVIRONMENT_ONLY.fullmatch(name)
            assert known, f"{service}: {name}"
            if name in known_settings():
                assert f"## {name.removeprefix('METERLINE_').lower()}" in documented


class Overriding(yaml.SafeLoader):
    """Reads the tags by which a second compose file replaces what the first one says."""


Overriding.add_constructor(
    "!override", lambda loader, node: loader.construct_sequence(cast("yaml.SequenceNode", node))
)


def test_https_gives_the_web_process_settings_that_exist_and_files_that_are_mounted() -> None:
    text = (ROOT / "docker" / "https.yml").read_text(encoding="utf-8")
    beside: dict[str, Any] = yaml.load(text, Loader=Overriding)
    assert set(beside) == {"services"}
    assert set(beside["services"]) <= set(SERVICES)
    web = beside["services"]["web"]
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in web["environment"]:
        assert name in known_settings(), name
        assert f"## {name.removeprefix('METERLINE_').lower()}" in documented
    (mount,) = web["volumes"]
    asked, folder, mode = re.fullmatch(r"(\$\{.+?\}):(/[^:]+):(\w+)", mount).groups()  # type: ignore[union-attr]
    assert mode == "ro"
    assert {Path(file).parent for file in web["environment"].values()} == {Path(folder)}
    head = text[: text.index("services:")]
    assert all(Path(file).name in head for file in web["environment"].values())
    (variable,) = re.findall(r"\$\{([A-Z_]+):\?", asked)
    assert f"{variable}=" in head, "the head of the file says how to give it"
    (port,) = web["ports"]
    assert port == f"443:{Config().web_port}"
    assert "10001" in (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")


def test_every_variable_asked_of_the_person_stands_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    wanted = set(re.findall(r"\$\{([A-Z_]+)[:}]", text))
    example = (ROOT / "docker" / "example.env").read_text(encoding="utf-8")
    given = set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))
    assert wanted == given


def test_our_services_share_one_environment_and_hold_no_password_in_clear() -> None:
    shared = COMPOSE["x-meterline"]["environment"]
    for name, service in SERVICES.items():
        if service.get("image") == OURS:
            assert shared.keys() <= environment_of(name).keys(), name
        for variable, value in environment_of(name).items():
            if "PASSWORD" in variable:
                assert value.startswith("${"), f"{name}: {variable}"


def test_every_file_named_exists_and_ports_are_on_loopback() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = str(volume).split(":", maxsplit=1)[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"], f"{name}: {source}"
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), f"{name}: {port}"
        for word in words(service.get("command", "")) + words(service.get("entrypoint", "")):
            if re.fullmatch(r"(docker|simulator)/\S+\.\w+", word):
                assert (ROOT / word).is_file(), f"{name}: {word}"
    build = COMPOSE["x-meterline"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()


def test_the_dashboards_port_is_its_setting() -> None:
    (port,) = SERVICES["web"]["ports"]
    assert port.rsplit(":", maxsplit=1)[1] == str(Config().web_port)
    assert environment_of("web")["METERLINE_WEB_HOST"] == "0.0.0.0"


def test_every_service_waits_only_for_services_that_exist() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name


def test_every_process_verb_has_a_service() -> None:
    running = {command.name or command.callback.__name__ for command in app.registered_commands}
    served = {row for service in SERVICES.values() for row in words(service.get("command", ""))}
    assert running <= served
