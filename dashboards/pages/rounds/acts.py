"""In: what a person says on a patrol round. Out: it said, and what comes next. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from dashboards.components.act_form import Done
from dashboards.pages.parts import Parts
from dashboards.pages.rounds.paths import START, TELL, VALUE, sure_path, sure_values, walk_path
from dashboards.pages.subjects import id_named, key_named, unknown_subject
from dashboards.patrol_sheet import said_limits, said_value
from dashboards.queries.patrol_rows import PatrolWalk
from dashboards.viewer import Viewer
from energy.service.rounds.desk import Raise
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import LogItem
from energy.service.rounds.kinds import Raised, Said

SKIP, END, RAISE = "skip-patrol", "end-patrol", "raise-patrol"
Typed = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Typed], str | Done]


def start(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Begin the round that was open when the page was drawn.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    key, _, due = about.partition("@")
    try:
        due_at = datetime.fromisoformat(due)
    except ValueError:
        raise unknown_subject() from None
    walked = parts.commands.service.patrol.start(viewer.scope, key_named(key), due_at)
    words = viewer.say("patrol_said.begun")
    return Done(words=words, links=((viewer.say("patrol_said.go"), walk_path(walked), False),))


def tell(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Say what was read at a stop; what is outside its limits is told back first.

    Raises:
        RefusedError: The command was refused.
    """
    walked, stop, sure = _stop(about)
    told = _walk(parts, viewer, walked)
    known = told.row.spec.stop(stop)
    given = {item.key: typed.get(f"{VALUE}{item.key}", "") for item in known.items}
    kept = {item.key: item.fitting(given[item.key]) for item in known.items if given[item.key]}
    if not kept:
        raise PatrolError.of("nothing_typed")
    there = {key: each.said for (at, key), each in told.row.counting.items() if at == stop}
    confirmed = sure_values(sure)
    odd = [
        item
        for item in known.items
        if (value := kept.get(item.key)) is not None
        and item.outside(value)
        and value not in {there.get(item.key), confirmed.get(item.key)}
    ]
    if odd:
        words = " ".join(outside_words(viewer, item, kept[item.key]) for item in odd)
        look = viewer.say("patrol_said.look_again")
        link = (look, sure_path(walked, stop, kept), False)
        return Done(words=words, links=(link,), good=False)
    now = parts.clock.now()
    said = {
        key: Said(
            value=value,
            read_at=now,
            sure=True,
            reason=typed.get("reason", ""),
            note=typed.get("note", ""),
        )
        for key, value in kept.items()
    }
    walk = parts.commands.service.patrol.tell(viewer.scope, walked, stop, said)
    left = walk.known.open_stops(walk.spec)
    following = left[0] if left else ""
    name = viewer.named(walk.spec.stop(following).name) if left else ""
    onward = viewer.say("patrol_said.next", stop=name) if left else viewer.say("patrol_said.sign")
    return Done(
        words=viewer.say("patrol_said.told", stop=viewer.named(known.name), left=len(left)),
        links=((onward, walk_path(walked, following), False),),
    )


def skip(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Say why what is not read at a stop will not be.

    Raises:
        RefusedError: The command was refused.
    """
    walked, stop, _ = _stop(about)
    reason = typed.get("reason", "")
    parts.commands.service.patrol.skip(viewer.scope, walked, stop, reason)
    words = viewer.say("patrol_said.skipped")
    return Done(words=words, links=((viewer.say("patrol_said.stops"), walk_path(walked), False),))


def end(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Sign the round.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.service.patrol.end(viewer.scope, id_named(about))
    return viewer.say("patrol_said.signed")


def raise_(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Make an incident or a work order of a value.

    Raises:
        RefusedError: The command was refused.
    """
    walked, stop, value = _stop(about)
    kind = typed.get("kind", "")
    if kind not in set(Raised):
        raise unknown_subject()
    said = Raise(
        stop=stop,
        value=value,
        kind=Raised(kind),
        level=typed.get("level", ""),
        what=typed.get("what", ""),
    )
    number = parts.commands.service.patrol.raise_from(viewer.scope, walked, said)
    return viewer.say("patrol_said.raised", number=number)


def outside_words(viewer: Viewer, item: LogItem, kept: str) -> str:
    """Return what is odd about a value, told back."""
    value = f"{said_value(item, kept, viewer.language)} {item.unit}".rstrip()
    limits = f"{said_limits(item, viewer.language)} {item.unit}".rstrip()
    name = viewer.named(item.name)
    return viewer.say("patrol_said.outside", name=name, value=value, limits=limits)


def _walk(parts: Parts, viewer: Viewer, walked: UUID) -> PatrolWalk:
    answer = parts.queries.patrol_walk(viewer.scope, walked)
    if answer is None:
        raise unknown_subject()
    return answer.rows


def _stop(about: str) -> tuple[UUID, str, str]:
    """Return round, stop, and what else a form is about.

    Raises:
        RefusedError: It names none.
    """
    walked, _, rest = about.partition("@")
    stop, _, more = rest.partition("@")
    if not stop:
        raise unknown_subject()
    return id_named(walked), key_named(stop), more


ACTS: dict[str, Act] = {START: start, TELL: tell, SKIP: skip, END: end, RAISE: raise_}
