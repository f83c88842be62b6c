"""Which value of a rule is in force on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from landinfo.model import CannotBeAnswered, Citation, Notice, Rule, RuleValue


class NotInForce(CannotBeAnswered):
    """No value on the day asked; ``params["first"]`` is the rule's first day, None when it has no value at all."""


def on(rule: Rule, day: date) -> RuleValue:
    """The value of ``rule`` in force on ``day`` (half-open days; of two that overlap the later one).

    Raises ``NotInForce``: no value covers the day. A value of None is a repeal or an unknown, and is returned.
    """
    value = in_force(rule.values, day)
    if value is None:
        first = min((v.effective_from for v in rule.values), default=None)
        raise NotInForce(
            "rule-not-in-force",
            "on",
            rule=rule.key,
            label={"vi": rule.label_vi, "en": rule.label_en},
            day=day,
            first=first,
        )
    return value


def beyond_check(cited: Citation, ends: date | None, day: date) -> Notice | None:
    """What is said of a day on which a value has to be looked at again, where no end of the value is known."""
    until = cited.check_by
    if ends is not None or until is None or day < until:
        return None
    return Notice("day-beyond-check", {"until": until, "checked": cited.checked}, "warning")


def in_force(values: Sequence[RuleValue], day: date) -> RuleValue | None:
    """The last of ``values`` (in order of their first day) that covers ``day``."""
    for value in reversed(values):
        if value.effective_from <= day and (value.effective_to is None or day < value.effective_to):
            return value
    return None
