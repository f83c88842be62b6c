"""The estimate as a spreadsheet, and the parts of the parcel as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from landinfo import explain
from landinfo.files.workbook import Page, Value, workbook
from landinfo.letter import Words
from landinfo.model import Rulebook
from landinfo.paper.extract import Extract
from landinfo.paper.sections_estimate import law
from landinfo.plain import Plain
from landinfo.texts import day


def xlsx(of: Extract, rulebook: Rulebook, address: str, langs: Sequence[str]) -> bytes:
    """Summary, parts, price and estimate, a set of sheets for each language. Equal input gives equal bytes."""
    pages = [page for lang in langs for page in _pages(of, address, Words(lang, rulebook.texts))]
    return workbook(pages, of.report.query.known)


def geojson(of: Extract) -> Plain:
    """The parcel and every row of every theme that has ground; WGS 84, longitude first (RFC 7946)."""
    answer = of.answer
    parcel = answer["parcel"]
    whole: Plain = {
        "part": "parcel",
        "ref": parcel["ref"],
        "registered_area": parcel["registered_area"],
        "drawn_area": parcel["drawn_area"],
        "land_uses": [u["code"] for u in parcel["land_uses"]],
        **_money("value", answer["price"]["value"]),
        **_money("cost", answer["estimate"]["range"] if answer["estimate"] else {}),
    }
    features = [{"type": "Feature", "id": "parcel", "properties": whole, "geometry": parcel["geometry"]}]
    for theme in answer["themes"]:
        for index, row in enumerate(theme["rows"]):
            if row["geometry"]:
                features.append(_feature(theme, row, f"{theme['id']}-{index}"))
    return {
        "type": "FeatureCollection",
        "features": features,
        "code": of.code,
        "question": answer["question"],
        "permanent": answer["permanent"],
        "simulated": answer["simulated"],
        "disclaimer": answer["disclaimer"],
    }


def _money(name: str, bounds: Plain) -> Plain:
    """đồng; None: not known, or no target was asked about."""
    return {f"{name}_{end}": bounds.get(end) for end in ("low", "likely", "high")}


def _feature(theme: Plain, row: Plain, name: str) -> Plain:
    named = {f"label_{lang}": row["label"][lang] for lang in ("vi", "en")}
    properties = {name: row[name] for name in ("kind", "designation", "colour", "area", "percent", "drawn_area")}
    told = {"part": "theme", "theme": theme["id"], **properties, **named}
    told["documents"] = [document["id"] for document in row["documents"]]
    return {"type": "Feature", "id": name, "properties": told, "geometry": row["geometry"]}


def _pages(of: Extract, address: str, words: Words) -> Iterator[Page]:
    answer = of.answer
    yield Page(words.say("sheet-summary"), [("", 34), ("", 70)], list(_summary(of, address, words)))
    yield Page(words.say("sheet-parts"), _columns(words, *_PARTS), list(_parts(answer["themes"], words)))
    yield Page(words.say("head-price")[:31], _columns(words, *_PRICE), list(_price(answer["price"], words)))
    made = answer["estimate"]
    if made is None:
        return
    yield Page(words.say("sheet-estimate"), _columns(words, *_ITEMS), list(_items(made, words)))
    yield Page(words.say("sheet-lines"), _columns(words, *_LINES), list(_lines(made, words)))
    told = explain.text(made, words.lang, words.texts).splitlines()
    yield Page(words.say("sheet-explained"), [(words.say("sheet-explained"), 120)], [[line] for line in told])


_PARTS = (("sheet-theme", 34), ("page-designation", 14), ("sheet-label", 40), ("page-area", 14), ("sheet-percent", 10))
_PRICE = (("page-uses", 34), ("page-area", 14), ("extract-unit-price", 18), ("extract-amount", 22), ("sheet-place", 60))
_ITEMS = (("extract-item", 44), ("page-low", 20), ("page-likely", 20), ("page-high", 20), ("sheet-note", 60))
_LINES = (("extract-item", 34), ("sheet-formula", 70), ("extract-amount", 20), ("page-law", 80))


def _columns(words: Words, *named: tuple[str, int]) -> list[tuple[str, int]]:
    return [(words.say(code), width) for code, width in named]


def _summary(of: Extract, address: str, words: Words) -> Iterator[Sequence[Value]]:
    answer, parcel, question = of.answer, of.answer["parcel"], of.answer["question"]
    yield [words.say("page-parcel", number=parcel["number"], sheet=parcel["sheet"]), parcel["ref"]]
    yield [words.say("page-commune"), parcel["commune"]["name"]]
    yield [words.say("page-day"), day(question["on"])]
    yield [words.say("sheet-known"), day(question["known"])]
    yield [words.say("page-convert-to"), question["convert_to"] or words.say("page-no-conversion")]
    yield [words.say("page-registered"), _known(parcel["registered_area"], words)]
    yield [words.say("page-value"), _known(answer["price"]["value"]["likely"], words)]
    if answer["estimate"]:
        yield [words.say("difference-total"), _known(answer["estimate"]["total"], words)]
    if answer["simulated"]:
        yield [words.say("page-simulated"), words.say("simulated-data")]
    yield [words.say("extract-code"), of.code]
    yield [words.say("extract-address"), address + answer["permanent"]]
    yield from ([words.say("page-sources"), source["edition"]] for source in answer["sources"])
    yield [words.say("page-rulebook"), answer["rulebook"]]
    yield ["", words.say("extract-not-official")]
    yield ["", words.told(answer["disclaimer"])]


def _known(value: int | float | None, words: Words) -> Value:
    return words.say("page-not-known") if value is None else value


def _parts(themes: Sequence[Plain], words: Words) -> Iterator[Sequence[Value]]:
    for theme in themes:
        label = words.told(theme["label"])
        if not theme["rows"]:
            yield [label, "", words.say(f"answer-{theme['answer']}"), None, None]
        for row in theme["rows"]:
            yield [label, row["designation"], words.told(row["label"]), row["area"], row["percent"]]


def _price(price: Plain, words: Words) -> Iterator[Sequence[Value]]:
    for row in price["rows"]:
        section = row["section"]
        place = words.told(row["reason"]) if row["reason"] else ""
        if section:
            where = {name: section[name] for name in ("street", "start", "end")}
            place = words.say("page-section", position=row["position"], **where)
        amounts = [_known(row[name], words) for name in ("area", "unit_price", "amount")]
        yield [f"{row['land_use']} {words.told(row['label'])}", *amounts, place]
    if price["reason"]:
        yield [words.told(price["reason"]), None, None, None, ""]


def _items(made: Plain, words: Words) -> Iterator[Sequence[Value]]:
    for item in (*made["items"], *(c for c in made["charges"] if c not in made["items"])):
        note = words.told(item["reason"]) if item["reason"] else ""
        yield [words.told(item["label"]), *(_known(item[end], words) for end in ("low", "likely", "high")), note]
    note = words.told(made["reason"]) if made["reason"] else ""
    ends = (_known(made["range"][end], words) for end in ("low", "likely", "high"))
    yield [words.say("difference-total"), *ends, note]


def _lines(made: Plain, words: Words) -> Iterator[Sequence[Value]]:
    labels = {item["code"]: words.told(item["label"]) for item in made["items"]}
    for line in made["lines"]:
        cited = "; ".join(law(c, words) for c in line["citations"])
        yield [labels[line["item"]], words.told(line["formula"]), line["amount"], cited]
