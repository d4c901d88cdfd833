"""In: what a provider answered or told. Out: hand-over, receipts, replies that it means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from adapters.http_call import Answered, require_taken
from adapters.sms.http.places import found_at, text_at
from adapters.sms.http.shape import AnswerShape, Feed
from adapters.sms.numbers import e164_of
from adapters.strict_json import StrictJsonError, parse_json
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayRefusedError,
    Handed,
    Receipt,
    ReceiptState,
    Reply,
)
from energy.base.clock import EPOCH, from_us


def json_of(body: bytes) -> object:
    """Return the JSON of a body; ValueError where it is none."""
    try:
        return parse_json(body.decode("utf-8"))
    except (StrictJsonError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


def handed_of(answered: Answered, shape: AnswerShape) -> Handed:
    """Return that a message was taken, and under which name.

    Raises:
        GatewayDownError, GatewayBusyError, GatewayRefusedError: The answer says otherwise.
    """
    require_taken(answered)
    status, reference, segments = _told(answered, shape)
    if shape.ok:
        words = f"status {status or 'missing'}"
        if status in shape.busy:
            raise GatewayBusyError(words, after_s=answered.after_s)
        if status in shape.refused:
            raise GatewayRefusedError(words)
        if status not in shape.ok | shape.known:
            raise GatewayDownError(words)
    number = int(segments) if segments.isdecimal() and int(segments) else 1
    return Handed(reference=reference, segments=number, known=status in shape.known)


def _told(answered: Answered, shape: AnswerShape) -> tuple[str, str, str]:
    """Return status, reference and segments of an answer."""
    if shape.pattern is not None:
        found = shape.pattern.search(answered.body.decode("utf-8", "replace"))
        if found is None:
            raise GatewayDownError("the answer is not as its pattern")
        groups = {key: value or "" for key, value in found.groupdict().items()}
        return groups.get("status", ""), groups.get("reference", ""), groups.get("segments", "")
    if not (shape.status or shape.reference):
        return "", "", ""
    try:
        value = json_of(answered.body)
    except ValueError as error:
        raise GatewayDownError(f"the answer is no JSON: {error}") from error
    return (
        text_at(value, shape.status),
        text_at(value, shape.reference),
        text_at(value, shape.segments),
    )


def receipts_of(value: object, feed: Feed, now: datetime) -> list[Receipt]:
    """Return the receipts of what a provider told; what names no message is left out.

    Args:
        value: JSON.
        feed: Where what stands.
        now: For what bears no time.
    """
    found = []
    for row in _rows(value, feed):
        reference = text_at(row, feed.places["reference"])
        if not reference:
            continue
        word = text_at(row, feed.places["state"])
        state = ReceiptState.ON_ITS_WAY
        if word in feed.delivered:
            state = ReceiptState.DELIVERED
        elif word in feed.failed:
            state = ReceiptState.FAILED
        told = " ".join(filter(None, (word, text_at(row, feed.places["reason"]))))
        found.append(
            Receipt(
                reference=reference,
                state=state,
                at=_at(text_at(row, feed.places["at"]), feed.at_format, now),
                key=_key(text_at(row, feed.places["key"])),
                reason=told if state is ReceiptState.FAILED else "",
            )
        )
    return found


def replies_of(value: object, feed: Feed, now: datetime) -> list[Reply]:
    """Return the replies of what a provider told; what names no sender is left out.

    Args:
        value: JSON.
        feed: Where what stands.
        now: For what bears no time.
    """
    return [
        Reply(
            sender=e164_of(sender),
            text=text_at(row, feed.places["text"]),
            at=_at(text_at(row, feed.places["at"]), feed.at_format, now),
            reference=text_at(row, feed.places["reference"]),
        )
        for row in _rows(value, feed)
        if (sender := text_at(row, feed.places["sender"]))
    ]


def _rows(value: object, feed: Feed) -> Sequence[object]:
    found = found_at(value, feed.rows)
    if isinstance(found, list):
        return found
    return [] if found is None else [found]


def _at(text: str, form: str, now: datetime) -> datetime:
    """Return the instant that a text tells; now where it tells none."""
    try:
        match form:
            case "iso":
                at = datetime.fromisoformat(text)
            case "epoch_s":
                at = from_us(int(text) * 1_000_000)
            case "epoch_ms":
                at = from_us(int(text) * 1000)
            case _:
                at = datetime.strptime(text, form)  # noqa: DTZ007 - a zone is told or is UTC
    except (ValueError, OverflowError):
        return now
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return at if at > EPOCH else now


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
