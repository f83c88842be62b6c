"""What a plan's designation allows: may ground so designated be converted to a land use?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from landinfo.model import Citation, Notice, Rulebook, Status

KEPT = 1024
"""Verdicts that a process keeps."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``allowed``: yes | no | unknown, with the reason and the law it stands on."""

    allowed: str
    reason: Notice
    citations: tuple[Citation, ...]


@lru_cache(KEPT)
def verdict(designation: str, convert_to: str, on: date, rulebook: Rulebook) -> Verdict:
    """May ground designated ``designation`` become ``convert_to`` on a day?

    The designation must contain the target (``data/planning.toml``: the basis by day, then designation × target), and
    each contains itself. A designation or a target that the table does not know, or a designation that mixes functions,
    is ``unknown``: the office decides.
    """
    cited = tuple(citation(b) for b in rulebook.permissions["basis"] if _covers(b, on))
    params = {"designation": designation, "target": convert_to}
    entry: Mapping[str, Any] | None = rulebook.permissions["designation"].get(designation)
    if entry is None:
        return Verdict("unknown", Notice("plan-designation-unknown", params), cited)
    if convert_to == designation or convert_to in entry.get("allows", ()):
        return Verdict("yes", Notice("plan-allows", params), cited)
    if convert_to in entry.get("perhaps", ()):
        return Verdict("unknown", Notice("plan-mixed", params), cited)
    if convert_to not in _targets(rulebook.permissions["designation"]):
        return Verdict("unknown", Notice("plan-target-unknown", params), cited)
    return Verdict("no", Notice("plan-forbids", params), cited)


def _targets(table: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The land uses on which the table says anything."""
    return {code for entry in table.values() for key in ("allows", "perhaps") for code in entry.get(key, ())}


def _covers(basis: Mapping[str, Any], on: date) -> bool:
    end: date | None = basis.get("to")
    return bool(basis["from"] <= on) and (end is None or on < end)


def citation(basis: Mapping[str, Any]) -> Citation:
    """What a basis of the table stands on."""
    return Citation(
        basis["document"], basis["article"], Status(basis["status"]), basis["checked"], basis.get("check_by")
    )
