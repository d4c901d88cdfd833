"""In: nothing. Out: what is heard at a made-up site, silences and tests kept in memory. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from dashboards.pages.wall.view_model import alarming
from dashboards.queries.rows import Answer
from dashboards.queries.sound_rows import Called, SilenceTold, SoundBoard, SoundTested
from dashboards.security.scope import Right, Scope
from energy.alerting.sounding.silence import AlarmSound
from energy.base.ids import id_of
from tests.dashboards.fake_alerts import FakeAlerts
from tests.dashboards.fake_energy import SITE

DESK, WALL = "desk/Position 1", "wall/Hall"


@dataclass
class FakeSound(FakeAlerts):
    """Questions about the sound and the desk that answers for it: a wall tested, a desk not."""

    screens: tuple[str, ...] = (DESK, "desk/Position 2", WALL)
    tests: dict[UUID, SoundTested] = field(default_factory=dict)
    silent: SilenceTold | None = None
    alarm_sound: AlarmSound = field(
        default_factory=lambda: AlarmSound(site=SITE, command_id=id_of("command", "sound"))
    )
    names: dict[UUID, str] = field(default_factory=dict)
    called_rows: tuple[Called, ...] = ()
    wall_tested: bool = True

    def sound(self, scope: Scope) -> Answer[SoundBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        critical = alarming(self.open_alerts(scope).rows)
        at = self.clock.now() - timedelta(minutes=20)
        hall = SoundTested(
            test=id_of("test", "hall"),
            screen=WALL,
            begun_at=at,
            begun_by="Mei Lin",
            heard_at=at + timedelta(seconds=20),
            heard_by="Mei Lin",
        )
        newest = sorted(self.tests.values(), key=lambda each: each.begun_at, reverse=True)
        return self._answer(
            SoundBoard(
                sounding=tuple((row.alert, row.severity) for row in critical),
                silence=self.silent,
                tests=(*newest, *((hall,) if self.wall_tested else ())),
                screens=self.screens,
            )
        )

    def called(self, scope: Scope, alert: UUID) -> Answer[tuple[Called, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        return self._answer(self.called_rows)

    def silence(self, minutes: int, *, by: UUID, command_id: UUID) -> int:
        now, before = self.clock.now(), self.silent
        self.alarm_sound.silence(
            minutes,
            by=by,
            now=now,
            broken=before is not None and before.over,
            command_id=command_id,
        )
        assert self.alarm_sound.ends_at is not None
        self.silent = SilenceTold(
            begins_at=now,
            ends_at=self.alarm_sound.ends_at,
            by=self.names.get(by, "?"),
            over=False,
        )
        return 1

    def resume(self, *, by: UUID, command_id: UUID) -> int:
        self.alarm_sound.resume(by=by, now=self.clock.now(), command_id=command_id)
        if self.silent is not None:
            self.silent = replace(self.silent, over=True)
        return 1

    def begin_test(self, screen: str, *, by: UUID, command_id: UUID) -> int:
        self.tests[command_id] = SoundTested(
            test=command_id,
            screen=screen,
            begun_at=self.clock.now(),
            begun_by=self.names.get(by, "?"),
            heard_at=None,
            heard_by="",
        )
        return 1

    def hear(self, test: UUID, *, by: UUID, command_id: UUID) -> int:
        self.tests[test] = replace(
            self.tests[test], heard_at=self.clock.now(), heard_by=self.names.get(by, "?")
        )
        return 1
