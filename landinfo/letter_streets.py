"""Streets as lines of text: the sections found, and one section with its prices."""

from __future__ import annotations

from collections.abc import Iterator

from landinfo import letter
from landinfo.plain import Plain
from landinfo.texts import Texts, day, dong, m2, number, say


def found(plain: Plain, texts: Texts) -> str:
    """The sections found, one line each."""
    lines = letter.both(say("street-count", plain, texts))
    lines += letter.both(plain["reason"]) if plain["reason"] else []
    for notice in plain["notices"]:
        lines += letter.both(notice["text"])
    for row in (*plain["results"], *plain["suggestions"]):
        ends = " → ".join(filter(None, (row["start"], row["end"])))
        price = f"{number(row['prices'].get('ODT')):>12} đ/m²" if row["prices"] else ""
        lines.append(f"  {row['id']:<10} {price}  {row['street']} ({ends}) – {row['commune']['name']}")
    return "\n".join(lines)


def answer(plain: Plain, texts: Texts) -> str:
    """One section for a terminal."""
    lines = [*_section(plain, texts), "", *_ground(plain), "", *_prices(plain, texts), ""]
    if plain["estimate"]:
        lines += [*letter.estimate(plain["estimate"], texts), ""]
    return "\n".join([*lines, plain["permanent"], *letter.both(plain["disclaimer"])])


def _section(plain: Plain, texts: Texts) -> Iterator[str]:
    section = plain["section"]
    yield f"{section['street'] or section['id']}, {section['commune']['name']}"
    yield f"{section['id']}   {day(plain['question']['on'])}"
    if section["start"] or section["end"]:
        yield from letter.both(say("street-ends", section, texts))
    if plain["reason"]:
        yield from letter.both(plain["reason"])
    for flag in (*section["flags"], *plain["notices"]):
        yield from letter.both(flag["text"])


def _ground(plain: Plain) -> Iterator[str]:
    ground = plain["ground"]
    yield from letter.both(ground["position_text"])
    for reason in ground["reasons"]:
        law = reason["citation"]
        yield f"· {reason['text']['vi']}   {law['document']} {law['article']} [{law['status']}]"
        yield f"  {reason['text']['en']}"
    for taken in ground["assumptions"]:
        yield f"? {taken['text']['vi']}"
        yield f"  {taken['text']['en']}"


def _prices(plain: Plain, texts: Texts) -> Iterator[str]:
    yield letter.head("street-prices", texts)
    if plain["list"]:
        yield f"{plain['list']['label']['vi']} ({plain['list']['document']})"
    for row in plain["prices"]:
        whole = f" = {dong(row['amount'])}" if row["amount"] is not None else ""
        yield f"  {row['land_use']:<5} {number(row['unit_price']):>12} đ/m²{whole}  {row['label']['vi']}"
        for part in row["parts"]:
            shown = [
                f"{number(s['value'])}" + (f" (× {number(s['factor'])})" if s["factor"] else "") for s in part["steps"]
            ]
            if len(row["parts"]) > 1:
                yield f"        {m2(part['area'])}: {' → '.join(shown)}"
            elif len(shown) > 1:
                yield f"        {' → '.join(shown)}"
            for reading in part["readings"]:
                yield f"        {reading['name']['vi']}: {number(reading['unit_price'])} đ/m²"
