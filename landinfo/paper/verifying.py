"""Is a code or a file genuine, and what would be answered otherwise: its own days asked again, and today."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

from landinfo import asked, lookup, present, search
from landinfo.changes import changes
from landinfo.extract import KIND, read_code
from landinfo.model import Busy, NotHere, Problem, Query, Rulebook
from landinfo.paper.extract import make
from landinfo.paper.issuing import Issued, mark, read
from landinfo.plain import Plain
from landinfo.store import Store
from landinfo.store.register import Entry, Register


def by_code(typed: str, today: date, register: Register, store: Store, rulebook: Rulebook) -> Plain:
    """What is known of a code. Raises ``NotHere``: it is not genuine, with the reason; ``Busy``: cannot be said now."""
    wanted = read_code(typed)
    if wanted is None:
        raise NotHere("verify-no-code", "code", given=typed[:60])
    entry = register.get(KIND, wanted)
    if entry is None:
        raise NotHere("verify-not-issued", "code", given=wanted)
    return _verified(entry, today, store, rulebook) | {"file": None}


def by_file(sha256: str, today: date, register: Register, store: Store, rulebook: Rulebook) -> Plain:
    """The same of a file by its SHA-256 in hexadecimal."""
    entry = register.marked(KIND, mark(sha256))
    if entry is None:
        raise NotHere("verify-not-our-file", "file", sha256=sha256)
    return _verified(entry, today, store, rulebook) | {"file": sha256}


def _verified(entry: Entry, today: date, store: Store, rulebook: Rulebook) -> Plain:
    issued = read(entry)
    if issued is None:
        raise NotHere("verify-register-damaged", "code", given=entry.key)
    ref, query = _question(issued.question, today)
    ask = _Asking(issued, ref, store, rulebook)
    now = replace(query, known=today)
    return {
        "code": issued.code,
        "genuine": True,
        "issued": issued.day.isoformat(),
        "question": issued.answer["question"],
        "permanent": issued.question,
        "simulated": issued.answer["simulated"],
        "again": ask.compare(query, query),
        "known_today": ask.compare(query, now) if now != query else None,
        "today": ask.compare(query, replace(now, on=today)) if query.on != today else None,
        "disclaimer": issued.answer["disclaimer"],
    }


def _question(permanent: str, today: date) -> tuple[str, Query]:
    parts = urlsplit(permanent)
    ref = unquote(parts.path.removeprefix("/parcels/"))
    return ref, asked.read_query(parse_qsl(parts.query, keep_blank_values=True), today)


class _Asking:
    """Asks again about the parcel of an issued extract."""

    def __init__(self, issued: Issued, ref: str, store: Store, rulebook: Rulebook) -> None:
        self.issued, self.ref, self.store, self.rulebook = issued, ref, store, rulebook

    def compare(self, first: Query, query: Query) -> Plain:
        """``state``: same | differs | no_answer. ``code`` is the one that an extract would have now."""
        told: Plain = {
            "on": query.on.isoformat(),
            "known": query.known.isoformat(),
            "permanent": present.address(self.ref, query),
            "why": None,
            "code": None,
            "reason": None,
            "changes": [],
        }
        try:
            found = self._found(query)
        except Busy:
            raise
        except Problem as wrong:
            said = present.problem(wrong, self.rulebook)
            return told | {"state": "no_answer", "reason": {"vi": said["detail"], "en": said["detail_en"]}}
        made = make(found, self.rulebook)
        changed = changes(self.issued.answer, json.loads(made.content), self.rulebook.texts)
        if changed and query != first:
            told["why"] = self._why(first, query)
        return told | {"state": "differs" if changed else "same", "code": made.code, "changes": changed}

    def _found(self, query: Query) -> lookup.Report:
        wanted = search.parse_parcel(self.ref)
        found = lookup.parcel(wanted, query, self.store, self.rulebook)
        if isinstance(found, lookup.Several):
            raise NotHere("several-parcels", "number", count=len(found.parcels))
        return found

    def _why(self, first: Query, query: Query) -> str:
        """The address that says why money differs."""
        changed = "".join(
            f"&and.{name}={getattr(query, name)}"
            for name in ("on", "known")
            if getattr(query, name) != getattr(first, name)
        )
        return present.address(self.ref, first).replace("/parcels/", "/difference/", 1) + changed
