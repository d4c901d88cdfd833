from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "asyncua", reason="the extra opcua is not installed (pip install 'meterline[opcua]')"
)

from asyncua import ua
from asyncua.server.user_managers import User, UserRole

from adapters.opcua.client import OpcuaClient
from adapters.opcua.settings import OpcuaSettings
from adapters.server_fault import ServerAskError, ServerFault
from tests.adapters.opcua.opcua_polls import PATIENCE_S
from tests.adapters.opcua.opcua_server import MeterServer, make_certificate

pytestmark = pytest.mark.servers
SILENT_S = 2.0
"""A server that cannot read what it is told says nothing: so long it is waited for. [s]"""


class OneUser:
    """Knows one account."""

    def get_user(
        self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None
    ) -> User | None:
        known = (username, password) == ("meterline", "s3cret")
        return User(role=UserRole.User, name="meterline") if known else None


@dataclass(frozen=True, slots=True)
class Secured:
    """A secured server and the files to reach it."""

    run: Callable[[Any], Any]
    settings: OpcuaSettings
    folder: Path


@pytest.fixture(scope="module")
def secured(
    server: MeterServer, run: Callable[[Any], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("opcua")
    theirs = make_certificate(folder, "server", "urn:test:server")
    ours = make_certificate(folder, "client", "urn:test:client")
    make_certificate(folder, "stranger", "urn:test:stranger")
    (folder / "password").write_text("s3cret\n")
    trusted = ours[0].read_bytes()

    async def only_ours(certificate: Any, description: Any) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding

        if certificate.public_bytes(Encoding.PEM) != trusted:
            raise ua.UaStatusCodeError(ua.StatusCodes.BadCertificateUntrusted)

    run(server.say("MeterP.Energy", 1.5))
    run(server.secure(theirs, OneUser(), only_ours))
    settings = OpcuaSettings(
        host="127.0.0.1",
        port=server.port,
        path="meters",
        timeout_s=PATIENCE_S,
        security="Basic256Sha256",
        authority=str(theirs[0]),
        certificate=str(ours[0]),
        key_file=str(ours[1]),
        user="meterline",
        password_file=str(folder / "password"),
    )
    yield Secured(run, settings, folder)
    run(server.unsecure())


async def read(settings: OpcuaSettings) -> object:
    client = OpcuaClient(settings)
    try:
        (value,) = await client.read(["ns=2;s=MeterP.Energy"])
    finally:
        client.close()
    return value.value


def test_a_server_without_the_policy_is_named(
    server: MeterServer, run: Callable[[Any], Any], tmp_path: Path
) -> None:
    files = make_certificate(tmp_path, "any", "urn:test:any")
    settings = OpcuaSettings(
        host="127.0.0.1",
        port=server.port,
        timeout_s=SILENT_S,
        security="Basic256Sha256",
        authority=str(files[0]),
        certificate=str(files[0]),
        key_file=str(files[1]),
    )
    with pytest.raises(ServerAskError) as met:
        run(read(settings))
    assert met.value.fault is ServerFault.NOT_TRUSTED
    assert "does not offer Basic256Sha256 with SignAndEncrypt" in str(met.value)


def test_a_secured_server_is_read_with_certificate_and_password(secured: Secured) -> None:
    assert secured.run(read(secured.settings)) == 1.5
    assert "s3cret" not in repr(secured.settings)


@pytest.mark.parametrize(
    ("change", "fault", "said"),
    [
        ({"authority": "stranger.pem"}, ServerFault.NOT_TRUSTED, "another certificate"),
        (
            {"certificate": "stranger.pem", "key_file": "stranger-key.pem"},
            ServerFault.NOT_TRUSTED,
            "",
        ),
        ({"certificate": "absent.pem"}, ServerFault.NOT_TRUSTED, "absent.pem cannot be read"),
        ({"key_file": "password"}, ServerFault.NOT_TRUSTED, "cannot be used"),
        ({"password_file": "server.pem"}, ServerFault.REFUSED, "BadUserAccessDenied"),
        ({"password_file": "absent"}, ServerFault.REFUSED, "absent cannot be read"),
    ],
)
def test_who_is_not_trusted_is_told_why(
    secured: Secured, change: dict[str, str], fault: ServerFault, said: str
) -> None:
    files: dict[str, Any] = {name: str(secured.folder / file) for name, file in change.items()}
    if "authority" in change:  # what is locked for another server, this one cannot read
        files["timeout_s"] = SILENT_S
    with pytest.raises(ServerAskError) as met:
        secured.run(read(replace(secured.settings, **files)))
    assert (met.value.fault, said in str(met.value)) == (fault, True), str(met.value)
    assert "s3cret" not in str(met.value)


def test_a_secured_server_is_not_read_in_the_open(secured: Secured) -> None:
    with pytest.raises(ServerAskError) as met:
        secured.run(read(replace(secured.settings, security="none")))
    assert met.value.fault is ServerFault.NOT_TRUSTED
    assert "No matching endpoints" in str(met.value)
