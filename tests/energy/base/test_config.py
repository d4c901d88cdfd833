"""Settings: unknown keys and wrong values are refused by name, the environment wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.base.config import Config, load_config
from energy.base.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "meterline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(environment={})
    assert config == Config(data_dir=tmp_path / "var")
    assert config.secrets_dir == tmp_path / "var" / "secrets"


def test_file_and_environment_are_read_and_the_environment_wins(tmp_path: Path) -> None:
    path = written(tmp_path, 'web_port = 9000\nlanguage = "zh"\ndata_dir = "/srv/m"\n')
    config = load_config(path, {"METERLINE_WEB_PORT": "9001", "OTHER": "x"})
    assert (config.web_port, config.language, config.data_dir) == (9001, "zh", Path("/srv/m"))


def test_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    path = written(tmp_path, 'site = "north"\n')
    assert load_config(environment={"METERLINE_CONFIG": str(path)}).site == "north"
    with pytest.raises(ConfigError, match="does not exist"):
        load_config(environment={"METERLINE_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('sitte = "x"', "setting 'sitte' is unknown. Known settings: data_dir"),
        ("[web]\nport = 1", "setting 'web' is unknown"),
        ('web_port = "80 80"', "web_port = '80 80' is no whole number"),
        ("web_port = -1", "web_port = '-1' is no whole number"),
        ("web_port = 1.5", "is no whole number"),
        ("web_port = true", "is no whole number"),
        ("pool_size = 1", "pool_size = 1 is below 2"),
        ("web_port = 70000", "web_port = 70000 is above 65535"),
        ("site = 5", "site = 5 is no text"),
        ('data_dir = ["a"]', "data_dir = ['a'] is no text"),
        ('language = "fr"', "Use en or zh"),
        ("site = ", "is no TOML file"),
    ],
)
def test_wrong_setting_is_refused_with_its_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(written(tmp_path, text), {})
    assert told in str(refused.value)


def test_wrong_value_in_the_environment_names_the_variable() -> None:
    with pytest.raises(ConfigError, match="METERLINE_POOL_SIZE"):
        load_config(environment={"METERLINE_POOL_SIZE": "many"})


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "meterline.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="no TOML file"):
        load_config(path, {})
