"""In: nothing. Out: sessions, second factors and the journal of the sign-in, in memory. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.security.sessions import Session
from energy.base.clock import Clock
from energy.journal.access import Device, Whence
from energy.journal.factors import Factor


class FakeSessionStore:
    def __init__(self) -> None:
        self.rows: dict[bytes, Session] = {}
        self.failed = (0, 0)

    def put(self, session: Session) -> None:
        self.rows[session.token_hash] = session

    def get(self, token_hash: bytes) -> Session | None:
        return self.rows.get(token_hash)

    def living(self, site: str, now: datetime, person: UUID | None) -> list[Session]:
        found = [
            s
            for s in self.rows.values()
            if s.site in {"", site} and s.expires_at > now and person in {None, s.person}
        ]
        return sorted(found, key=lambda s: s.created_at, reverse=True)

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        self._change(token_hash, seen_at=seen_at)

    def drop(self, token_hash: bytes) -> None:
        self.rows.pop(token_hash, None)

    def drop_all(self, person: UUID) -> None:
        self.rows = {k: v for k, v in self.rows.items() if v.person != person}

    def drop_named(self, session: UUID) -> None:
        self.rows = {k: v for k, v in self.rows.items() if v.session != session}

    def pend(self, token_hash: bytes, sealed: str) -> None:
        self._change(token_hash, pending_sealed=sealed)

    def count_pin_failure(self, token_hash: bytes) -> int:
        failures = self.rows[token_hash].pin_failures + 1
        self._change(token_hash, pin_failures=failures)
        return failures

    def confirm(self, token_hash: bytes, until: datetime) -> None:
        self._change(token_hash, confirmed_until=until, pin_failures=0)

    def take_confirmation(self, token_hash: bytes, now: datetime) -> bool:
        until = self.rows[token_hash].confirmed_until
        self._change(token_hash, confirmed_until=None)
        return until is not None and until > now

    def failures(self, sign_in: str, address: str, since: datetime) -> tuple[int, int]:
        return self.failed

    def _change(self, token_hash: bytes, **values: Any) -> None:
        self.rows[token_hash] = replace(self.rows[token_hash], **values)


@dataclass
class FakeDoors:
    """Access, factors and vault in one."""

    clock: Clock
    people: Any
    set_rules: dict[str, Any]
    acts: list[tuple[str, UUID | None, str]] = field(default_factory=list)
    locks: dict[str, datetime] = field(default_factory=dict)
    secrets: dict[UUID, str] = field(default_factory=dict)
    recovery: dict[UUID, list[bytes]] = field(default_factory=dict)
    steps: dict[UUID, int] = field(default_factory=dict)
    pins: dict[UUID, str] = field(default_factory=dict)
    asked: dict[bytes, tuple[str, str, str]] = field(default_factory=dict)
    bound: dict[bytes, Device] = field(default_factory=dict)
    device_reads: int = 0

    # ---- access
    def record(self, kind: str, whence: Whence, *, person: UUID | None, subject: str = "") -> None:
        self.acts.append((kind, person, subject))

    def locked_until(self, sign_in: str) -> datetime | None:
        until = self.locks.get(sign_in.strip().casefold())
        return until if until is not None and until > self.clock.now() else None

    def lock_if_due(
        self,
        sign_in: str,
        person: UUID | None,
        *,
        failures: int,
        within: timedelta,
        for_: timedelta,
    ) -> bool:
        name = sign_in.strip().casefold()
        failed = [who for what, who in self.people.journal if what == "failed"]
        due = [who.strip().casefold() for who in failed].count(name) >= failures
        if due and self.locked_until(sign_in) is None:
            self.locks[name] = self.clock.now() + for_
        return due

    def remember_request(
        self, state_hash: bytes, *, nonce: str, verifier: str, onward: str
    ) -> None:
        self.asked[state_hash] = (nonce, verifier, onward)

    def take_request(self, state_hash: bytes, minutes: int) -> tuple[str, str, str] | None:
        return self.asked.pop(state_hash, None)

    def forget_failures(self, sign_in: str) -> None:
        self.people.journal[:] = [each for each in self.people.journal if each[0] != "failed"]

    def rules(self, site: str) -> dict[str, Any]:
        return self.set_rules

    def device_of(self, token_hash: bytes) -> Device | None:
        self.device_reads += 1
        found = self.bound.get(token_hash)
        return None if found is None or found.ended else found

    def device(self, device: UUID) -> Device | None:
        living = (each for each in self.bound.values() if not each.ended)
        return next((each for each in living if each.device == device), None)

    def unlock(self, person: UUID, by: UUID, command_id: UUID) -> None:
        self.acts.append(("unlocked", person, ""))

    def enrol_device(
        self,
        *,
        token_hash: bytes,
        kind: str,
        site: str,
        name: str,
        by: UUID,
        view: str = "",
        addresses: Sequence[str] = (),
        command_id: UUID,
    ) -> UUID:
        self.bound[token_hash] = Device(
            device=command_id,
            kind=kind,
            site=site,
            name=name,
            view=view,
            addresses=tuple(addresses),
            enrolled_at=self.clock.now(),
            ended=False,
        )
        return command_id

    def end_device(self, device: UUID, by: UUID, command_id: UUID) -> None:
        for token, found in self.bound.items():
            if found.device == device:
                self.bound[token] = replace(found, ended=True)

    # ---- factors
    def remove(self, person: UUID, by: UUID, command_id: UUID) -> None:
        self.secrets.pop(person, None)

    def of(self, person: UUID) -> Factor | None:
        secret = self.secrets.get(person)
        left = len(self.recovery.get(person, ()))
        return None if secret is None else Factor(secret=secret, recovery_left=left)

    def enrol(self, person: UUID, secret: str, recovery: Sequence[bytes], command_id: UUID) -> None:
        self.secrets[person], self.recovery[person] = secret, list(recovery)

    def take_step(self, person: UUID, step: int) -> bool:
        if step <= self.steps.get(person, 0):
            return False
        self.steps[person] = step
        return True

    def use_recovery(self, person: UUID, code: bytes, command_id: UUID) -> bool:
        if code not in self.recovery.get(person, ()):
            return False
        self.recovery[person].remove(code)
        return True

    def pin_hash(self, person: UUID) -> str | None:
        return self.pins.get(person)

    def set_pin(self, person: UUID, pin_hash: str, command_id: UUID) -> None:
        self.pins[person] = pin_hash

    # ---- vault
    def seal(self, person: UUID, text: str) -> str:
        return f"sealed {text}"

    def open(self, person: UUID, sealed: str) -> str:
        return sealed.removeprefix("sealed ")
