"""In: a request and what happened to it. Out: the request as it is then. Pure."""

from __future__ import annotations

from typing import Any

from energy.service.requests.facts import RequestFacts
from energy.service.requests.kinds import RequestState


def become(request: Any, event: RequestFacts.Event) -> None:
    """Let a request be as an event says."""
    at = event.timestamp
    match event:
        case RequestFacts.Answered():
            request.answers += 1
            if request.state is RequestState.OPEN:
                request.state = RequestState.UNDER_WAY
            if not request.claimed:  # who answers first what came by itself owns it
                request.owner, request.claimed = event.by, True
                request.offered = None
            _cite(request, event)
        case RequestFacts.WentOn():
            if request.state is not RequestState.OPEN:  # before any answer it is one question
                request.strayed = True
                _again(request)
        case RequestFacts.Paused():
            request.state, request.since, request.strayed = RequestState.PAUSED, at, True
        case RequestFacts.Resumed():
            request.state = RequestState.UNDER_WAY
        case RequestFacts.Resolved():
            request.state, request.since = RequestState.RESOLVED, at
            request.ended_by = {event.by, request.owner}
        case RequestFacts.Reopened():
            request.strayed = True
            _again(request)
        case RequestFacts.Closed():
            request.state, request.since, request.offered = RequestState.CLOSED, at, None
        case RequestFacts.Rated():
            request.rated = True
        case _:
            _bind(request, event)


def _cite(request: Any, event: RequestFacts.Answered | RequestFacts.Cited) -> None:
    word = event.word if isinstance(event, RequestFacts.Answered) else event.of_word
    request.cited |= {(word, each["article"]) for each in event.articles}


def _again(request: Any) -> None:
    request.state, request.ended_by = RequestState.UNDER_WAY, set()


def _bind(request: Any, event: RequestFacts.Event) -> None:
    match event:
        case RequestFacts.Offered() | RequestFacts.Escalated():
            request.offered, request.strayed = event.to, True
        case RequestFacts.Taken():
            request.owner, request.offered, request.claimed = event.by, None, True
        case RequestFacts.Classed():
            request.complaint, request.points = event.complaint, event.points
            request.judged = False
        case RequestFacts.Judged():
            request.judged = True
        case RequestFacts.Made():
            request.made[event.thing] = event.number
            request.strayed = True
        case RequestFacts.CallSet():
            request.calls.add(event.call)
            request.strayed = True
        case RequestFacts.CallDone():
            request.calls.discard(event.call)
        case RequestFacts.Cited():
            _cite(request, event)
        case RequestFacts.Noted():
            """Nothing but words."""
