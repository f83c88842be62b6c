"""The law clock: which values somebody should look at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from landinfo import planning
from landinfo.model import Citation, Rulebook
from landinfo.texts import say

NEAR = timedelta(days=60)
"""How long before its ``check_by`` a value is named."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to check again: a value of a rule, a price list, a document, a basis of planning, a table of codes.

    ``past``: its day is over. ``effective_from`` is None of a document or a table whose first day is not held.
    """

    key: str
    label: dict[str, str]
    effective_from: date | None
    citation: Citation
    past: bool


def due(rulebook: Rulebook, on: date) -> list[Due]:
    """Every value whose ``check_by`` is past on ``on`` or within ``NEAR`` of it, the oldest first."""
    found = [d for d in _all(rulebook, on) if d.citation.check_by is not None and d.citation.check_by <= on + NEAR]
    return sorted(found, key=lambda d: (str(d.citation.check_by), d.key, str(d.effective_from)))


def _all(rulebook: Rulebook, on: date) -> Iterator[Due]:
    for rule in rulebook.rules.values():
        label = {"vi": rule.label_vi, "en": rule.label_en}
        for value in rule.values:
            yield Due(rule.key, label, value.effective_from, value.citation, _past(value.citation, on))
    for listed in rulebook.price_lists:
        label = {"vi": listed.label_vi, "en": listed.label_en}
        yield Due(listed.id, label, listed.effective_from, listed.citation, _past(listed.citation, on))
    for held in rulebook.documents.values():
        cited = Citation(held.id, "", held.status, held.checked, held.check_by)
        yield Due(held.id, {"vi": held.title_vi, "en": held.title_en}, held.effective_from, cited, _past(cited, on))
    for basis in rulebook.permissions["basis"]:
        cited = planning.citation(basis)
        yield Due("planning", say("due-planning", {}, rulebook.texts), basis["from"], cited, _past(cited, on))
    for name, table in rulebook.tables.items():
        label = {"vi": table.label_vi, "en": table.label_en}
        yield Due(name, label, None, table.citation, _past(table.citation, on))


def _past(citation: Citation, on: date) -> bool:
    """From its ``check_by`` on."""
    return citation.check_by is not None and citation.check_by <= on
