"""Editions as plain values and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from landinfo.intake.editions import Told
from landinfo.model import Event
from landinfo.store import DRAFT
from landinfo.texts import Texts, say


def plain(told: Told) -> dict[str, Any]:
    """An edition as JSON values; days as ISO text, the days of a prepared one are None."""
    edition, made = told.edition, told.last("prepared")
    detail = made.detail if made else {}
    return {
        "edition": edition.id,
        "state": told.state,
        "layer": edition.layer,
        "territory": edition.territory,
        "document": edition.document,
        "effective_from": edition.effective_from.isoformat(),
        "effective_to": edition.effective_to.isoformat() if edition.effective_to else None,
        "published": None if edition.published == DRAFT else edition.published.isoformat(),
        "withdrawn": edition.withdrawn.isoformat() if edition.withdrawn else None,
        "rows": edition.rows,
        "source": edition.source,
        "content_hash": edition.content_hash,
        "simulated": edition.simulated,
        "files": detail.get("files", {}),
        "findings": detail.get("findings", {}),
        "events": [{"day": e.day.isoformat(), "action": e.action, "who": e.who} for e in told.events],
    }


def listed(all_of: Sequence[Told], sign_offs: Sequence[Event], texts: Texts, lang: str = "vi") -> list[str]:
    """One line for each edition, and for each time that the second signature was asked for, or no more."""
    lines = [say("edition-line", _words(told, texts), texts)[lang] for told in all_of]
    return (lines or [say("edition-none", {}, texts)[lang]]) + [_done(event, texts, lang) for event in sign_offs]


def shown(told: Told, texts: Texts, lang: str = "vi") -> list[str]:
    """All that is kept of one edition."""
    words = _words(told, texts)
    lines = [say("edition-shown", words, texts)[lang]]
    if words["published"]:
        lines.append(say("edition-known", words, texts)[lang])
    lines += [say("edition-file", {"name": n, "hash": h}, texts)[lang] for n, h in sorted(words["files"].items())]
    if told.last("prepared"):
        found = ", ".join(f"{code} × {count}" for code, count in words["findings"].items()) or "–"
        lines.append(say("edition-findings", {"kinds": len(words["findings"]), "list": found}, texts)[lang])
    return lines + [_done(event, texts, lang) for event in told.events]


def _done(event: Event, texts: Texts, lang: str) -> str:
    action = say(f"edition-event-{event.action}", {}, texts)
    return say("edition-done", {"day": event.day, "action": action, "who": event.who or "–"}, texts)[lang]


def _words(told: Told, texts: Texts) -> dict[str, Any]:
    words = plain(told)
    return words | {"state": say(f"edition-state-{told.state}", words, texts)}
