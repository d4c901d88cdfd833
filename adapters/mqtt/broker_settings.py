"""In: the text of a mosquitto.conf. Out: what in it would lose or open readings. Pure."""

from __future__ import annotations

LEAST_IN_FLIGHT = 100
ENOUGH_QUEUED = 100_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def settings_problems(text: str) -> list[str]:
    """Return what is wrong with a broker's settings, a sentence each with the remedy.

    Args:
        text: A mosquitto.conf; files it includes are not looked at.
    """
    rows = [
        row.split(None, 1) for row in text.splitlines() if row.strip() and row.strip()[0] != "#"
    ]
    last = {row[0]: row[1].strip() if len(row) == 2 else "" for row in rows}
    return [*_losing(last), *_open(last, [row[1] for row in rows if row[0] == "listener"])]


def _losing(last: dict[str, str]) -> list[str]:
    problems = []
    queued = _whole(last.get("max_queued_messages", "1000"))
    if queued != 0 and queued < ENOUGH_QUEUED:
        problems.append(
            f"max_queued_messages is {queued}: more messages for a collector that is away are "
            "dropped without a word. Write: max_queued_messages 0"
        )
    if _whole(last.get("max_queued_bytes", "0")):
        problems.append("max_queued_bytes drops messages without a word. Leave it out")
    in_flight = _whole(last.get("max_inflight_messages", "20"))
    if in_flight != 0 and in_flight < LEAST_IN_FLIGHT:
        problems.append(
            f"max_inflight_messages is {in_flight}: a burst waits for each acknowledgement. "
            "Write: max_inflight_messages 1000"
        )
    if last.get("queue_qos0_messages", "false") == "true":
        problems.append(
            "queue_qos0_messages keeps messages nobody acknowledges: what has no time of its own "
            "would be dated wrongly. Leave it out"
        )
    if last.get("persistence", "false") != "true":
        problems.append("persistence is off: a restart forgets sessions. Write: persistence true")
    elif last.get("autosave_on_changes", "false") != "true":
        problems.append(
            "without autosave_on_changes true and autosave_interval 1 a kill loses what the "
            "broker has acknowledged"
        )
    if "message_size_limit" not in last and "max_packet_size" not in last:
        problems.append("nothing bounds a message's size. Write: message_size_limit 1048576")
    return problems


def _open(last: dict[str, str], listeners: list[str]) -> list[str]:
    wide = [each for each in listeners if not each.split()[1:2] or each.split()[1] not in _LOOPBACK]
    if not wide:
        return []
    problems = []
    if last.get("allow_anonymous", "false") != "false":
        problems.append("anybody may publish. Write: allow_anonymous false")
    if "acl_file" not in last and "plugin" not in last:
        problems.append("every account may use every topic. Write an acl_file")
    if "certfile" not in last:
        problems.append("the connections are not encrypted. Write certfile and keyfile")
    return problems


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
