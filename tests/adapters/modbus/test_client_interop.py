"""Our client reads slaves that others wrote: over TCP, UDP, TLS, RTU over TCP and serial ports."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.modbus.client import ModbusClient
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from tests.adapters.modbus.foreign_slave import BAUD, HOLDING, INPUT
from tests.adapters.modbus.libmodbus_peer import NEEDS_LIBMODBUS, libmodbus_peer
from tests.adapters.modbus.pty_pair import pty_pair
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.servers

PATIENT_S = 30.0
LIBMODBUS = pytest.param("libmodbus", marks=NEEDS_LIBMODBUS)


@asynccontextmanager
async def foreign(library: str, *words: str) -> AsyncIterator[None]:
    """Run a slave of another library until it is asked no more."""
    program = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("foreign_slave.py"))]
    if library == "libmodbus":
        program, library = [libmodbus_peer()], "slave"
    running = await asyncio.create_subprocess_exec(
        *program, library, *words, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    try:
        async with asyncio.timeout(20):
            assert await running.stdout.readline() == b"ready\n"
        yield
    finally:
        running.kill()
        await running.wait()


async def reads(link: Link) -> list[object]:
    """Read small and large blocks of both kinds, and one that is not there."""
    client = ModbusClient(link=link, timeout_s=0.3, name="interop")
    given: list[object] = []
    for code, address, count in ((3, 0, 1), (4, 10, 2), (3, 75, 125), (4, 199, 1), (3, 500, 2)):
        client.hurry()
        try:
            given.append(
                list(
                    await client.read(
                        unit=1,
                        function_code=code,
                        address=address,
                        count=count,
                        timeout_s=PATIENT_S,
                    )
                )
            )
        except ReadFailedError as error:
            given.append(error.fault)
    client.close()
    return given


def check(given: list[object]) -> None:
    assert given == [
        HOLDING[:1],
        INPUT[10:12],
        HOLDING[75:200],
        INPUT[199:],
        Fault.CONFIGURATION,
    ]


@pytest.mark.parametrize("library", ["pymodbus", "pymodbustcp", "umodbus", "modbus_tk", LIBMODBUS])
def test_our_client_reads_slaves_of_others_over_tcp(library: str) -> None:
    async def story() -> list[object]:
        port = free_port()
        async with foreign(library, "tcp", str(port)):
            return await reads(Link(kind=LinkKind.TCP, host="127.0.0.1", port=port))

    check(asyncio.run(story()))


@pytest.mark.parametrize("library", ["pymodbus", "umodbus", "modbus_tk", LIBMODBUS])
def test_our_client_reads_slaves_of_others_over_serial_ports(library: str) -> None:
    async def story() -> list[object]:
        async with pty_pair() as (ours, theirs), foreign(library, "rtu", theirs):
            return await reads(Link(kind=LinkKind.RTU, device=ours, baud=BAUD))

    check(asyncio.run(story()))


@pytest.mark.parametrize("transport", [LinkKind.RTU_OVER_TCP, LinkKind.UDP])
def test_our_client_reads_a_slave_of_another_hand_over(transport: LinkKind) -> None:
    async def story() -> list[object]:
        port = free_port()
        async with foreign("pymodbus", transport.removeprefix("modbus_"), str(port)):
            return await reads(Link(kind=transport, host="127.0.0.1", port=port))

    check(asyncio.run(story()))


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an authority, a device's and a client's certificate, and a stranger's."""
    folder = tmp_path_factory.mktemp("papers")
    authority = issue(folder, "authority", None)
    for name in ("device", "client"):
        issue(folder, name, authority)
    issue(folder, "stranger", None)
    return folder


Issuer = tuple[x509.Name, ec.EllipticCurvePrivateKey]


def issue(folder: Path, name: str, issuer: Issuer | None) -> Issuer:
    """Write NAME.pem and NAME.key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer or (subject, key)
    now = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(signer[1], hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return subject, key


def tls_link(port: int, papers: Path, authority: str, client: str) -> Link:
    return Link(
        kind=LinkKind.TLS,
        host="127.0.0.1",
        port=port,
        authority=str(papers / f"{authority}.pem"),
        certificate=str(papers / f"{client}.pem") if client else "",
        key=str(papers / f"{client}.key") if client else "",
    )


def test_our_client_reads_over_tls_with_its_certificate_and_only_with_it(papers: Path) -> None:
    async def story() -> tuple[list[object], ...]:
        port = free_port()
        async with foreign("pymodbus", "tls", str(port), str(papers)):
            known = await reads(tls_link(port, papers, "authority", "client"))
            fake = await reads(tls_link(port, papers, "authority", "stranger"))
            nobody = await reads(tls_link(port, papers, "authority", ""))
            other = await reads(tls_link(port, papers, "stranger", "client"))
        return known, fake, nobody, other

    known, fake, nobody, other = asyncio.run(story())
    check(known)
    assert set(fake) <= {Fault.CLOSED, Fault.TLS}
    assert set(nobody) <= {Fault.CLOSED, Fault.TLS}
    assert set(other) == {Fault.TLS}


def test_a_certificate_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path) -> None:
    async def story() -> str:
        link = tls_link(802, tmp_path, "absent", "absent")
        client = ModbusClient(link=link, timeout_s=0.3, name="interop")
        with pytest.raises(ReadFailedError) as caught:
            await client.read(unit=1, function_code=3, address=0, count=1)
        client.close()
        return str(caught.value)

    told = asyncio.run(story())
    assert "absent.pem" in told
    assert "check `authority`, `certificate` and `key_file`" in told
