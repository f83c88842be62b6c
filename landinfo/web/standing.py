"""What an answer stands on, as ETag and Last-Modified: editions, law, program, question, and the day if none is given.

An unchanged answer is told before it is made (304). The ETag is of what the answer is made from; equal ETags are equal
bytes, so it is a strong one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from flask import Response, request

from landinfo import asked
from landinfo.model import BadInput, Edition
from landinfo.store import CHANGED, program
from landinfo.web import api
from landinfo.web.site import Site, site
from landinfo.web.watched import unread

_KNOWN = f"{asked.AND}known"


def standing(make: Callable[[], Response], form: str = "") -> Response:
    """What ``make`` answers in the form that was asked for, or 304 where that was answered before and still stands.

    An answer in which a layer could not be read, or while which something was published, stands on nothing: it has no
    ETag, and nobody keeps it.
    """
    here = site()
    mark = here.store.mark()
    tag = _tag(here, form, mark)
    if tag and api.is_held(tag):
        return _marked(Response(status=304), tag)
    response = here.answers.get(tag)
    if response is None:
        response = make()
        if unread() or here.store.mark() != mark:
            return api.unkept(response)
        if tag:
            here.answers.keep(tag, response)
    response = _marked(response, tag)
    response.last_modified = last_modified(here, mark)
    response.make_conditional(request)
    return response


def _marked(response: Response, tag: str) -> Response:
    """Kept by a browser, but asked for again each time."""
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _tag(here: Site, form: str, mark: str) -> str:
    """What is published as known on the days of the question; "": a day cannot be read, so there is no answer."""
    today = here.today()
    try:
        known = {asked.read_day("known", text) for text in (_given("known"), _given(_KNOWN)) if text}
    except BadInput:
        return ""
    if not _given("known"):
        known.add(today)
    held = [_said(here.editions.known_on(day, mark)) for day in sorted(known)]
    question = request.full_path, form, None if _permanent() else today
    stands = here.rulebook.edition, program.fingerprint(), here.store.facts()
    return hashlib.sha256(repr((question, sorted(known), held, stands)).encode()).hexdigest()[:24]


@lru_cache(maxsize=64)
def _said(editions: tuple[Edition, ...]) -> str:
    """What an answer stands on of them, in one text."""
    return repr([(e.id, e.content_hash, e.effective_from, e.effective_to) for e in editions])


@lru_cache(maxsize=64)
def _last_day(editions: tuple[Edition, ...]) -> date | None:
    """On which something was published or withdrawn."""
    return max((day for e in editions for day in (e.published, e.withdrawn) if day), default=None)


def _given(name: str) -> str:
    return request.args.get(name, "").strip()


def _permanent() -> bool:
    """Whether the address names both days, so that it asks the same tomorrow."""
    return bool(_given("on") and _given("known"))


def last_modified(here: Site, mark: str) -> datetime:
    """When the answer can have changed last. What was done on a day counts until that day is over, and so until now;
    when somebody changed rows by hand nobody knows.
    """
    editions = here.editions.known_on(None, mark)
    if any(e.content_hash.startswith(CHANGED) for e in editions):
        return datetime.now(UTC).replace(microsecond=0)
    yesterday = None if _permanent() else here.today() - timedelta(days=1)
    days = [day for day in (_last_day(editions), yesterday) if day]
    over = [datetime.combine(day + timedelta(days=1), time(), asked.VIETNAM) for day in days]
    return min(datetime.now(UTC), max([here.begun, *over])).replace(microsecond=0)
