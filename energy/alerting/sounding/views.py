"""In: events of silences and tests of the sound. Out: the tables that tell. I/O: PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg

from energy.alerting.sounding.silence import AlarmSound
from energy.alerting.sounding.sound_test import SoundTest

Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_sound(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case AlarmSound.Created():
            pass  # nothing is silent yet
        case AlarmSound.Silenced():
            cursor.execute(
                f"INSERT INTO {schema}.alarm_silence (silence, begins_at, ends_at, by, position) "
                "VALUES (%s, %s, %s, %s, %s)",
                (position, event.begins_at, event.ends_at, event.by, position),
            )
        case AlarmSound.Resumed():
            cursor.execute(
                f"UPDATE {schema}.alarm_silence SET ended_at = %s, ended_by = %s, position = %s "
                f"WHERE silence = (SELECT max(silence) FROM {schema}.alarm_silence)",
                (event.at, event.by, position),
            )
        case SoundTest.Created():
            cursor.execute(
                f"INSERT INTO {schema}.sound_test (test, screen, begun_at, begun_by, position) "
                "VALUES (%s, %s, %s, %s, %s)",
                (event.test, event.screen, event.at, event.by, position),
            )
        case SoundTest.Heard():
            cursor.execute(
                f"UPDATE {schema}.sound_test SET heard_at = %s, heard_by = %s, position = %s "
                "WHERE test = %s",
                (event.at, event.by, position, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
