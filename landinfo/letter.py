"""The answer object as lines of text, as somebody at the counter would write it, in one language or in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from landinfo import explain, texts
from landinfo.texts import LANGUAGES, Texts, day

Plain = dict[str, Any]
_RULE = "─" * 40


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says and writes."""

    lang: str
    texts: Texts

    def say(self, code: str, **params: Any) -> str:
        return texts.say(code, params, self.texts)[self.lang]

    def told(self, both: Plain) -> str:
        return str(both[self.lang])

    def number(self, value: Any) -> str:
        return texts.number(value, self.lang)

    def fixed(self, value: Any, places: int) -> str:
        return texts.fixed(value, places, self.lang)

    def dong(self, value: Any) -> str:
        return texts.dong(value, self.lang)

    def m2(self, value: Any) -> str:
        return texts.m2(value, self.lang)

    def head(self, code: str) -> str:
        title = self.say(code)
        return f"{title}\n{'─' * len(title)}"

    def law(self, cited: Plain) -> str:
        """Document, article and how far it can be trusted."""
        article = cited["article"] or self.say("article-not-known")
        return f"{cited['document']} {article} [{self.told(cited['status_text'])}]"

    def asked(self, question: Plain | None) -> Iterator[str]:
        """What only the land user knows and a price depends on, with what each answer costs."""
        if question is None:
            return
        yield f"        {self.told(question['text'])}  (fact.{question['fact']}=…)"
        for answer in question["answers"]:
            price = "" if answer["unit_price"] is None else f": {self.number(answer['unit_price'])} đ/m²"
            yield f"          {answer['value']} – {self.told(answer['label'])}{price}"


Write = Callable[[Plain, Words], Iterator[str]]


def written(write: Write, plain: Plain, held: Texts, langs: Sequence[str] = LANGUAGES) -> str:
    """``write`` in each language, Vietnamese first."""
    return f"\n\n{_RULE}\n\n".join("\n".join(write(plain, Words(lang, held))).strip() for lang in langs)


def answer(plain: Plain, words: Words) -> Iterator[str]:
    """The whole answer about a parcel."""
    for part in (_parcel, _price, _themes, _ahead, _piece, _verdicts, _estimate, _foot):
        yield from part(plain, words)
        yield ""


def several(plain: Plain, words: Words) -> Iterator[str]:
    """A list of parcels to choose from."""
    yield words.told(plain["reason"])
    for row in plain["several"]:
        uses = "+".join(row["land_uses"]) or "–"
        yield f"  {row['ref']:<28} {row['commune']['name']:<24} {words.m2(row['registered_area']):>14}  {uses}"


def _parcel(plain: Plain, words: Words) -> Iterator[str]:
    parcel, now = plain["parcel"], plain["parcel"]["commune_now"]
    place = {"sheet": parcel["sheet"], "number": parcel["number"], "commune": parcel["commune"]["name"]}
    yield words.say("parcel-title", **place)
    yield f"{parcel['ref']}   {day(plain['question']['on'])}"
    if now and now["name"] != parcel["commune"]["name"]:
        yield words.say("parcel-commune-now", commune=now["name"])
    yield words.say("parcel-areas", **parcel)
    for use in parcel["land_uses"]:
        yield f"  {use['code']:<5} {words.m2(use['area']):>14}  {words.told(use['name'])} ({use['regime']})"
    for notice in plain["notices"]:
        yield ("⚠ " if notice["severity"] == "warning" else "· ") + words.told(notice["text"])
    yield words.told(plain["picture"]["text"])
    yield from _history(parcel["history"], words)


def _history(history: Plain, words: Words) -> Iterator[str]:
    for side, code in (("predecessors", "history-from"), ("successors", "history-to")):
        for step in history[side]:
            yield "↔ " + words.say(code, **{**step, "kind": step["label"]})
    for named in history["communes"]:
        code = "history-commune" if named["effective_to"] else "history-commune-now"
        days = {"effective_from": named["effective_from"], "effective_to": named["effective_to"]}
        yield "⌂ " + words.say(code, name=named["name"], unit=named["code"], **days)


def _price(plain: Plain, words: Words) -> Iterator[str]:
    price, value = plain["price"], plain["price"]["value"]
    yield words.head("head-price")
    if price["list"]:
        yield f"{words.told(price['list']['label'])} ({price['list']['document']})"
    yield words.told(price["basis_text"])
    if price["reason"]:
        yield words.told(price["reason"])
    for row in price["rows"]:
        place = f"{row['section']['street']}, VT{row['position']}" if row["section"] else "–"
        if row["unit_price"] is None:
            yield f"  {row['land_use']:<5} {words.m2(row['area']):>12}   {words.told(row['reason'])}"
            yield from words.asked(row["question"])
            continue
        product = f"{words.m2(row['area']):>12} × {words.number(row['unit_price']):>12} đ/m²"
        yield f"  {row['land_use']:<5} {product} = {words.dong(row['amount']):>20}  {place}"
    if value["likely"] is not None:
        yield words.say("value-range" if value["low"] != value["high"] else "value", **value)


def _themes(plain: Plain, words: Words) -> Iterator[str]:
    yield words.head("head-themes")
    for theme in plain["themes"]:
        yield f"{words.told(theme['label'])}: {words.say('answer-' + theme['answer'])}"
        if theme["reason"]:
            yield "  " + words.told(theme["reason"])
        for row in theme["rows"]:
            share = texts.share(row["percent"], words.lang)
            what = f"{row['designation'] or row['kind']:<9} {words.told(row['label'])}"
            yield f"  {share:>8} {words.m2(row['area']):>14}  {what}"


def _ahead(plain: Plain, words: Words) -> Iterator[str]:
    found = plain["changes_ahead"]
    if found is None:
        return
    yield words.head("ahead-head")
    for step in found["days"]:
        yield words.say("ahead-from", day=step["day"])
        yield from ("  " + words.say("ahead-step", **change) for change in step["changes"])
    yield from map(words.told, found["texts"])


def _piece(plain: Plain, words: Words) -> Iterator[str]:
    piece = plain["piece"]
    if piece is None:
        return
    yield words.head("piece-head")
    for said in (piece["measured"], piece["side"] and piece["side"]["text"]):
        if said:
            yield words.told(said)
    yield words.say("piece-letter", **{**piece, "label": words.say("piece-parcel")})
    for theme in piece["themes"]:
        for row in theme["rows"]:
            label = f"{words.told(theme['label'])}, {words.told(row['label'])}"
            yield "  " + words.say("piece-letter", **{**row, "label": label})
    for notice in piece["notices"]:
        yield ("⚠ " if notice["severity"] == "warning" else "· ") + words.told(notice["text"])


def _verdicts(plain: Plain, words: Words) -> Iterator[str]:
    for verdict in plain["verdicts"]:
        mark = {"yes": "✓", "no": "✗", "unknown": "?"}[verdict["allowed"]]
        yield f"{mark} {words.m2(verdict['area']):>12}  {words.told(verdict['label'])}: {words.told(verdict['reason'])}"


def _estimate(plain: Plain, words: Words) -> Iterator[str]:
    if plain["estimate"] is not None:
        yield from estimate(plain["estimate"], words)


def estimate(made: Plain, words: Words) -> Iterator[str]:
    """The lines of an estimate, a parcel's or a street's."""
    yield words.head("head-estimate")
    if made["items"]:
        yield explain.text(made, words.lang, words.texts)
    elif made["reason"]:
        yield words.told(made["reason"])


def _foot(plain: Plain, words: Words) -> Iterator[str]:
    yield words.head("page-sources")
    for source in plain["sources"]:
        yield f"[{source['layer']}] {source['document']['id']}, {day(source['effective_from'])}, {source['edition']}"
    yield f"{words.say('page-permanent')} {plain['permanent']}"
    yield words.told(plain["disclaimer"])
