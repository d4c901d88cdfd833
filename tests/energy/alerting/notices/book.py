"""In: a test site. Out: an address book, reviewed texts, a plan, alerts. I/O: PostgreSQL."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from energy.alerting.alert import Alert
from energy.alerting.notices.contact import Contact, ContactGroup, person_of_contact
from energy.alerting.notices.template import NoticePlan, NoticeTemplate
from energy.alerting.notices.words import TemplateKey, shipped
from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.follower import Follower, event_fold
from energy.service.views import OperationsView
from tests.fixtures.postgres import TestSite, command

ADMIN, SECOND = id_of("person", "admin"), id_of("person", "second")
ADA_PHONE, BEN_PHONE, EVE_MAIL = "+441632960001", "+441632960002", "eve@airport.example"
PLAN = """
signature = { en = "Airport Energy", zh = "机场能源" }
person_per_hour = 0
[duty.critical]
repeat_s = 300
escalate_s = 600
tell_cleared = true
[duty.high]
repeat_s = 0
escalate_s = 0
tell_cleared = true
[[who]]
severity = ["critical", "high"]
level = 1
group = "duty"
ways = ["sms", "mail"]
[[who]]
severity = "critical"
level = 2
group = "managers"
ways = "mail"
"""


class Keys:
    """Keys of persons in memory."""

    def __init__(self) -> None:
        self.kept: dict[UUID, bytes] = {}

    def get(self, person: UUID) -> bytes | None:
        return self.kept.get(person)

    def put_if_absent(self, person: UUID, wrapped: bytes) -> bytes:
        return self.kept.setdefault(person, wrapped)


def vault() -> PersonVault:
    return PersonVault(b"k" * 32, Keys())


def settle(site: TestSite) -> None:
    """Fold what is stored in operations."""
    fold = event_fold(site.schema, [OperationsView()])
    follower = Follower(site.writer, site.schema, "operations", OPERATIONS_VIEWS, fold, site.clock)
    while follower.step():
        pass


def contact(
    site: TestSite,
    box: PersonVault,
    key: str,
    language: str = "en",
    user: UUID | None = None,
    **addresses: str,
) -> Contact:
    """Register a contact whose replies acknowledge."""
    person = person_of_contact(site.site.key, key)
    made = Contact(site=site.site.key, key=key, person=person, command_id=command("contact", key))
    made.describe(
        name_sealed=box.seal(person, key.title()),
        addresses_sealed={way: box.seal(person, to) for way, to in addresses.items()},
        digests={way: box.digest(to).hex() for way, to in addresses.items()},
        language=language,
        user=user,
        acknowledges=True,
        by=ADMIN,
        command_id=command("describe", key),
    )
    site.application("operations").store(made)
    return made


def group(site: TestSite, key: str, *members: str) -> None:
    made = ContactGroup(site=site.site.key, key=key, command_id=command("group", key))
    made.set_members(members, by=ADMIN, command_id=command("members", key))
    site.application("operations").store(made)


def texts(site: TestSite) -> None:
    """Draft the shipped texts and let a second person review them."""
    operations = site.application("operations")
    for key in TemplateKey:
        made = NoticeTemplate(site=site.site.key, key=key, command_id=command("text", key))
        made.draft(shipped(key), by=ADMIN, command_id=command("draft", key))
        made.review(by=SECOND, command_id=command("review", key))
        operations.store(made)


def plan(site: TestSite, written: str = PLAN, **changed: Any) -> None:
    made = NoticePlan(site=site.site.key, command_id=command("plan"))
    made.set({**tomllib.loads(written), **changed}, by=ADMIN, command_id=command("set plan"))
    site.application("operations").store(made)


def change_plan(site: TestSite, **changed: Any) -> None:
    """Set the plan of a site anew, with something in it changed."""
    operations = site.application("operations")
    known = operations.find(id_of("notice_plan", site.site.key))
    assert isinstance(known, NoticePlan)
    spec = {**known.spec, **changed}
    known.set(spec, by=ADMIN, command_id=command("change plan", repr(changed)))
    operations.store(known)
    settle(site)


def a_book(site: TestSite) -> PersonVault:
    """Ada and Ben are on duty, Eve manages."""
    box = vault()
    contact(site, box, "ada", sms=ADA_PHONE)
    contact(site, box, "ben", "zh", sms=BEN_PHONE, mail="ben@airport.example")
    contact(site, box, "eve", mail=EVE_MAIL)
    group(site, "duty", "ada", "ben")
    group(site, "managers", "eve")
    texts(site)
    plan(site)
    return box


def an_alert(
    site: TestSite,
    name: str = "leak",
    severity: str = "critical",
    at: datetime | None = None,
    *,
    historic: bool = False,
) -> Alert:
    """Raise an alert now."""
    raised = Alert(
        alert=id_of("alert", site.site.key, name),
        rule=id_of("rule", name),
        channel=1,
        severity=severity,
        at=at or site.clock.now() - timedelta(seconds=2),
        value=120,
        limit_value=100,
        historic=historic,
        code="",
        about="",
        command_id=command("raise", name),
    )
    site.application("operations").store(raised)
    return raised
