"""A report → its extract: content, code, and the PDF in one language or in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from landinfo import boundary, cutout, present
from landinfo.extract import canonical, code
from landinfo.letter import Words
from landinfo.model import Parcel, Rulebook
from landinfo.paper import symbol, typeset
from landinfo.paper.sections import Subject, sections
from landinfo.plain import Plain
from landinfo.report import Report
from landinfo.store import Store

MOST_NEIGHBOURS = 400
"""Parcels drawn around the one asked for."""
_FOOT = 130
"""Letters of the permanent address that stand on every page; the first has all of it."""


@dataclass(frozen=True, slots=True)
class Extract:
    """An answer ready to be set. ``content`` is its canonical JSON, ``code`` that content's name."""

    report: Report
    answer: Plain
    content: bytes
    code: str


def make(report: Report, rulebook: Rulebook) -> Extract:
    """The extract of an answer."""
    answer = present.answer(report, rulebook)
    content = canonical(answer)
    return Extract(report, answer, content, code(content))


def around(report: Report, store: Store) -> tuple[Parcel, ...]:
    """The parcels that the cut-out shows beside the one asked for, as known for the question's days."""
    query, parcel = report.query, report.facts.parcel
    near = store.parcels_in(cutout.window(parcel.shape), query.on, query.known, limit=MOST_NEIGHBOURS)
    return tuple(p for p in near if p.ref != parcel.ref)


def pdf(of: Extract, neighbours: Sequence[Parcel], rulebook: Rulebook, address: str, langs: Sequence[str]) -> bytes:
    """The PDF. ``address`` is the service's own (``https://…``, no slash at the end). Equal input gives equal bytes."""
    shape = of.report.facts.parcel.shape
    subject = Subject(of.answer, of.report, boundary.rings(shape), neighbours, tuple(rulebook.themes.values()))
    parts = [_part(subject, of.code, address, Words(lang, rulebook.texts)) for lang in langs]
    title = f"{parts[0]['title']}, {parts[0]['place']} · {of.code}"
    return typeset.pdf({"title": title, "author": parts[0]["brand"], "parts": parts}, of.report.query.known)


def _part(subject: Subject, issued: str, address: str, words: Words) -> Plain:
    answer = subject.answer
    parcel, question = answer["parcel"], answer["question"]
    permanent, verify = address + answer["permanent"], f"{address}/verify/{issued}"
    number = parcel["number"] + (f"~{parcel['suffix']}" if parcel["suffix"] else "")
    asked = {"ref": parcel["ref"], "on": question["on"], "known": question["known"]}
    return {
        "lang": words.lang,
        "brand": words.say("page-brand"),
        "tagline": words.say("page-tagline"),
        "eyebrow": words.say("extract-eyebrow", **asked),
        "title": words.say("page-parcel", number=number, sheet=parcel["sheet"]),
        "place": parcel["commune"]["name"],
        "subtitle": words.say("extract-not-official"),
        "simulated": words.say("page-simulated-long") if answer["simulated"] else "",
        "qr": symbol.qr(permanent if len(permanent) <= symbol.LONGEST else verify),
        "code_label": words.say("extract-code"),
        "code": issued,
        "address_label": words.say("extract-address"),
        "address": permanent,
        "short_address": permanent if len(permanent) <= _FOOT else permanent[: _FOOT - 1] + "…",
        "foot": words.say("extract-foot"),
        "page": words.say("extract-page"),
        "verify": words.say("extract-verify", address=verify),
        "disclaimer": words.told(answer["disclaimer"]),
        "blocks": list(sections(subject, words)),
    }
