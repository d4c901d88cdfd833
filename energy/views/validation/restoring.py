"""In: registers that went on as before. Out: corrections proposed, or withdrawn again. I/O: writes.

What a register can have shown is proposed once, in nobody's name. When what came later explains
the finding behind it, or a person has decided that the value is right, nobody needs it any more:
the next look rejects it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from energy.base.clock import from_us, to_us
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.journal.corrections import Corrections
from energy.metering.checks import noise, spike
from energy.metering.checks.catalogue import CHECKER
from energy.metering.correction import CorrectionStateError
from energy.views.registry import load_channels
from energy.views.validation.readings import Restored

_CODES: Final = (noise.CODE, spike.CODE)
Connection = psycopg.Connection[tuple[object, ...]]


def propose_restored(
    connection: Connection, schema: str, corrections: Corrections, wrong: Restored
) -> bool:
    """Propose what a register can have shown, once for good; return whether it was new.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        corrections: Of the site.
        wrong: What is wrong, and what stands for it.
    """
    command = _command(wrong.code, wrong.register, wrong.start_us, wrong.end_us, wrong.readings)
    identity = id_of("correction", str(command))
    known = connection.execute(
        f"SELECT FROM {schema}.correction WHERE correction = %s", (identity,)
    ).fetchone()
    if known is not None:
        return False
    channel = load_channels(connection, schema, only=[wrong.register])[wrong.register]
    span = f"{from_us(wrong.start_us).isoformat()}..{from_us(wrong.end_us).isoformat()}"
    try:
        corrections.propose(
            channel,
            [(from_us(at_us), count) for at_us, count in wrong.readings],
            reason=f"{wrong.code} {span}: the register went on; restored between its readings",
            evidence=(),
            by=CHECKER,
            command_id=command,
        )
    except RefusedError:
        return False  # what was read after the clock's present cannot be stated yet
    return True


def withdraw_stale(connection: Connection, schema: str, corrections: Corrections) -> int:
    """Reject proposals of the checks whose finding has ended; return how many.

    Args:
        connection: Any connection that may read; the views have folded every note told so far.
        schema: The site's schema.
        corrections: Of the site.
    """
    withdrawn = 0
    for correction, code in stale_corrections(connection, schema).items():
        try:
            corrections.reject(
                correction,
                by=CHECKER,
                reason=f"{code} has ended: what came later, or a person, has explained it",
                command_id=id_of("check withdraws", str(correction)),
            )
        except CorrectionStateError:
            continue  # a person was quicker
        withdrawn += 1
    return withdrawn


def stale_corrections(connection: Connection, schema: str) -> dict[UUID, str]:
    """Return the proposals of checks that nobody needs any more, with the code they were for.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.correction, c.channel, c.readings, f.code, f.start_at, f.end_at, "
        "f.explained_position IS NULL AND f.resolved_position IS NULL "
        # A correction is of a register, a finding of the channel that it fed then: of one point.
        f"FROM {schema}.correction AS c JOIN {schema}.channel AS r ON r.number = c.channel "
        f"JOIN {schema}.channel AS n ON n.point = r.point "
        f"JOIN {schema}.finding AS f ON f.channel = n.number AND f.code = ANY(%s) "
        "AND f.start_at <= c.last_at AND f.end_at >= c.first_at "
        "WHERE c.state = 'proposed' AND c.proposed_by = %s",
        (list(_CODES), CHECKER),
    ).fetchall()
    ended: dict[UUID, str] = {}
    needed: set[UUID] = set()
    for correction, register, readings, code, start, end, stands in rows:
        command = _command(code, register, to_us(start), to_us(end), readings)
        if id_of("correction", str(command)) != correction:
            continue  # it was proposed for another finding
        if stands:
            needed.add(correction)
        else:
            ended[correction] = code
    return {correction: code for correction, code in ended.items() if correction not in needed}


def _command(
    code: str, register: int, start_us: int, end_us: int, readings: Sequence[Sequence[int]]
) -> UUID:
    """Return the id of the command that proposes a correction: made of what it says."""
    told = tuple((int(at_us), int(count)) for at_us, count in readings)
    return id_of("check restores", code, *(str(n) for n in (register, start_us, end_us, told)))
