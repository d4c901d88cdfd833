"""In: the weeks as they were played. Out: held against what was worked out by hand. I/O: reads."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from energy.service.contingency.reads import read_activations, read_story
from energy.service.requests.reads import read_calls, read_requests
from energy.service.rounds.reads import read_rounds
from energy.service.work.done_reads import read_times
from energy.service.work.reads import Clocks, read_incidents, read_levels, read_orders
from tests.energy_company.company import Company
from tests.energy_company.script import END, day_of, instant

_MINUTE = timedelta(minutes=1)


def incidents_are_as_written(at: Company) -> None:
    """Hold every incident against its row: clocks to the minute, owner, state, promise."""
    with at.site.writer.connection() as connection:
        levels = read_levels(connection, at.site.schema)
        rows = read_incidents(connection, at.site.schema, over=True)
    numbers = {row.incident: row for row in rows}
    told, found = {}, {}
    for n, thing in at.incidents["incident"].items():
        row = numbers.pop(at.made["incident", n])
        told[n] = {**thing.expect}
        found[n] = _clocks(row.clocks(levels, at.site.site.zone, END)) | {
            "owner": _name(at, row.owner),
            "state": str(row.state),
        }
        if "point" in told[n]:
            found[n]["point"] = row.point
        if "promised" in told[n]:
            found[n]["promised"] = row.levels
        if "part_of" in told[n]:
            whole = next(key for key, made in at.made.items() if made == row.parent)
            found[n]["part_of"] = whole[1]
    assert found == told
    assert not numbers, "no incident that nobody wrote"
    assert sorted(row.number for row in rows) == [f"I-2026-{n:05d}" for n in range(1, 41)]


def orders_are_as_written(at: Company) -> None:
    """Hold every work order of the script against its row."""
    told, found = {}, {}
    with at.site.writer.connection() as connection:
        levels = read_levels(connection, at.site.schema)
        rows = {e.work_order: e for e in read_orders(connection, at.site.schema, over=True)}
        for n, thing in at.orders.items():
            row = rows[at.made["order", n]]
            times = read_times(connection, at.site.schema, row.work_order)
            clock = row.clock(levels, at.site.site.zone, END)
            told[n] = {"late": False, **thing.expect}
            found[n] = {
                "state": str(row.state),
                "owner": _name(at, row.owner),
                "minutes": sum(each.minutes for each in times),
                "signed": "" if row.signed_by is None else _name(at, row.signed_by),
                "used": clock.used // _MINUTE,
                "late": clock.broken,
            }
    assert found == told


def requests_are_as_written(at: Company) -> None:
    """Hold every request against its row."""
    with at.site.writer.connection() as connection:
        levels = read_levels(connection, at.site.schema)
        rows = {e.request: e for e in read_requests(connection, at.site.schema, over=True)}
        calls = read_calls(connection, at.site.schema, done=True)
    made = dict(at.site.rows("SELECT request, count(*) FROM {s}.tenant_request_made GROUP BY 1"))
    told, found = {}, {}
    for n, thing in at.requests.items():
        row = rows.pop(at.made["request", n])
        expected = {"state": "closed", "points": 0, "score": None, "made": 0, "reopened": 0}
        told[n] = {**expected, "calls": [], "first": None, **thing.expect}
        found[n] = _clocks(row.clocks(levels, at.site.site.zone, END)) | {
            "owner": _name(at, row.owner),
            "state": str(row.state),
            "points": row.points,
            "score": row.score,
            "made": made.get(row.request, 0),
            "reopened": row.reopened,
            "calls": [each.missed(END) for each in calls if each.request == row.request],
            "first": row.first_contact,
        }
    assert found == told
    assert not rows, "no request that nobody wrote"


def alerts_called_who_was_there(at: Company) -> None:
    """Hold every notice against the roster: one person is told of each alert, the right one."""
    rows = at.site.rows(
        "SELECT a.raised_at, c.key FROM {s}.notice AS n JOIN {s}.contact AS c USING (contact) "
        "JOIN {s}.alert AS a ON a.alert = n.subject WHERE n.about = 'alert' ORDER BY 1"
    )
    told = [(instant(row["at"]), row["person"]) for row in at.duty["called"]]
    assert rows == told
    raised = Counter(at.site.rows("SELECT severity FROM {s}.alert"))
    assert raised == {("high",): 5, ("critical",): 4}


def stand_ins_are_as_written(at: Company, covers: dict[int, dict[str, str]]) -> None:
    """Hold who stands in against the script."""
    assert covers == {n: thing.expect["covers"] for n, thing in at.duty["leave"].items()}


def the_rest_is_as_written(at: Company) -> None:
    """Hold cases, switching, permits, plant and the assured event against the script."""
    rows = at.site.rows
    cases = rows("SELECT number, kind, state FROM {s}.supply_case ORDER BY 1")
    kinds = ("new_supply", "capacity_change", "transfer")
    assert cases == [(f"C-2026-{n:05d}", kind, "done") for n, kind in enumerate(kinds, 1)]
    orders = rows("SELECT number, state, undo FROM {s}.switching_order ORDER BY 1")
    assert orders == [
        ("S-2026-00001", "aborted", [3, 1]),
        ("S-2026-00002", "completed", []),
        ("S-2026-00003", "withdrawn", []),
    ]
    permits = rows("SELECT given_at, returned_at FROM {s}.switching_permit")
    assert permits == [(instant("sat 24 08:20"), instant("sat 24 09:50"))]
    done = rows("SELECT done_at FROM {s}.maintenance_done ORDER BY 1")
    assert len(done) == 2, "the test that failed, the test that passed; the oil is its order"
    numbers = [number for (number,) in rows("SELECT number FROM {s}.work_order ORDER BY 1")]
    assert numbers == [f"W-2026-{n:05d}" for n in range(1, 18)], "fourteen and three, no gap"
    assert rows("SELECT signed_by FROM {s}.assured_event") == [(at.who("eve"),)]


def rounds_are_as_written(at: Company) -> None:
    """Hold the rounds against the script: due at 08:00, to be read by 09:00.

    Friday by 08:11, Saturday nobody, Sunday without network at 08:25 and 08:59 and brought at
    09:40, Monday a minute behind.
    """
    days = (day_of("fri 30"), day_of("mon 2"))
    with at.site.writer.connection() as connection:
        rows = read_rounds(connection, at.site.schema, at.site.site.zone, days, END)
    found = [
        (str(row.standing), row.late, row.walk and _name(at, row.walk.owner), row.outside)
        for row in rows
    ]
    assert found == [
        ("walked", False, "tina", 1),
        ("missed", False, None, 0),
        ("walked", False, "tom", 0),
        ("walked", True, "tina", 0),
    ]
    sunday = [each.read_at for each in rows[2].values]
    assert sunday == [instant("sun 1 08:25"), instant("sun 1 08:59")], "when they were read"


def activations_are_as_written(at: Company) -> None:
    """Hold a drill and an emergency against the script: minutes used of what a step may take."""
    with at.site.writer.connection() as connection:
        rows = read_activations(connection, at.site.schema, over=True)
        found = [read_story(connection, at.site.site, row, END) for row in rows]
    assert [
        (
            *(each.activation.number, each.activation.drill, each.activation.closed_at),
            *([str(step.state) for step in each.steps], [str(call.state) for call in each.calls]),
        )
        for each in found
    ] == [
        # 22:10 to 22:14 are 4 of 5 minutes; the generator was not needed
        (
            *("A-2026-00002", False, instant("wed 28 23:45")),
            *(["done", "skipped"], ["reached", "reached"]),
        ),
        # 10:00 to 10:05 are 5 of 5, to 10:16 are 16 of 15
        (
            *("A-2026-00001", True, instant("fri 23 10:20")),
            *(["done", "done_late"], ["reached", "reached"]),
        ),
    ]


def _clocks(clocks: Clocks) -> dict[str, Any]:
    kept = [not clocks.response.broken, not clocks.resolution.broken]
    words = {(True, True): "both", (True, False): "response", (False, True): "solution"}
    for each in (clocks.response, clocks.resolution):
        assert each.used % _MINUTE == timedelta(), "everything happens at whole minutes"
    return {
        "response": clocks.response.used // _MINUTE,
        "solution": clocks.resolution.used // _MINUTE,
        "kept": words.get((kept[0], kept[1]), "none"),
    }


def _name(at: Company, person: UUID) -> str:
    return next(name for name, known in at.people.items() if known == person)


_IDS: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_SEALED: Final = re.compile(r"[A-Za-z0-9+/_=-]{40,}")


def state_of(at: Company, tables: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the rows of some tables as text: people by name, other ids and sealed words left out.

    What was killed and said again has other ids in no place: only those that follow from the site
    differ, and a seal has luck in it.
    """
    names = {text: name for name, person in at.people.items() for text in (str(person), person.hex)}

    def plain(text: str) -> str:
        told = _IDS.sub(lambda found: names.get(found[0], "id"), text)
        return _SEALED.sub("sealed", told)

    return {
        table: sorted(
            plain(text) for (text,) in at.site.rows(f"SELECT t::text FROM {{s}}.{table} AS t")
        )
        for table in tables
    }
