"""Exemption, reduction and deduction of the levy of persons: payable = levy − reduction − compensation, at least 0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from landinfo import law
from landinfo.levy.terms import ONE, ZERO, Line, Rules, shown
from landinfo.model import Citation, Notice, Param

POOR_HOUSING = ("poor", "poor_specially_difficult", "ethnic_minority_specially_difficult")
"""Groups whose residential land pays no registration fee (Decree 10/2022 art. 10)."""


def shares(group: str | None, on: date, rules: Rules) -> tuple[Decimal, ...]:
    """What share may be taken off within the limit: one value, or the least and the most where nobody knows it.

    A group that the user did not tell, and one whose share the law here does not give (people with merit), may be
    anything from nothing to all.
    """
    found = None if group is None else law.on(rules[f"reduction_{group}"], on).value
    return (ZERO, ONE) if found is None else (found,)


def cited(group: str | None, on: date, rules: Rules) -> Citation:
    return law.on(rules[f"reduction_{group or 'none'}"], on).citation


def reduction(lines: Sequence[Line], group: str | None, share: Decimal, on: date, rules: Rules) -> list[Line]:
    """The reducing line for ``lines`` of the levy: ``share`` of what falls on the area within the limit."""
    known = [line.amount * line.inside for line in lines if line.amount is not None]
    base = sum(known, ZERO)
    if not share or not base:
        return []
    words: dict[str, Param] = {"group": _label(group, rules), "share": share, "base": shown(base)}
    code = "levy-exempt" if share == 1 else "levy-reduced"
    inputs = (("within_limit", base, "đồng"), ("share", share, "1"))
    once = law.on(rules["reduction_within_limit"], on).citation
    return [Line("", Notice(code, words), inputs, -base * share, (cited(group, on, rules), once))]


def _label(group: str | None, rules: Rules) -> dict[str, str]:
    rule = rules[f"reduction_{group or 'none'}"]
    return {"vi": rule.label_vi, "en": rule.label_en}


def compensation(lines: Sequence[Line], given: Decimal, on: date, rules: Rules, of: str = "levy") -> list[Line]:
    """The deducting line: what was advanced, never more than is left to pay (of the levy: Decree 103/2024 art. 16)."""
    left = sum((line.amount for line in lines if line.amount is not None), ZERO)
    taken = min(given, max(ZERO, left))
    if not taken:
        return []
    inputs = (("compensation", given, "đồng"),)
    citation = law.on(rules[f"{of}_compensation"], on).citation
    return [Line("", Notice("levy-compensation", {"amount": given, "taken": taken}), inputs, -taken, (citation,))]
