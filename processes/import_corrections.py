"""In: readings of a file that contradict the journal. Out: corrections proposed. I/O: PostgreSQL.

A corrected file never overwrites: what it says otherwise is proposed, and counts when a second
person approves it (`readings approve`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from energy.base.clock import from_us
from energy.base.ids import id_of
from energy.metering.channel import Channel
from energy.store.attachment import MOST_OCTETS
from energy.store.sites import Site
from energy.system import System
from processes.import_judge import Conflict
from processes.import_readings import shown_name
from processes.readings_file import chunks
from processes.readings_state import corrections_at, keep_evidence


def propose_corrections(
    system: System,
    site: Site,
    path: Path,
    sha256: str,
    conflicts: Sequence[Conflict],
    channels: Mapping[int, Channel],
    *,
    reason: str,
    by: UUID,
) -> list[UUID]:
    """Propose what a file says otherwise; return the corrections' ids.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        path: The file; it is the evidence.
        sha256: Of the file, in hex.
        conflicts: Readings that contradict the journal.
        channels: By number.
        reason: Why the journal is wrong.
        by: The person who proposes.

    Raises:
        StatementError: The reason is missing, or a register cannot show a value.
    """
    if not conflicts:
        return []
    kept = [path] if path.stat().st_size <= MOST_OCTETS else []
    evidence = keep_evidence(system.database, site, kept)
    corrections = corrections_at(system, site)
    told = f"{reason.strip()} ({shown_name(path)}, SHA-256 {sha256[:12]})" if reason.strip() else ""
    by_channel: dict[int, list[Conflict]] = {}
    for conflict in conflicts:
        by_channel.setdefault(conflict.channel, []).append(conflict)
    found = []
    for number, mine in by_channel.items():
        readings = [(from_us(each.at_us), each.said) for each in mine]
        for part, rows in enumerate(chunks(readings)):
            command = id_of("import correction", site.key, sha256, str(number), str(part), reason)
            found.append(
                corrections.propose(
                    channels[number],
                    rows,
                    reason=told,
                    evidence=evidence,
                    by=by,
                    command_id=command,
                )
            )
    return found
