"""In: notices that wait for one gateway. Out: handed over, each with its result. I/O.

A notice is claimed, handed over, and then its result is stored. Cut off in between, the claim runs
out and it is handed over again under the same key: at least once, and known as a double.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog

from energy.alerting.alert import Alert
from energy.alerting.notices.codes import short_code
from energy.alerting.notices.gateway import (
    Gateway,
    GatewayBusyError,
    GatewayError,
    GatewayRefusedError,
    GatewaySettings,
    Handed,
    Message,
)
from energy.alerting.notices.notice import Notice, NoticeState
from energy.alerting.notices.plan import Plan
from energy.alerting.notices.policy import Sheaf, sheaves
from energy.alerting.notices.reads import ContactRow, read_contacts, read_plan, read_wordings
from energy.alerting.notices.retries import Try, TryOutcome, next_try
from energy.alerting.notices.telling import ABOUT_ALERT, ABOUT_OVER, wakes
from energy.alerting.notices.texts import notice_values
from energy.alerting.notices.words import TemplateKey, Worded, Wording, worded
from energy.alerting.outages.outage import Outage
from energy.alerting.rule_reads import read_camera
from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.secrets import ERASED, PersonVault
from energy.journal.application import JournalApplication
from energy.store.pool import Database
from energy.store.sites import Site

BATCH = 20
"""Messages of one step at most."""
_LOOKED_AT = 500
CLAIM_SPARE_S = 30
"""How long a claim holds beyond the gateway's time-out. [s]"""
log = structlog.get_logger("notices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notice that may go now."""

    notice: UUID
    contact: UUID
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every sender of a site works with."""

    database: Database
    site: Site
    vault: PersonVault
    clock: Clock
    order: Mapping[str, Sequence[str]]
    """Names of gateways by kind, the first choice first."""
    alert_url: str = ""
    """Address of an alert's page, with {alert} in it; "" leaves it out."""


class Sending:
    """Sends over one gateway."""

    def __init__(self, office: Office, gateway: Gateway, settings: GatewaySettings) -> None:
        """Send for a site; nothing is opened yet.

        Args:
            office: What the senders of the site share.
            gateway: The way out.
            settings: Of the gateway.
        """
        self._office = office
        self._gateway = gateway
        self._settings = settings
        self._schema = office.site.schema
        self._operations = JournalApplication(
            office.database, office.site.schema, "operations", office.clock
        )
        self._sender = uuid4()

    def step(self) -> bool:
        """Send some of what waits; return whether more of it may wait."""
        waiting = self._waiting()
        if not waiting:
            return False  # as most often: the plan need not be read
        with self._office.database.connection() as connection:
            plan = read_plan(connection, self._schema, self._office.site.zone)
            if plan is None:
                return False
            wordings = read_wordings(connection, self._schema)
        going = self._going(plan, waiting)[: min(BATCH, self._allowance())]
        sent = [self._send(plan, wordings, sheaf) for sheaf in going if self._claim(sheaf)]
        return any(sent)

    def _going(self, plan: Plan, waiting: Sequence[Waiting]) -> list[Sheaf]:
        """Return what may go now, the most urgent first; limits of persons are kept."""
        handed = self._handed_in_an_hour({each.contact for each in waiting})
        by_contact: dict[UUID, list[tuple[UUID, str]]] = {}
        for each in waiting:
            by_contact.setdefault(each.contact, []).append((each.notice, each.severity))
        found: dict[UUID, Sheaf] = {}
        for contact, mine in by_contact.items():
            going, _ = sheaves(mine, handed=handed.get(contact, 0), per_hour=plan.person_per_hour)
            found |= {sheaf.lead: sheaf for sheaf in going}
        return [found[each.notice] for each in waiting if each.notice in found]

    def _waiting(self) -> list[Waiting]:
        order = list(self._office.order.get(self._gateway.kind, ()))
        with self._office.database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                f"SELECT n.notice, n.contact, n.severity FROM {self._schema}.notice AS n "
                "WHERE n.state = 'queued' AND n.way = %(way)s AND n.not_before <= %(now)s "
                "AND (n.gateway = %(mine)s OR (%(first)s AND n.gateway <> ALL(%(known)s))) "
                f"AND NOT EXISTS (SELECT FROM {self._schema}.notice_claim AS c "
                "WHERE c.notice = n.notice AND c.until > clock_timestamp()) "
                "ORDER BY n.priority, n.queued_at, n.position LIMIT %(most)s",
                {
                    "way": str(self._gateway.kind),
                    "now": self._office.clock.now(),
                    "mine": self._gateway.name,
                    "first": order[:1] == [self._gateway.name],
                    "known": order,
                    "most": _LOOKED_AT,
                },
            ).fetchall()
        return [Waiting(notice=n, contact=c, severity=s) for n, c, s in rows]

    def _handed_in_an_hour(self, contacts: Collection[UUID]) -> dict[UUID, int]:
        since = self._office.clock.now() - timedelta(hours=1)
        with self._office.database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                f"SELECT contact, count(*) FROM {self._schema}.notice WHERE contact = ANY(%s) "
                "AND handed_at > %s AND lead IS NULL AND severity <> 'critical' GROUP BY contact",
                (list(contacts), since),
            ).fetchall()
        return dict(rows)

    def _allowance(self) -> int:
        """Return how many messages the gateway's limit leaves for now."""
        if not self._settings.per_minute:
            return BATCH
        since = self._office.clock.now() - timedelta(minutes=1)
        with self._office.database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT count(*) FROM {self._schema}.notice WHERE gateway = %s "
                "AND handed_at > %s AND lead IS NULL",
                (self._gateway.name, since),
            ).fetchone()
        assert row is not None, "a count has a row"
        return max(0, self._settings.per_minute - int(row[0]))

    def _claim(self, sheaf: Sheaf) -> bool:
        """Claim the notices of a message; return whether they are ours alone."""
        wanted = [sheaf.lead, *sheaf.with_it]
        hold_s = self._settings.timeout_s + CLAIM_SPARE_S
        with self._office.database.transaction() as connection:
            cursor = connection.execute(
                f"INSERT INTO {self._schema}.notice_claim AS held "
                "SELECT n, %(me)s, clock_timestamp() + make_interval(secs => %(hold)s) "
                "FROM unnest(%(wanted)s::uuid[]) AS n ORDER BY n "
                "ON CONFLICT (notice) DO UPDATE SET sender = excluded.sender, "
                "until = excluded.until WHERE held.until <= clock_timestamp()",
                {"me": self._sender, "hold": hold_s, "wanted": wanted},
            )
            if cursor.rowcount < len(wanted):
                connection.execute(
                    f"DELETE FROM {self._schema}.notice_claim "
                    "WHERE sender = %s AND notice = ANY(%s)",
                    (self._sender, wanted),
                )
                return False
        return True

    def _release(self, sheaf: Sheaf) -> None:
        with self._office.database.connection() as connection:
            connection.execute(
                f"DELETE FROM {self._schema}.notice_claim WHERE sender = %s AND notice = ANY(%s)",
                (self._sender, [sheaf.lead, *sheaf.with_it]),
            )

    def _send(
        self, plan: Plan, wordings: Mapping[str, Mapping[str, Mapping[str, str]]], sheaf: Sheaf
    ) -> bool:
        """Send one message and store what became of it; return whether anything did."""
        found = self._operations.find_all([sheaf.lead, *sheaf.with_it])
        known = [found[each] for each in (sheaf.lead, *sheaf.with_it) if each in found]
        notices = [each for each in known if each.state is NoticeState.QUEUED]
        alerts = self._operations.find_all(each.subject for each in notices)
        needed = [each for each in notices if self._is_needed(each, alerts.get(each.subject))]
        contact = self._contact(needed[0].contact) if needed else None
        to = self._address(contact, needed) if contact is not None else ""
        if contact is not None and needed and to:
            self._hand(plan, wordings, contact, to, needed, alerts)
        changed = [each for each in notices if each.pending_events]
        try:
            self._operations.store(*changed)
        except ConflictError:
            log.warning("another sender was faster", notices=len(changed))
        self._release(sheaf)
        return bool(changed)

    def _is_needed(self, notice: Notice, alert: object) -> bool:
        """Return whether a notice is still to be sent; it is withdrawn where it is not."""
        reason = ""
        if isinstance(alert, Outage):
            reason = "superseded" if notice.repeat < alert.holds else ""
        elif notice.about != ABOUT_ALERT or not isinstance(alert, Alert):
            return True
        elif alert.acknowledged_by is not None:
            reason = "acknowledged"
        elif not wakes(alert):
            reason = "quiet"
        if reason:
            notice.withdraw(reason, command_id=id_of("withdraw", str(notice.id), reason))
        return not reason

    def _contact(self, contact: UUID) -> ContactRow | None:
        with self._office.database.connection() as connection:
            found = read_contacts(connection, self._schema, only=[contact])
        return found[0] if found else None

    def _address(self, contact: ContactRow, needed: Sequence[Notice]) -> str:
        """Return where a contact is told; "" where it is not to be, which is noted."""
        who, way = contact.recipient(), self._gateway.kind
        reason, to = "", ""
        if who.barred:
            reason = "blocked"
        elif way in who.opted_out:
            reason = "opted_out"
        elif way in who.ways:
            to = self._office.vault.open(contact.person, contact.addresses[way])
        if not to or to == ERASED:
            for notice in needed:
                notice.give_up(reason or "no_address", command_id=_command(notice, "no address"))
            return ""
        return to

    def _hand(
        self,
        plan: Plan,
        wordings: Mapping[str, Mapping[str, Mapping[str, str]]],
        contact: ContactRow,
        to: str,
        needed: Sequence[Notice],
        alerts: Mapping[UUID, Any],
    ) -> None:
        lead, others = needed[0], needed[1:]
        told = self._worded(plan, wordings, contact, needed, alerts)
        answered = lead.about == ABOUT_ALERT and not others and contact.acknowledges
        message = Message(
            key=lead.id,
            to=to,
            language=contact.language,
            subject=told.subject,
            text=told.text,
            severity=lead.severity,
            at=self._office.clock.now(),
            code=short_code(lead.subject) if answered else "",
            link=self._link(lead),
            camera=self._camera(lead),
        )
        taken, tried, words = self._tried(message)
        if tried is not None:
            order = self._office.order[self._gateway.kind]
            for notice in needed:
                following = next_try(order, [*notice.tries, tried])
                notice.fail_try(
                    tried,
                    reason=words,
                    following=following,
                    command_id=_command(notice, f"try {len(notice.tries)}"),
                )
            return
        assert taken is not None, "it was handed over or not"
        lead.hand(
            taken,
            gateway=self._gateway.name,
            currency=self._settings.currency,
            language=contact.language,
            text=told.text,
            with_it=len(others),
            command_id=_command(lead, "hand"),
        )
        if taken.known:
            return  # it has what was handed over before a cut, which may not have told of these
        for notice in others:
            notice.join(lead.id, command_id=_command(notice, "join"))

    def _tried(self, message: Message) -> tuple[Handed | None, Try | None, str]:
        """Hand a message over; return what the gateway took, or how the try ended and why."""
        try:
            return self._gateway.hand(message), None, ""
        except GatewayRefusedError as error:
            outcome, after_s, words = TryOutcome.REFUSED, 0, str(error)
        except GatewayBusyError as error:
            outcome, after_s, words = TryOutcome.BUSY, error.after_s, str(error)
        except GatewayError as error:
            outcome, after_s, words = TryOutcome.DOWN, 0, str(error)
        except Exception as error:  # whatever an adapter does, the next one is tried
            log.exception("gateway failed", gateway=self._gateway.name)
            outcome, after_s, words = TryOutcome.DOWN, 0, type(error).__name__
        log.warning("not handed over", gateway=self._gateway.name, outcome=outcome, cause=words)
        at = self._office.clock.now()
        tried = Try(gateway=self._gateway.name, outcome=outcome, at=at, after_s=after_s)
        return None, tried, words[:200]

    def _worded(
        self,
        plan: Plan,
        wordings: Mapping[str, Mapping[str, Mapping[str, str]]],
        contact: ContactRow,
        needed: Sequence[Notice],
        alerts: Mapping[UUID, Any],
    ) -> Worded:
        lead = needed[0]
        alert = alerts.get(lead.subject)
        key = TemplateKey(lead.template) if len(needed) == 1 else TemplateKey.SEVERAL
        if key in _STANDING and isinstance(alert, Alert) and alert.cleared:
            key = TemplateKey.ENDED  # it went while this waited
        values = notice_values(
            needed,
            language=contact.language,
            site=self._office.site,
            link=self._link(lead),
            now=self._office.clock.now(),
            over=self._over_since(lead.subject) if key in _ENDING else None,
        )
        return worded(
            Wording.of(wordings[key][contact.language]),
            values,
            language=contact.language,
            signature=plan.signature[contact.language],
            blocked=plan.blocked_words,
        )

    def _over_since(self, alert: UUID) -> datetime | None:
        with self._office.database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT cleared_at FROM {self._schema}.alert WHERE alert = %s", (alert,)
            ).fetchone()
        return row[0] if row else None

    def _camera(self, notice: Notice) -> str:
        if notice.about != ABOUT_ALERT:
            return ""
        with self._office.database.connection() as connection:
            return read_camera(connection, self._schema, notice.subject)

    def _link(self, notice: Notice) -> str:
        if notice.about not in {ABOUT_ALERT, ABOUT_OVER} or not self._office.alert_url:
            return ""
        return self._office.alert_url.replace("{alert}", str(notice.subject))


_STANDING = frozenset({TemplateKey.ALERT, TemplateKey.REPEAT, TemplateKey.ESCALATION})
_ENDING = frozenset({TemplateKey.CLEARED, TemplateKey.ENDED})


def _command(notice: Notice, what: str) -> UUID:
    return id_of("notice", str(notice.id), what)
