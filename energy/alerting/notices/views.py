"""In: events of notices. Out: contacts, groups, texts, plan, notices, replies as rows. I/O.

Whatever waits to be sent is told by NOTIFY when the fold commits: the sender wakes at once.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.alerting.notices.contact import Contact, ContactGroup
from energy.alerting.notices.notice import Notice, NoticeState
from energy.alerting.notices.policy import priority
from energy.alerting.notices.reply import NoticeReply
from energy.alerting.notices.template import NoticePlan, NoticeTemplate
from energy.journal.recorder import channel_name

Cursor = psycopg.Cursor[tuple[object, ...]]
NOTICE_TABLES = (
    *("contact", "contact_group", "notice_template", "notice_plan"),
    *("notice", "notice_try", "notice_reply"),
)
"""What a rebuild folds anew; it sends nothing: who sends asks the journal first."""


def notices_channel(schema: str) -> str:
    """Return the NOTIFY channel that says that something waits to be sent."""
    return channel_name(schema, "notices")


def fold_notices(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of notices inside the follower's transaction."""
    match event:
        case Contact.Event():
            _contact(cursor, schema, position, event)
        case Notice.Event():
            _notice(cursor, schema, position, event)
        case NoticeTemplate.Event() | NoticePlan.Event() | ContactGroup.Event():
            _written(cursor, schema, position, event)
        case NoticeReply.Created():
            cursor.execute(
                f"INSERT INTO {schema}.notice_reply "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(event.originator_id, event.gateway, event.way, event.contact, event.person),
                    *(event.text_sealed, event.outcome, event.alert, event.at, position),
                ),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _contact(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Contact.Created():
            cursor.execute(
                f"INSERT INTO {schema}.contact (contact, key, person, name_sealed, addresses, "
                "digests, language, acknowledges, changed_at, position) "
                "VALUES (%s, %s, %s, '', '{}', '{}', 'en', false, %s, %s)",
                (event.originator_id, event.key, event.person, event.timestamp, position),
            )
        case Contact.Described():
            _change(
                cursor, schema, position, event,
                name_sealed=event.name_sealed,
                addresses=json.dumps(event.addresses_sealed),
                digests=json.dumps(event.digests),
                language=event.language,
                person_of_directory=event.user,
                acknowledges=event.acknowledges,
            )  # fmt: skip
        case Contact.Blocked():
            _change(cursor, schema, position, event, blocked=event.reason)
        case Contact.Unblocked():
            _change(cursor, schema, position, event, blocked="")
        case Contact.OptedOut() | Contact.OptedIn():
            act = "opted_out - %(way)s::text"
            if isinstance(event, Contact.OptedOut):
                act += " || to_jsonb(%(way)s::text)"
            cursor.execute(
                f"UPDATE {schema}.contact SET opted_out = {act}, position = %(position)s "
                "WHERE contact = %(contact)s",
                {"way": event.way, "position": position, "contact": event.originator_id},
            )
        case Contact.Erased():
            _change(cursor, schema, position, event, erased=True, addresses="{}", digests="{}")
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _change(cursor: Cursor, schema: str, position: int, event: Any, **columns: object) -> None:
    """Set some columns of a contact."""
    changes = ", ".join(f"{name} = %({name})s" for name in columns)
    cursor.execute(
        f"UPDATE {schema}.contact SET {changes}, changed_at = %(at)s, position = %(position)s "
        "WHERE contact = %(contact)s",
        {
            **columns,
            "at": event.timestamp,
            "position": position,
            "contact": event.originator_id,
        },
    )


def _written(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Fold what people write: groups, texts, the plan."""
    match event:
        case ContactGroup.Created():
            cursor.execute(
                f"INSERT INTO {schema}.contact_group VALUES (%s, '[]', %s, %s)",
                (event.key, event.timestamp, position),
            )
        case ContactGroup.MembersSet():
            cursor.execute(
                f"UPDATE {schema}.contact_group SET members = %s, changed_at = %s, position = %s "
                "WHERE key = %s",
                (json.dumps(event.members), event.timestamp, position, event.key),
            )
        case NoticeTemplate.Created() | NoticePlan.Created():
            pass  # it has no words yet
        case NoticeTemplate.Drafted():
            cursor.execute(
                f"INSERT INTO {schema}.notice_template VALUES (%s, %s, %s, %s, %s, NULL, NULL, %s)",
                (
                    *(event.key, event.version, json.dumps(event.wordings), event.by),
                    *(event.timestamp, position),
                ),
            )
        case NoticeTemplate.Reviewed():
            cursor.execute(
                f"UPDATE {schema}.notice_template SET reviewed_by = %s, reviewed_at = %s, "
                "position = %s WHERE key = %s AND version = %s",
                (event.by, event.timestamp, position, event.key, event.version),
            )
        case NoticePlan.Set():
            cursor.execute(
                f"INSERT INTO {schema}.notice_plan VALUES (%s, %s, %s, %s, %s)",
                (event.version, json.dumps(event.spec), event.by, event.timestamp, position),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _notice(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Notice.Created():
            cursor.execute(
                f"INSERT INTO {schema}.notice (notice, subject, about, template, level, repeat, "
                "contact, way, severity, priority, state, due_at, not_before, queued_at, "
                f"changed_at, position) VALUES ({', '.join(['%s'] * 16)})".encode(),
                (
                    *(event.originator_id, event.subject, event.about, event.template),
                    *(event.level, event.repeat, event.contact, event.way, event.severity),
                    *(priority(event.severity), NoticeState.QUEUED),
                    *(max(event.timestamp, event.not_before), event.not_before, event.timestamp),
                    *(event.timestamp, position),
                ),
            )
            wake(cursor, schema)
        case Notice.Handed():
            _set(
                cursor, schema, position, event,
                state=NoticeState.HANDED, gateway=event.gateway, reference=event.reference,
                segments=event.segments, cost=event.cost, currency=event.currency,
                text=event.text, known=event.known, handed_at=event.timestamp,
            )  # fmt: skip
        case Notice.Joined():
            _set(
                cursor, schema, position, event,
                state=NoticeState.JOINED, lead=event.lead, handed_at=event.timestamp,
            )  # fmt: skip
        case Notice.Tried():
            _tried(cursor, schema, position, event)
            wake(cursor, schema)
        case Notice.GivenUp():
            _set(cursor, schema, position, event, state=NoticeState.GIVEN_UP, reason=event.reason)
            wake(cursor, schema)
        case Notice.Retried():
            _set(
                cursor, schema, position, event,
                state=NoticeState.QUEUED, gateway="", not_before=event.at, reason=event.reason,
            )  # fmt: skip
            wake(cursor, schema)
        case Notice.Withdrawn():
            _set(cursor, schema, position, event, state=NoticeState.WITHDRAWN, reason=event.reason)
        case Notice.Delivered():
            _set(
                cursor, schema, position, event, state=NoticeState.DELIVERED, delivered_at=event.at
            )
        case Notice.Failed():
            _set(cursor, schema, position, event, state=NoticeState.FAILED, reason=event.reason)
            wake(cursor, schema)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _tried(cursor: Cursor, schema: str, position: int, event: Notice.Tried) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.notice_try SELECT %s, count(*) + 1, %s, %s, %s, %s, %s "
        f"FROM {schema}.notice_try WHERE notice = %s",
        (
            *(event.originator_id, event.gateway, event.outcome, event.reason),
            *(event.at, position, event.originator_id),
        ),
    )
    cursor.execute(
        f"UPDATE {schema}.notice SET tries = tries + 1, gateway = %s, not_before = %s, "
        "reason = %s, changed_at = %s, position = %s WHERE notice = %s",
        (
            *(event.next_gateway, event.not_before, event.reason, event.timestamp),
            *(position, event.originator_id),
        ),
    )


def _set(cursor: Cursor, schema: str, position: int, event: Any, **columns: object) -> None:
    """Set some columns of a notice."""
    changes = ", ".join(f"{name} = %({name})s" for name in columns)
    cursor.execute(
        f"UPDATE {schema}.notice SET {changes}, changed_at = %(at)s, position = %(position)s "
        "WHERE notice = %(notice)s",
        {**columns, "at": event.timestamp, "position": position, "notice": event.originator_id},
    )


def wake(cursor: Cursor, schema: str) -> None:
    """Let the chores of notices look, when the fold commits."""
    cursor.execute("SELECT pg_notify(%s, '')", (notices_channel(schema),))
