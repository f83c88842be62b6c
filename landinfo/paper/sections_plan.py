"""The price and the plans in an extract, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from landinfo import texts
from landinfo.letter import Words
from landinfo.paper.blocks import LEFT, RIGHT, Block, head, listed, table, text
from landinfo.paper.sections_estimate import law
from landinfo.plain import Plain


def area_column(words: Words) -> tuple[str, str, int]:
    """The column of areas, as it stands in every table."""
    return words.say("page-area"), RIGHT, 0


def price(found: Plain, words: Words) -> Iterator[Block]:
    """The list, a row for each use and place, and every step of each price."""
    yield head(words.say("head-price"))
    if found["list"]:
        yield text(f"{words.told(found['list']['label'])}. {words.told(found['basis_text'])}.", "quiet")
        yield text(law(found["list"]["citation"], words), "quiet")
    if found["reason"]:
        yield text(words.told(found["reason"]), "note")
    if found["rows"]:
        columns = [
            (words.say("page-uses"), LEFT, 1),
            area_column(words),
            (words.say("extract-unit-price"), RIGHT, 0),
            (words.say("extract-amount"), RIGHT, 0),
        ]
        yield table(columns, [_price_row(row, words) for row in found["rows"]])
    for row in found["rows"]:
        yield from _steps(row, words)
    value = found["value"]
    if value["likely"] is not None:
        yield text(words.say("value-range" if value["low"] != value["high"] else "value", **value), "strong")


def _price_row(row: Plain, words: Words) -> list[str]:
    named = f"{row['land_use']}  {words.told(row['label'])}"
    if row["unit_price"] is None:
        return [f"{named}\n{words.told(row['reason'])}", words.m2(row["area"]), "–", "–"]
    return [named, words.m2(row["area"]), words.number(row["unit_price"]), words.dong(row["amount"])]


def _steps(row: Plain, words: Words) -> Iterator[Block]:
    section = row["section"]
    if section is None and not row["steps"]:
        return
    yield head(words.say("extract-steps", use=row["land_use"], area=row["area"]), 2)
    if section:
        place = {name: section[name] for name in ("street", "start", "end")}
        yield text(words.say("page-section", position=row["position"], **place), "quiet")
    columns = [(words.say("extract-step"), LEFT, 1), ("×", RIGHT, 0), ("đ/m²", RIGHT, 0)]
    rows = []
    for step in row["steps"]:
        cited = f"\n{law(step['citation'], words)}" if step["citation"] else ""
        factor = words.number(step["factor"]) if step["factor"] else ""
        rows.append([words.told(step["text"]) + cited, factor, words.number(step["value"])])
    if rows:
        yield table(columns, rows)
    yield from (
        text(f"{words.told(r['name'])}: {words.number(r['unit_price'])}\u00a0đ/m²", "quiet") for r in row["readings"]
    )


def themes(found: Sequence[Plain], words: Words) -> Iterator[Block]:
    """Concerned with its rows; not concerned; no data."""
    yield head(words.say("head-themes"))
    for theme in (t for t in found if t["answer"] == "concerned"):
        yield head(words.told(theme["label"]), 2)
        yield text(words.told(theme["office"]), "quiet")
        if theme["reason"]:
            yield text(words.told(theme["reason"]), "note")
        columns = [(words.say("page-designation"), LEFT, 1), area_column(words), ("%", RIGHT, 0)]
        foot = [words.say("page-sum"), words.m2(theme["total_area"]), _share(theme["total_percent"], words)]
        rows = [_theme_row(row, words) for row in theme["rows"]]
        colours = ["hatch" if row["kind"] == "conflict" else row["colour"] for row in theme["rows"]]
        yield table(columns, rows, foot=foot if theme["kind"] == "partition" else (), swatches=colours)
    for answer, code in (("not_concerned", "page-not-concerned"), ("no_data", "page-no-data")):
        rest = [t for t in found if t["answer"] == answer]
        if rest:
            yield head(words.say(code), 2)
            yield listed([_named(t, words) for t in rest])


def ahead(found: Plain | None, words: Words) -> Iterator[Block]:
    """What is published already and changes the parcel later, and of what nobody knows."""
    if found is None:
        return
    yield head(words.say("ahead-head"))
    for step in found["days"]:
        yield head(words.say("ahead-from", day=step["day"]), 2)
        yield listed([words.say("ahead-step", **change) for change in step["changes"]])
    yield from (text(words.told(told), "quiet") for told in found["texts"])


def piece(found: Plain | None, words: Words) -> Iterator[Block]:
    """The piece that was asked for and the rest, in every row of the plans; nothing where the parcel was asked for."""
    if found is None:
        return
    yield head(words.say("piece-head"))
    if found["side"]:
        yield text(words.told(found["side"]["text"]), "quiet")
    columns = [(words.say("page-designation"), LEFT, 1)]
    columns += [(words.say(f"piece-{name}"), RIGHT, 0) for name in ("piece", "rest", "whole")]
    rows = [_cut(words.say("piece-parcel"), found, words)]
    for theme in found["themes"]:
        rows += [_cut(f"{words.told(theme['label'])}\n{words.told(row['label'])}", row, words) for row in theme["rows"]]
    yield table(columns, rows)
    for notice in found["notices"]:
        yield text(words.told(notice["text"]), notice["severity"])


def _cut(label: str, areas: Plain, words: Words) -> list[str]:
    return [label, *(words.m2(areas[name]) for name in ("area", "rest", "whole"))]


def _named(theme: Plain, words: Words) -> str:
    why = f" – {words.told(theme['reason'])}" if theme["reason"] else ""
    return words.told(theme["label"]) + why


def _theme_row(row: Plain, words: Words) -> list[str]:
    mark = f"{row['designation']}  " if row["kind"] == "designation" else ""
    cited = [document(d, words) for d in row["documents"]]
    return ["\n".join([mark + words.told(row["label"]), *cited]), words.m2(row["area"]), _share(row["percent"], words)]


def document(cited: Plain, words: Words) -> str:
    """Number and article, title, and the days of a document where they are known."""
    article = f", {cited['article']}" if cited["article"] else ""
    title = f" – {words.told(cited['title'])}" if cited["title"] else ""
    in_force = f" ({days(cited, words)})" if cited["effective_from"] else ""
    return f"{cited['id']}{article}{title}{in_force}"


def days(dated: Plain, words: Words) -> str:
    """From when until when something is in force."""
    first, end = dated["effective_from"], dated["effective_to"]
    return words.say("extract-days" if end else "extract-days-open", first=first, end=end)


def _share(value: object, words: Words) -> str:
    return texts.share(value, words.lang)
