"""In: a fresh site. Out: its desk of rounds with a plan, and what it reads. I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from energy.service.rounds.desk import PatrolDesk
from energy.service.rounds.kinds import Said
from energy.service.rounds.plan_file import parse_patrol_plan
from energy.service.rounds.reads import RoundRow, read_rounds
from tests.energy.service.work.shop import ANNA, CLARA, Shop, fold
from tests.fixtures.postgres import TestSite, command

FILE = """
valid_from = 2019-01-01

[[round]]
key = "east"
name = { en = "East station", zh = "东站" }
due = { every_h = 2, from = "06:00", to = "22:00" }
within_min = 40
early_min = 10

[[round.stop]]
key = "tr1"
name = { en = "Transformer 1", zh = "1号变压器" }
place = "b1"

[[round.stop.value]]
key = "oil"
name = { en = "Oil temperature", zh = "油温" }
kind = "number"
unit = "°C"
low = "-10.5"
high = 75

[[round.stop.value]]
key = "noise"
name = { en = "Unusual noise", zh = "异响" }
kind = "yes_no"
good = ["no"]

[[round.stop]]
key = "pump"
name = { en = "Pump", zh = "水泵" }
point = "m1"

[[round.stop.value]]
key = "mode"
name = { en = "Mode", zh = "方式" }
kind = "choice"
choice = [
  { key = "auto", name = { en = "automatic", zh = "自动" } },
  { key = "hand", name = { en = "by hand", zh = "手动" } },
]
good = ["auto"]

[[round.stop.value]]
key = "hours"
name = { en = "Run hours", zh = "运行小时" }
kind = "number"
unit = "h"
optional = true
"""
DAY = date(2019, 1, 1)


@dataclass
class Walks:
    """The desk of rounds of a site."""

    shop: Shop

    @property
    def at(self) -> TestSite:
        return self.shop.site

    @property
    def now(self) -> datetime:
        return self.shop.now

    @property
    def desk(self) -> PatrolDesk:
        return PatrolDesk(self.at.writer, self.at.site, self.at.clock)

    def publish(self, text: str = FILE) -> int:
        first, plan = parse_patrol_plan(text)
        return self.desk.publish(
            plan, valid_from=first, by=CLARA, command_id=command("plan", repr(text))
        )

    def until(self, hours: int, minutes: int = 0) -> None:
        """Let the clock run to a time of the first day, UTC."""
        wanted = datetime(2019, 1, 1, tzinfo=self.now.tzinfo)
        wanted += timedelta(hours=hours, minutes=minutes)
        self.at.tick((wanted - self.now).total_seconds())

    def start(self, by: UUID = ANNA) -> UUID:
        return self.desk.start(self.desk.open("east"), by=by)

    def said(self, value: str, *, sure: bool = False, reason: str = "", note: str = "") -> Said:
        return Said(value=value, read_at=self.now, sure=sure, reason=reason, note=note)

    def tell(
        self,
        walked: UUID,
        stop: str,
        value: str,
        said: str,
        *,
        by: UUID = ANNA,
        sure: bool = False,
        reason: str = "",
    ) -> None:
        told = {value: self.said(said, sure=sure, reason=reason)}
        self.desk.tell(walked, stop, told, by=by)

    def rows(self, first: date = DAY, last: date = DAY, key: str = "") -> list[RoundRow]:
        fold(self.at)
        with self.at.writer.connection() as connection:
            return read_rounds(
                connection, self.at.schema, self.at.site.zone, (first, last), self.now, key
            )

    def row(self, walked: UUID) -> RoundRow:
        (found,) = [
            each
            for each in self.rows()
            if each.walk is not None and each.walk.patrol_round == walked
        ]
        return found
