"""An estimate in words, as a person would write it out: each line with its numbers, formula, law and status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landinfo.texts import Texts, day, dong, m2, number, percent, say

Plain = dict[str, Any]
_FORMS = {"m²": m2, "đồng": dong, "đồng/m²": lambda v, lang: f"{number(v, lang)}\u00a0đ/m²"}
_RATES = ("rate", "share")


def text(estimate: Plain, lang: str, texts: Texts) -> str:
    """The whole explanation in one language ("vi" | "en"), lines joined by newlines."""
    return "\n".join(_Words(lang, texts).lines(estimate))


class _Words:
    def __init__(self, lang: str, texts: Texts) -> None:
        self.lang, self.texts = lang, texts

    def say(self, code: str, **params: Any) -> str:
        return say(code, params, self.texts)[self.lang]

    def lines(self, estimate: Plain) -> Iterator[str]:
        """Everything that an estimate says, from the law of the day to what is not included."""
        asked = estimate.get("question")
        if asked:
            yield self.say("explain-head", day=day(asked["on"], self.lang), convert_to=asked["convert_to"])
        if estimate["reason"]:
            yield estimate["reason"][self.lang]
        if estimate["law"]:
            yield self.say("explain-law", law=self._law(estimate["law"]))
        for index, item in enumerate(estimate["items"], 1):
            yield from self._item(index, item, estimate["lines"])
        yield from self._total(estimate)
        yield from self._after(estimate)

    def _item(self, index: int, item: Plain, lines: list[Plain]) -> Iterator[str]:
        yield self.say("explain-item", index=index, label=item["label"], amount=item["amount"], day=item["day"])
        if item["low"] != item["high"]:
            yield "   " + self.say("explain-between", low=item["low"], high=item["high"])
        if item["reason"]:
            yield "   " + item["reason"][self.lang]
        for line in lines:
            if line["item"] == item["code"]:
                yield from self._line(line)

    def _line(self, line: Plain) -> Iterator[str]:
        part = self.say("explain-part", part=line["part"]) + " " if line["part"] else ""
        yield f"   – {part}{line['formula'][self.lang]} = {dong(line['amount'], self.lang)}"
        given = "; ".join(f"{i['label'][self.lang]} {self._value(i)}" for i in line["inputs"])
        if given:
            yield "     " + self.say("explain-inputs", inputs=given)
        yield "     " + self.say("explain-basis", law="; ".join(map(self._law, line["citations"])))

    def _value(self, given: Mapping[str, str]) -> str:
        value, unit = given["value"], given["unit"]
        if given["name"] in _RATES:
            return percent(value, self.lang)
        if unit in _FORMS:
            return _FORMS[unit](value, self.lang)
        return number(value, self.lang) + (f" {self.say('unit-months')}" if unit == "months" else "")

    def _law(self, cited: Plain) -> str:
        article = cited["article"] or (self.say("article-not-known") if cited["document"] else "")
        where = ", ".join(part for part in (cited["document"] or cited["title"][self.lang], article) if part)
        old = "; " + self.say("explain-outdated") if cited["outdated"] else ""
        checked = self.say("explain-checked", day=cited["checked"])
        return f"{where} ({cited['status_text'][self.lang]}, {checked}{old})"

    def _total(self, estimate: Plain) -> Iterator[str]:
        if estimate["total"] is not None:
            spread = estimate["range"]
            code = "explain-total" if spread["low"] == spread["high"] else "explain-total-range"
            yield self.say(code, **spread)

    def _after(self, estimate: Plain) -> Iterator[str]:
        again = estimate["recalculation"]
        if again:
            yield again["text"][self.lang]
            if again["to_pay"] is not None:
                yield self.say("explain-to-pay", to_pay=again["to_pay"])
            if again["refund"]:
                yield self.say("explain-refund", refund=again["refund"])
            yield from map(self._late, again["late"])
        yield from self._listed("explain-payment", [self._paid(each, estimate) for each in estimate["payment"]])
        yield from self._listed("explain-late", [self._late(each) for each in estimate["late"]])
        yield from self._listed("explain-readings", [self._reading(each) for each in estimate["readings"]])
        yield from self._listed("explain-notices", [n["text"][self.lang] for n in estimate["notices"]])
        yield from self._listed("explain-assumptions", [a[self.lang] for a in estimate["assumptions"]])
        yield from self._listed("explain-not-included", [a[self.lang] for a in estimate["not_included"]])
        yield from self._listed("explain-questions", [self._question(q) for q in estimate["questions"]])

    def _listed(self, head: str, rows: list[str]) -> Iterator[str]:
        if rows:
            yield self.say(head)
            yield from (f"   – {row}" for row in rows)

    def _paid(self, each: Plain, estimate: Plain) -> str:
        label = next(item["label"][self.lang] for item in estimate["items"] if item["code"] == each["item"])
        return f"{label}: {each['text'][self.lang]}. {self.say('explain-basis', law=self._law(each['citation']))}"

    def _late(self, each: Plain) -> str:
        laws = "; ".join(map(self._law, each["citations"]))
        return f"{each['text'][self.lang]}. {self.say('explain-basis', law=laws)}"

    def _reading(self, each: Plain) -> str:
        return f"{each['name'][self.lang]}: " + self.say("explain-reading", levy=each["levy"], total=each["total"])

    def _question(self, each: Plain) -> str:
        moved = self.say("explain-moves", amount=each["moves"]) if each["moves"] is not None else ""
        return f"{each['text'][self.lang]} ({each['fact']}){moved}"
