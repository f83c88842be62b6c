"""The estimate as plain values: a part of the answer object, and the whole answer to a case file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from landinfo import case, charges, estimate, explain, plain
from landinfo.clock import Due
from landinfo.conversion import Conversion
from landinfo.estimate import Estimate, Item
from landinfo.levy.terms import SPREAD, Line
from landinfo.model import BadInput, Citation, Notice, Query, Rulebook
from landinfo.payment import Instalment, Late
from landinfo.plain import Plain, Text
from landinfo.questions import Question
from landinfo.recalculation import Recalculation
from landinfo.texts import say


def of_parcel(conversion: Conversion | None, query: Query, rulebook: Rulebook) -> Plain | None:
    """The conversion estimate of a parcel; None when no target was asked."""
    if conversion is None:
        return None
    told = plain.notices(conversion.notices, rulebook)
    if conversion.estimate is None:
        return {**nothing(), "reason": plain.notice(conversion.reason, rulebook), "notices": told}
    parts = [
        {
            "land_use": p.use.code,
            "designation": p.cell.row.designation,
            "area": plain.number(p.area),
            "section": p.cell.piece.zone.section if p.cell.piece.zone else None,
            "position": p.cell.piece.zone.position if p.cell.piece.zone else None,
        }
        for p in conversion.parts
        if p.area > 0
    ]
    bounds = {
        use: {"low": plain.number(low), "high": plain.number(high)} for use, (low, high) in conversion.bounds.items()
    }
    found = of_estimate(conversion.estimate, query, rulebook)
    return {**found, "parts": parts, "convertible": bounds, "notices": told + found["notices"]}


def of_estimate(found: Estimate, query: Query, rulebook: Rulebook) -> Plain:
    """An estimate in the words of the answer object."""
    return _Answer(found, query.on, query.known, rulebook).plain()


def of_case(raw: Any, known: date, rulebook: Rulebook) -> Plain:
    """The answer to a case file (README, "A case file"), with what was known on ``known``.

    Raises ``BadInput`` naming the field, and ``CannotBeAnswered`` for a day before every regime.
    """
    asked = case.read_case(raw, rulebook.land_use_types)
    found = estimate.estimate(asked, rulebook.rules)
    answer = _Answer(found, asked.on, known, rulebook).plain()
    answer["question"] = {
        "on": asked.on.isoformat(),
        "known": known.isoformat(),
        "convert_to": asked.convert_to,
        "land_user": asked.land_user,
        "facts": {name: plain.fact(value) for name, value in sorted(asked.facts.items())},
    }
    answer["rulebook"] = rulebook.edition
    answer["disclaimer"] = say("disclaimer", {}, rulebook.texts)
    answer["explanation"] = {lang: explain.text(answer, lang, rulebook.texts) for lang in ("vi", "en")}
    return answer


def read_json(text: str) -> Any:
    """JSON with exact numbers; a name given twice, NaN and text after the end are refused. Raises ``BadInput``."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError, ArithmeticError) as wrong:
        raise BadInput("case-file-not-json", "case", wrong=str(wrong)[:80]) from wrong


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def due_text(each: Due, rulebook: Rulebook) -> Text:
    """One value to check again, as a sentence."""
    cited = each.citation
    words = {
        "label": each.label,
        "by": cited.check_by,
        "first": each.effective_from,
        "document": cited.document,
        "article": f", {cited.article}" if cited.article else "",
    }
    code = "due-past" if each.past else "due-near"
    return say(code if each.effective_from else f"{code}-undated", words, rulebook.texts)


def nothing() -> Plain:
    """The fields of an estimate that could not be made, all empty."""
    return {
        "levy": None, "charges": [], "items": [], "total": None,
        "range": {"low": None, "likely": None, "high": None}, "lines": [], "readings": [], "assumptions": [],
        "questions": [], "not_included": [], "parts": [], "convertible": {}, "basis": None, "regime": None, "law": None,
        "payment": [], "late": [], "recalculation": None, "outdated": [],
    }  # fmt: skip


def _written(value: Decimal) -> str:
    """An input as text, to eight decimals where it never ends: of 20 million đ/m² that leaves a fifth of a đồng."""
    exponent = value.as_tuple().exponent
    return str(value.quantize(SPREAD)) if isinstance(exponent, int) and exponent < -8 else str(value)


class _Answer:
    """An ``Estimate`` in the words of the answer object."""

    def __init__(self, found: Estimate, on: date, known: date, book: Rulebook) -> None:
        self.found, self.on, self.known, self.book = found, on, known, book

    def plain(self) -> Plain:
        found = self.found
        items = [self._item(item) for item in found.items]
        return {
            "regime": found.regime,
            "basis": "table × K" if found.with_k else "table",
            "law": plain.citation(found.law, self.book, self.known),
            "reason": plain.notice(found.reason, self.book),
            "levy": items[0],
            "charges": items[1:] + [self._unknown(code) for code in charges.UNKNOWN],
            "items": items,
            "total": plain.number(found.total),
            "range": {
                "low": plain.number(found.low),
                "likely": plain.number(found.total),
                "high": plain.number(found.high),
            },
            "lines": [self._line(item.code, line) for item in found.items for line in item.lines],
            "readings": [
                {
                    "code": r.name.code,
                    "name": plain.notice(r.name, self.book),
                    "levy": plain.number(r.levy),
                    "total": plain.number(r.total),
                }
                for r in found.readings
            ],
            "assumptions": self._said(found.assumptions),
            "questions": [self._question(q) for q in found.questions],
            "not_included": self._said(found.not_included),
            "notices": plain.notices((*found.notices, *self._outdated_notice()), self.book),
            "payment": [self._instalment(each) for each in found.payment],
            "late": [self._late(each) for each in found.late],
            "recalculation": self._recalculation(found.recalculation),
            "outdated": [self._cited(c) for c in self._outdated()],
        }

    def _said(self, notices: Iterable[Notice]) -> list[Text | None]:
        return [plain.notice(n, self.book) for n in notices]

    def _cited(self, citation: Citation) -> Plain:
        return plain.citation(citation, self.book, self.known)

    def _item(self, item: Item) -> Plain:
        return {
            "code": item.code,
            "label": say(f"item-{item.code}", {}, self.book.texts),
            "amount": plain.number(item.amount),
            "low": plain.number(item.low),
            "likely": plain.number(item.amount),
            "high": plain.number(item.high),
            "state": "known" if item.amount is not None else "unknown",
            "reason": plain.notice(item.reason, self.book),
            "day": plain.iso(item.day),
        }

    def _unknown(self, code: str) -> Plain:
        reason = Notice(charges.UNKNOWN[code])
        return self._item(Item(code, None, None, None, (), reason))

    def _line(self, item: str, line: Line) -> Plain:
        return {
            "item": item,
            "part": line.part,
            "code": line.formula.code,
            "formula": plain.notice(line.formula, self.book),
            "inputs": [
                {
                    "name": name,
                    "label": say(f"input-{name}", {}, self.book.texts),
                    "value": _written(value),
                    "unit": unit,
                }
                for name, value, unit in line.inputs
            ],
            "amount": plain.number(line.amount),
            "citations": plain.citations(line.citations, self.book, self.known),
        }

    def _question(self, question: Question) -> Plain:
        return {
            "fact": question.fact,
            "text": say(f"question-{question.fact}", {}, self.book.texts),
            "default": plain.fact(question.default),
            "moves": plain.number(question.moves),
            "kind": case.kind_of(question.fact),
            "choices": [{"value": c, "label": say(f"choice-{c}", {}, self.book.texts)} for c in question.choices],
        }

    def _instalment(self, each: Instalment) -> Plain:
        words = {"amount": each.amount, "days": each.within, "due": each.due}
        return {
            "item": each.item,
            "amount": plain.number(each.amount),
            "within_days": each.within,
            "due": plain.iso(each.due),
            "text": say("payment-by" if each.due else "payment-within", words, self.book.texts),
            "citation": self._cited(each.cited),
        }

    def _late(self, each: Late) -> Plain:
        words = {"base": each.base, "days": each.days, "amount": each.amount, "due": each.due, "until": each.until}
        first = each.due + timedelta(days=1)
        words |= {"first": first, "last": each.due + timedelta(days=each.days)}
        return {
            "base": plain.number(each.base),
            "due": plain.iso(each.due),
            "until": plain.iso(each.until),
            "days": each.days,
            "amount": plain.number(each.amount),
            "text": say("payment-late", words, self.book.texts),
            "citations": plain.citations(each.cited, self.book, self.known),
        }

    def _recalculation(self, found: Recalculation | None) -> Plain | None:
        if found is None:
            return None
        late = [self._late(each) for each in found.late or ()]
        return {
            "state": found.state,
            "text": plain.notice(found.sentence, self.book),
            "before": plain.number(found.before),
            "after": plain.number(found.after),
            "paid": plain.number(found.paid),
            "to_pay": plain.number(found.to_pay),
            "refund": plain.number(found.refund),
            "late": late,
            "late_payment": None if found.late is None else sum(each["amount"] for each in late),
            "citations": plain.citations(found.cited, self.book, self.known),
        }

    def _outdated(self) -> list[Citation]:
        """The law of this answer that is past its ``check_by``."""
        used = [self.found.law, *(c for item in self.found.items for line in item.lines for c in line.citations)]
        used += [each.cited for each in self.found.payment]
        return [c for c in dict.fromkeys(used) if c.check_by is not None and self.known >= c.check_by]

    def _outdated_notice(self) -> list[Notice]:
        return plain.may_be_outdated([self._cited(c) for c in self._outdated()])
