"""The law clock: which values somebody should look at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from landinfo.model import Citation, Rulebook

NEAR = timedelta(days=60)
"""How long before its ``check_by`` a value is named."""


@dataclass(frozen=True, slots=True)
class Due:
    """One value of a rule or one price list to check again; ``past``: its day is over."""

    key: str
    label: dict[str, str]
    effective_from: date
    citation: Citation
    past: bool


def due(rulebook: Rulebook, on: date) -> list[Due]:
    """Every value whose ``check_by`` is past on ``on`` or within ``NEAR`` of it, the oldest first."""
    found = [d for d in _all(rulebook, on) if d.citation.check_by is not None and d.citation.check_by <= on + NEAR]
    return sorted(found, key=lambda d: (str(d.citation.check_by), d.key, d.effective_from))


def _all(rulebook: Rulebook, on: date) -> Iterator[Due]:
    for rule in rulebook.rules.values():
        label = {"vi": rule.label_vi, "en": rule.label_en}
        for value in rule.values:
            yield Due(rule.key, label, value.effective_from, value.citation, _past(value.citation, on))
    for listed in rulebook.price_lists:
        label = {"vi": listed.label_vi, "en": listed.label_en}
        yield Due(listed.id, label, listed.effective_from, listed.citation, _past(listed.citation, on))


def _past(citation: Citation, on: date) -> bool:
    """From its ``check_by`` on."""
    return citation.check_by is not None and citation.check_by <= on
