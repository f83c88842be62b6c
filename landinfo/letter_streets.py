"""Streets as lines of text: the sections found, and one section with its prices."""

from __future__ import annotations

from collections.abc import Iterator

from landinfo import letter
from landinfo.letter import Words
from landinfo.plain import Plain
from landinfo.texts import day


def found(plain: Plain, words: Words) -> Iterator[str]:
    """The sections found, one line each."""
    yield words.say("street-count", **plain)
    if plain["reason"]:
        yield words.told(plain["reason"])
    for notice in plain["notices"]:
        yield words.told(notice["text"])
    for row in (*plain["results"], *plain["suggestions"], *plain["closing"]):
        ends = " → ".join(filter(None, (row["start"], row["end"])))
        price = f"{words.number(row['prices'].get('ODT')):>12} đ/m²" if row["prices"] else ""
        yield f"  {row['id']:<10} {price}  {row['street']} ({ends}) – {row['commune']['name']}"


def answer(plain: Plain, words: Words) -> Iterator[str]:
    """One section with what a place on it costs."""
    for part in (_section, _ground, _prices):
        yield from part(plain, words)
        yield ""
    if plain["estimate"]:
        yield from letter.estimate(plain["estimate"], words)
        yield ""
    yield plain["permanent"]
    yield words.told(plain["disclaimer"])


def _section(plain: Plain, words: Words) -> Iterator[str]:
    section = plain["section"]
    yield f"{section['street'] or section['id']}, {section['commune']['name']}"
    yield f"{section['id']}   {day(plain['question']['on'])}"
    if section["start"] or section["end"]:
        yield words.say("street-ends", **section)
    if plain["reason"]:
        yield words.told(plain["reason"])
    for flag in (*section["flags"], *plain["notices"]):
        yield words.told(flag["text"])


def _ground(plain: Plain, words: Words) -> Iterator[str]:
    ground = plain["ground"]
    yield words.told(ground["position_text"])
    for reason in ground["reasons"]:
        yield f"· {words.told(reason['text'])}   {words.law(reason['citation'])}"
    for taken in ground["assumptions"]:
        yield f"? {words.told(taken['text'])}"


def _prices(plain: Plain, words: Words) -> Iterator[str]:
    yield words.head("street-prices")
    if plain["list"]:
        yield f"{words.told(plain['list']['label'])} ({plain['list']['document']})"
    for row in plain["prices"]:
        whole = f" = {words.dong(row['amount'])}" if row["amount"] is not None else ""
        yield f"  {row['land_use']:<5} {words.number(row['unit_price']):>12} đ/m²{whole}  {words.told(row['label'])}"
        if row["reason"]:
            yield f"        {words.told(row['reason'])}"
        for part in row["parts"]:
            yield from _part(part, len(row["parts"]) > 1, words)
        yield from words.asked(row["question"])


def _part(part: Plain, one_of_several: bool, words: Words) -> Iterator[str]:
    shown = [
        words.number(s["value"]) + (f" (× {words.number(s['factor'])})" if s["factor"] else "") for s in part["steps"]
    ]
    if one_of_several:
        yield f"        {words.m2(part['area'])}: {' → '.join(shown)}"
    elif len(shown) > 1:
        yield f"        {' → '.join(shown)}"
    for reading in part["readings"]:
        yield f"        {words.told(reading['name'])}: {words.number(reading['unit_price'])} đ/m²"
