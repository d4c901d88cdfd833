"""Codes are those of RFC 6238 and RFC 4226; what was typed is found by its time step."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboards.security import totp

SEEDS = {
    "sha1": b"12345678901234567890",
    "sha256": b"12345678901234567890123456789012",
    "sha512": b"1234567890123456789012345678901234567890123456789012345678901234",
}
RFC_6238_B = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
RFC_4226_D = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]
SECRET = base64.b32encode(SEEDS["sha1"]).decode()


@pytest.mark.parametrize(("at", "sha1", "sha256", "sha512"), RFC_6238_B)
def test_codes_are_those_of_rfc_6238_appendix_b(
    at: int, sha1: str, sha256: str, sha512: str
) -> None:
    found = [
        totp.code_of(base64.b32encode(seed).decode(), at // 30, digits=8, algorithm=name)
        for name, seed in SEEDS.items()
    ]
    assert found == [sha1, sha256, sha512]


def test_codes_are_those_of_rfc_4226_appendix_d() -> None:
    assert [totp.code_of(SECRET, count) for count in range(10)] == RFC_4226_D


@pytest.mark.parametrize(
    ("off_s", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_phone_may_be_half_a_minute_off(off_s: int, fits: bool) -> None:
    now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    shown = int((now + timedelta(seconds=off_s)).timestamp()) // 30
    found = totp.step_of(SECRET, totp.code_of(SECRET, shown), now)
    assert found == (shown if fits else None)


@pytest.mark.parametrize("typed", ["", "12345", "１２３４５６", "\ud800", "no code", "000000 0"])
def test_what_is_no_code_fits_nowhere(typed: str) -> None:
    assert totp.step_of(SECRET, typed, datetime(2026, 3, 1, tzinfo=UTC)) is None


def test_a_code_typed_with_a_gap_is_the_code() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    code = totp.code_of(SECRET, int(now.timestamp()) // 30)
    assert totp.step_of(SECRET, f" {code[:3]} {code[3:]} ", now) is not None


def test_secrets_and_recovery_codes_are_fresh_and_long_enough() -> None:
    assert len(base64.b32decode(totp.new_secret())) == 20
    assert totp.new_secret() != totp.new_secret()
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code) == 19 for code in codes)
    assert totp.recovery_hash(codes[0].lower().replace("-", " ")) == totp.recovery_hash(codes[0])
    assert totp.recovery_hash(codes[0]) != totp.recovery_hash(codes[1])


def test_an_authenticator_reads_secret_and_issuer_from_the_address() -> None:
    address = totp.address_of(SECRET, issuer="Meterline", account="Ada & Co (Nord)")
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["Meterline"]}
    assert parts.path == "/Meterline%3AAda%20%26%20Co%20%28Nord%29"
