"""What becomes of a report, step by step; nothing of an earlier step is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from landinfo.error_report.typed import clean, fitting
from landinfo.model import BadInput, Refused
from landinfo.plain import Plain

RECEIVED, REVIEWED, CORRECTED = "received", "under_review", "corrected"
CLOSED = (CORRECTED, "not_an_error", "cannot_tell")
STATES = (RECEIVED, REVIEWED, *CLOSED)
NEXT: Mapping[str, tuple[str, ...]] = {
    RECEIVED: (REVIEWED,),
    REVIEWED: (REVIEWED, *CLOSED),
    **dict.fromkeys(CLOSED, (REVIEWED,)),
}
"""Where a report can go from a state; one that is closed can be looked at again."""
MOST_NOTE, MOST_NAME = 2000, 100


def first(day: date) -> Plain:
    """The step with which every report begins."""
    return {"state": RECEIVED, "day": day.isoformat(), "note": None, "by": ""}


def state(body: Mapping[str, Any]) -> str:
    return str(body["steps"][-1]["state"])


def known_state(typed: str) -> str:
    """``under-review`` and ``under_review`` are one. Raises ``BadInput``: no state."""
    name = typed.strip().lower().replace("-", "_").replace(" ", "_")
    if name not in STATES:
        raise BadInput("error-no-such-state", "state", value=typed[:40], known=", ".join(STATES))
    return name


def answered(body: Mapping[str, Any], to: str, day: date, note: Mapping[str, str], by: str) -> Plain:
    """The report with one step more. ``note`` is in Vietnamese and, where it was written, in English ("vi", "en").

    Raises ``BadInput``: no name, no note where the report is closed; ``Refused``: not from the state it is in.
    """
    to = known_state(to)
    here = state(body)
    if to not in NEXT[here]:
        raise Refused("error-not-from-here", "state", here=here, to=to, next=", ".join(NEXT[here]))
    name = fitting("by", clean(by, lines=False), MOST_NAME)
    if not name:
        raise BadInput("error-needs-a-name", "by")
    words = {lang: fitting("note", clean(note.get(lang, "")), MOST_NOTE) for lang in ("vi", "en")}
    if to in CLOSED and not words["vi"]:
        raise BadInput("error-needs-a-note", "note")
    told = {lang: text or words["vi"] for lang, text in words.items()} if words["vi"] else None
    step = {"state": to, "day": day.isoformat(), "note": told, "by": name}
    return {**body, "steps": [*body["steps"], step]}
