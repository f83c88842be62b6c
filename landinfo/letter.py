"""The answer object as lines of text, as somebody at the counter would write it: Vietnamese, English below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landinfo import explain
from landinfo.texts import Texts, day, dong, m2, number, say

Plain = dict[str, Any]


def answer(plain: Plain, texts: Texts) -> str:
    """The whole answer for a terminal."""
    lines: list[str] = []
    for part in (_parcel, _price, _themes, _estimate, _foot):
        lines += [*part(plain, texts), ""]
    return "\n".join(lines).rstrip()


def several(plain: Plain) -> str:
    """A list of parcels to choose from."""
    lines = [plain["reason"]["vi"], plain["reason"]["en"]]
    for row in plain["several"]:
        uses = "+".join(row["land_uses"]) or "–"
        lines.append(f"  {row['ref']:<28} {row['commune']['name']:<24} {m2(row['registered_area']):>14}  {uses}")
    return "\n".join(lines)


def both(text: dict[str, str], indent: str = "") -> list[str]:
    """Vietnamese, English below it; once where they are the same."""
    return [f"{indent}{text['vi']}", f"{indent}{text['en']}"] if text["vi"] != text["en"] else [indent + text["vi"]]


def head(code: str, texts: Texts) -> str:
    """A heading, underlined."""
    words = say(code, {}, texts)
    title = f"{words['vi']} · {words['en']}"
    return f"{title}\n{'─' * len(title)}"


def _parcel(plain: Plain, texts: Texts) -> Iterator[str]:
    parcel, question = plain["parcel"], plain["question"]
    names = {"sheet": parcel["sheet"], "number": parcel["number"], "commune": parcel["commune"]["name"]}
    title = say("parcel-title", names, texts)
    yield f"{title['vi']} · {title['en']}"
    yield f"{parcel['ref']}   {day(question['on'])}"
    now = parcel["commune_now"]
    if now and now["name"] != parcel["commune"]["name"]:
        yield from both(say("parcel-commune-now", {"commune": now["name"]}, texts))
    yield from both(say("parcel-areas", parcel, texts))
    for use in parcel["land_uses"]:
        yield f"  {use['code']:<5} {m2(use['area']):>14}  {use['name']['vi']} · {use['name']['en']} ({use['regime']})"
    for notice in plain["notices"]:
        mark = "⚠ " if notice["severity"] == "warning" else "· "
        yield mark + notice["text"]["vi"]
        yield "  " + notice["text"]["en"]


def _price(plain: Plain, texts: Texts) -> Iterator[str]:
    price = plain["price"]
    yield head("head-price", texts)
    if price["list"]:
        yield f"{price['list']['label']['vi']} ({price['list']['document']})"
    if price["reason"]:
        yield from both(price["reason"])
    for row in price["rows"]:
        place = f"{row['section']['street']}, VT{row['position']}" if row["section"] else "–"
        product = f"{m2(row['area']):>12} × {number(row['unit_price']):>12} đ/m² = {dong(row['amount']):>20}"
        yield f"  {row['land_use']:<5} {product}  {place}"
    value = price["value"]
    if value["likely"] is not None:
        yield from both(say("value-range" if value["low"] != value["high"] else "value", value, texts))


def _themes(plain: Plain, texts: Texts) -> Iterator[str]:
    yield head("head-themes", texts)
    for theme in plain["themes"]:
        yield f"{theme['label']['vi']} · {theme['label']['en']}: {say('answer-' + theme['answer'], {}, texts)['vi']}"
        if theme["reason"]:
            yield from both(theme["reason"], "  ")
        for row in theme["rows"]:
            share = f"{number(row['percent'])} %"
            yield f"  {share:>8} {m2(row['area']):>14}  {row['designation'] or row['kind']:<9} {row['label']['vi']}"


def _estimate(plain: Plain, texts: Texts) -> Iterator[str]:
    for verdict in plain["verdicts"]:
        mark = {"yes": "✓", "no": "✗", "unknown": "?"}[verdict["allowed"]]
        yield f"{mark} {m2(verdict['area']):>12}  {verdict['label']['vi']}: {verdict['reason']['vi']}"
    if plain["estimate"] is not None:
        yield from estimate(plain["estimate"], texts)


def estimate(made: Plain, texts: Texts) -> Iterator[str]:
    """The lines of an estimate, a parcel's or a street's."""
    yield head("head-estimate", texts)
    if made["reason"]:
        yield from both(made["reason"])
    if not made["items"]:
        return
    yield explain.text(made, "vi", texts)
    yield ""
    yield explain.text(made, "en", texts)


def _foot(plain: Plain, texts: Texts) -> Iterator[str]:
    for source in plain["sources"]:
        yield f"[{source['layer']}] {source['document']['id']}, {day(source['effective_from'])}, {source['edition']}"
    yield plain["permanent"]
    yield from both(plain["disclaimer"])
