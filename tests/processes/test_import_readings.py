"""A file comes into the journal once, whole or not at all, and never over what stands there."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from energy.base.clock import to_us, wait
from energy.base.config import Config
from energy.base.errors import ConflictError
from energy.metering.channel import ChannelFacts, Kind
from energy.system import WRITER, System
from energy.views.imported import read_imports
from energy.views.registry import load_channels
from processes import import_stage
from processes.import_alone import ImportBusyError, importing_alone
from processes.import_corrections import propose_corrections
from processes.import_explain import NoReadingError, origin_of
from processes.import_readings import FileImport, ImportRefusedError, Looked
from tests.examples import tried
from tests.fixtures.files import LONG_CSV, Said, long_csv, mapping
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
START = to_us(datetime(2026, 1, 1, tzinfo=UTC))
QUARTER_US = 900_000_000
PERSON = UUID(int=7)


@dataclass
class Desk:
    """A site and a folder with files."""

    site: TestSite
    folder: Path

    @property
    def system(self) -> System:
        config = Config(data_dir=self.folder)
        system = System(config=config, role=WRITER, clock=self.site.clock)
        system.__dict__["database"] = self.site.writer
        return system

    def file(self, said: list[Said], name: str = "f.csv") -> Path:
        path = self.folder / name
        path.write_bytes(long_csv(said))
        return path

    def bring(self, path: Path, *, partial: bool = False) -> tuple[Looked, int | None]:
        rule = mapping(self.folder, LONG_CSV)
        with FileImport(self.system, self.site.site, path, rule) as one:
            looked = one.look()
            position = one.write(partial=partial, by=PERSON)
        self.site.project()
        return looked, position

    def look(self, path: Path) -> Looked:
        rule = mapping(self.folder, LONG_CSV)
        with FileImport(self.system, self.site.site, path, rule) as one:
            return one.look()

    def stored(self) -> list[Said]:
        rows = self.site.rows(
            "SELECT c.point, r.at, r.count FROM {s}.reading AS r JOIN {s}.channel AS c "
            "ON c.number = r.channel ORDER BY 1, 2"
        )
        return [(point, to_us(at), count) for point, at, count in rows]

    def entries(self) -> int:
        return int(self.site.rows("SELECT count(*) FROM {s}.metering_events")[0][0])


def facts() -> ChannelFacts:
    return counter_facts(modulus=10**9)


@pytest.fixture
def desk(new_site: Any, tmp_path: Path) -> Desk:
    site: TestSite = new_site("Europe/Berlin", at=datetime(2026, 7, 1, tzinfo=UTC))
    for point in ("m1", "m2"):
        site.counter(point, facts=facts())
    site.project()
    return Desk(site, tmp_path)


def quarters(point: str, first: int, last: int, per: int = 25) -> list[Said]:
    return [(point, START + n * QUARTER_US, n * per) for n in range(first, last)]


def test_a_file_comes_once_whatever_its_order(desk: Desk) -> None:
    said = quarters("m1", 0, 2000) + quarters("m2", 0, 3000)
    path = desk.file(said[::-1])
    looked, position = desk.bring(path)
    assert (looked.readings, looked.refused, len(looked.channels)) == (5000, 0, 2)
    assert desk.stored() == sorted(said)
    entries = desk.entries()
    again, nothing = desk.bring(path)
    assert (again.readings, again.known, nothing) == (0, 5000, None)
    assert again.before is not None
    assert desk.entries() == entries
    (row,) = read_imports_of(desk)
    assert (row.file, row.readings, row.position) == ("f.csv", 5000, position)


def read_imports_of(desk: Desk) -> list[Any]:
    with desk.site.writer.connection() as connection:
        return read_imports(connection, desk.site.schema)


def test_one_wrong_row_keeps_the_file_out_and_partial_takes_the_rest(desk: Desk) -> None:
    good = quarters("m1", 0, 20)
    path = desk.file([*good, ("m9", START, 5), ("m2", to_us(datetime(2027, 1, 1, tzinfo=UTC)), 5)])
    entries = desk.entries()
    with pytest.raises(ImportRefusedError) as error:
        desk.bring(path)
    assert "row 22: the site has no point 'm9'" in str(error.value)
    assert "row 23: 2027-01-01 00:00:00 UTC lies in the future" in str(error.value)
    assert desk.entries() == entries
    looked, _ = desk.bring(path, partial=True)
    assert dict(looked.refused_by) == {"future": 1, "name": 1}
    assert desk.stored() == good


def test_rows_said_twice_are_counted_and_rows_that_differ_are_refused(desk: Desk) -> None:
    good = quarters("m1", 0, 4)
    path = desk.file([*good, good[1], *(("m1", START + 5 * QUARTER_US, count) for count in (7, 8))])
    looked = desk.look(path)
    assert (looked.readings, looked.duplicates) == (4, 1)
    assert dict(looked.refused_by) == {"contradiction": 2}
    assert "rows 7, 8 differ about m1/active_energy_import" in str(looked.refused_rows[0].cause)


def test_a_corrected_file_never_overwrites_but_proposes(desk: Desk) -> None:
    desk.bring(desk.file(quarters("m1", 0, 10)))
    mended = quarters("m1", 0, 10)
    mended[4] = ("m1", mended[4][1], 111)
    path = desk.file([*mended, *quarters("m1", 10, 12)], "mended.csv")
    with pytest.raises(ImportRefusedError, match="the journal has 1 kWh"):
        desk.bring(path)
    looked, _ = desk.bring(path, partial=True)
    assert (looked.readings, looked.known, dict(looked.refused_by)) == (2, 9, {"conflict": 1})
    with desk.site.writer.connection() as connection:
        channels = load_channels(connection, desk.site.schema)
    system, site = desk.system, desk.site.site
    found = [
        propose_corrections(
            system,
            site,
            path,
            looked.sha256,
            looked.conflicts,
            channels,
            reason="mended",
            by=PERSON,
        )
        for _ in range(2)
    ]
    assert found[0] == found[1]
    desk.site.project()
    ((state, readings, evidence),) = desk.site.rows(
        "SELECT state, readings, evidence FROM {s}.correction"
    )
    assert (state, readings, len(evidence)) == ("proposed", [[mended[4][1], 111]], 1)
    assert desk.stored()[4][2] == 100


@tried(
    6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cuts=st.lists(st.integers(0, 60), max_size=3), week=st.integers(0, 20))
def test_parts_and_the_whole_behind_them_are_the_whole(
    desk: Desk, cuts: list[int], week: int
) -> None:
    """Whatever parts came before, the whole file adds just the rest."""
    base = week * 672
    whole = [
        (p, START + (base + n) * QUARTER_US, base + n) for p in ("m1", "m2") for n in range(60)
    ]
    before = len(desk.stored())
    known = {row for row in desk.stored() if row in set(whole)}
    for number, cut in enumerate(cuts):
        if whole[cut:]:
            desk.bring(desk.file(whole[cut::2], f"part{number}.csv"))
            known |= set(whole[cut::2])
    looked, _ = desk.bring(desk.file(whole, "whole.csv"))
    assert (looked.readings, looked.known) == (120 - len(known), len(known))
    assert set(whole) <= set(desk.stored())
    assert len(desk.stored()) >= before


def test_a_process_killed_while_it_writes_has_stored_nothing(desk: Desk) -> None:
    said = quarters("m1", 0, 2500) + quarters("m2", 0, 9000)
    path = desk.file(said)
    entries = desk.entries()
    child = os.fork()
    if child == 0:  # a process of its own, killed between two batches
        from energy.journal import ingest
        from energy.store.pool import Database
        from tests.fixtures.postgres import TestSite as Site

        own = Database(desk.site.server.dsn(WRITER), max_size=2)
        there = Site(
            server=desk.site.server, site=desk.site.site, writer=own, clock=desk.site.clock
        )
        accept = ingest.Ingest.accept_in

        def dying(self: Any, connection: Any, batches: Any) -> Any:
            accept(self, connection, batches)
            os.kill(os.getpid(), signal.SIGKILL)

        ingest.Ingest.accept_in = dying  # type: ignore[method-assign]
        Desk(there, desk.folder).bring(path)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert desk.entries() == entries
    looked, _ = desk.bring(path)
    assert looked.readings == len(said)
    assert desk.stored() == sorted(said)


def test_a_write_that_was_stored_unknown_to_us_finds_its_own_result(desk: Desk) -> None:
    path = desk.file(quarters("m1", 0, 50))
    rule = mapping(desk.folder, LONG_CSV)
    with FileImport(desk.system, desk.site.site, path, rule) as one:
        one.look()
        positions = {one.write(partial=False, by=PERSON) for _ in range(2)}
    assert len(positions) == 1
    assert (
        len(desk.site.rows("SELECT 1 FROM {s}.metering_events WHERE topic = 'file.imported'")) == 1
    )


def test_two_files_at_once_are_judged_against_each_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.settling.PROJECT_S", 0.0)
    said = quarters("m1", 0, 5)
    first, other = desk.file(said), desk.file([(p, at, n + 1) for p, at, n in said], "other.csv")
    rule = mapping(desk.folder, LONG_CSV)

    def second(wait_s: float) -> Looked:
        with (
            importing_alone(desk.system, desk.site.site, wait_s=wait_s),
            FileImport(desk.system, desk.site.site, other, rule) as one,
        ):
            looked = one.look()
            one.write(partial=True, by=PERSON)
            return looked

    with ThreadPoolExecutor(1) as session:
        with (
            importing_alone(desk.system, desk.site.site),
            FileImport(desk.system, desk.site.site, first, rule) as one,
        ):
            one.look()
            with pytest.raises(ImportBusyError, match="Another file is being imported"):
                second(0.01)
            waiting = session.submit(second, 30)
            while not desk.site.rows(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ):
                wait(0.01)
            one.write(partial=False, by=PERSON)
        looked = waiting.result()
    assert (looked.readings, looked.refused, len(looked.conflicts)) == (0, 5, 5)
    desk.site.project()
    assert desk.stored() == sorted(said)
    assert desk.site.rows("SELECT code FROM {s}.finding") == []


def test_a_file_that_changes_meanwhile_is_not_stored(desk: Desk) -> None:
    path = desk.file(quarters("m1", 0, 5))
    rule = mapping(desk.folder, LONG_CSV)
    entries = desk.entries()
    with FileImport(desk.system, desk.site.site, path, rule) as one:
        one.look()
        desk.file(quarters("m1", 0, 6))
        with pytest.raises(ConflictError, match="has changed"):
            one.write(partial=False, by=PERSON)
    assert desk.entries() == entries


def test_a_reading_names_its_file_and_row(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energy.journal.imported.PIECE_OCTETS", 700)
    said = quarters("m1", 0, 40)
    desk.bring(desk.file(said))
    with desk.site.writer.connection() as connection:
        channel = next(
            each
            for each in load_channels(connection, desk.site.schema).values()
            if each.point == "m1"
        )
    (desk.folder / "f.csv").unlink()
    at = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
    origin = origin_of(desk.system, desk.site.site, channel, at)
    assert origin.imported is not None
    assert (origin.imported.file, origin.rows, origin.count) == ("f.csv", (6,), 100)
    assert dict(origin.cells)["point"] == "'m1'"
    pieces = desk.site.rows("SELECT count(*) FROM {s}.attachment")[0][0]
    assert pieces > 2
    with pytest.raises(NoReadingError):
        origin_of(desk.system, desk.site.site, channel, datetime(2026, 1, 1, 1, 1, tzinfo=UTC))


def test_blocks_and_runs_of_any_size_give_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [each for week in range(4) for each in quarters("m1", week * 672, week * 672 + 90)]
    said += [said[5], said[100]]
    path = desk.file(said[::-1])
    whole = desk.look(path)
    monkeypatch.setattr(import_stage, "RUN", 40)
    monkeypatch.setattr(import_stage, "BLOCK", 7)
    monkeypatch.setattr("adapters.files.readings.AT_ONCE", 13)
    assert desk.look(path) == whole
    assert (whole.readings, whole.duplicates) == (360, 2)


def test_drivers_without_utility_are_imported_and_make_no_usage(desk: Desk) -> None:
    for point, kind in (("weather", Kind.GAUGE), ("traffic", Kind.INTERVAL)):
        desk.site.counter(point, facts=replace(facts(), kind=kind, utility=None, modulus=None))
    desk.site.project()
    for point, series in (("weather", '"gauges"'), ("traffic", '"intervals"\ninterval_s = 900')):
        text = LONG_CSV.replace('"registers"', series)
        path = desk.file(quarters(point, 1, 200), f"{point}.csv")
        with FileImport(desk.system, desk.site.site, path, mapping(desk.folder, text)) as one:
            assert one.look().readings == 199
            one.write(partial=False, by=PERSON)
    desk.site.project(rollups=True)
    assert len(desk.stored()) == 398
    assert desk.site.rows("SELECT 1 FROM {s}.usage_block WHERE total > 0") == []
    assert desk.site.rows("SELECT 1 FROM {s}.parked") == []
