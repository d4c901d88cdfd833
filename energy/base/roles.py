"""In: nothing. Out: the names of the database's roles. Pure.

Here and not beside the database, because a command names its role before it knows whether it has a
database at all: on a laptop it has none.
"""

from __future__ import annotations

OWNER, WRITER, WEB, SEALER = (
    "meterline_owner",
    "meterline_writer",
    "meterline_web",
    "meterline_sealer",
)
