"""What stands in an extract, in one language: every section of the parcel's page, and the corner table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from landinfo import coordinates, cutout
from landinfo.boundary import Ring
from landinfo.letter import Words
from landinfo.model import Parcel, Theme
from landinfo.paper import sections_plan
from landinfo.paper.blocks import LEFT, RIGHT, Block, bounds, drawing, head, listed, pairs, table, text
from landinfo.paper.sections_estimate import estimate, law
from landinfo.paper.sections_plan import area_column, days, document
from landinfo.plain import Plain
from landinfo.report import Report
from landinfo.texts import day

MOST_CORNERS = 1000
"""Corners in the table; a coastline of tens of thousands is not for paper."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an extract is made of: the answer, and its ground in the plane of the store."""

    answer: Plain
    report: Report
    rings: Sequence[Ring]
    neighbours: Sequence[Parcel]
    themes: Sequence[Theme]

    @property
    def crs(self) -> str:
        return self.report.facts.crs


def sections(of: Subject, words: Words) -> Iterator[Block]:
    """All of it, in the order of the page."""
    answer = of.answer
    yield from _parcel(answer, words)
    yield from _map(of, words)
    yield from _corners(of, words)
    yield from _history(answer["parcel"]["history"], words)
    yield from sections_plan.price(answer["price"], words)
    yield from sections_plan.themes(answer["themes"], words)
    yield from sections_plan.ahead(answer["changes_ahead"], words)
    yield from sections_plan.piece(answer["piece"], words)
    yield from _conversion(answer, words)
    yield from _sources(of, words)


def _parcel(answer: Plain, words: Words) -> Iterator[Block]:
    parcel, question = answer["parcel"], answer["question"]
    centre, now = parcel["centre"], parcel["commune_now"]
    rows = [
        (words.say("page-registered"), words.m2(parcel["registered_area"])),
        (words.say("extract-drawn"), words.m2(parcel["drawn_area"])),
        (words.say("extract-commune"), parcel["commune"]["name"]),
        (words.say("extract-commune-now"), now["name"] if now else "–"),
        (words.say("page-x-y"), f"{words.number(centre['x'])} · {words.number(centre['y'])}"),
        (words.say("page-lat-lon"), f"{centre['lat']:.6f}, {centre['lon']:.6f}"),
        (words.say("page-scale"), f"1:{words.number(parcel['map_scale'])}" if parcel["map_scale"] else "–"),
        (words.say("extract-in-force"), days(parcel, words)),
        *_asked(question, answer["piece"], words),
    ]
    yield pairs(rows)
    columns = [(words.say("page-uses"), LEFT, 1), (words.say("extract-regime"), LEFT, 0), area_column(words)]
    uses = [[f"{u['code']}  {words.told(u['name'])}", u["regime"], words.m2(u["area"])] for u in parcel["land_uses"]]
    if uses:
        yield table(columns, uses)
    for notice in answer["notices"]:
        if notice["code"] != "simulated-data":  # stands under the title
            yield text(words.told(notice["text"]), notice["severity"])


def _asked(question: Plain, piece: Plain | None, words: Words) -> Iterator[tuple[str, str]]:
    """What was asked beside the days."""
    if question["convert_to"]:
        yield words.say("page-convert-to"), question["convert_to"]
        yield words.say("page-land-user"), words.say(f"page-{question['land_user']}")
    if question["area"] is not None:
        yield words.say("page-area-to-convert"), words.number(question["area"])
    for name, value in question["facts"].items():
        yield words.say(f"question-{name}"), _told(value, words)
    for code, value in question["prices"].items():
        yield words.say("extract-given-price", use=code), f"{words.number(value)}\u00a0đ/m²"
    if question["piece"]:
        yield words.say("extract-piece"), question["piece"].replace(";", "; ")
    if piece and piece["measured"]:
        yield words.say("extract-strip"), words.told(piece["measured"])


def _told(value: object, words: Words) -> str:
    if value is None:
        return words.say("page-not-known")
    if isinstance(value, bool):
        return words.say("page-yes" if value else "page-no")
    if isinstance(value, int | float):
        return words.number(value)
    said = words.say(f"choice-{value}")
    return str(value) if said == f"choice-{value}" else said


def _history(history: Plain, words: Words) -> Iterator[Block]:
    rows = [
        words.say(code, day=step["day"], ref=step["ref"], kind=step["label"], area=step["area"])
        for side, code in (("predecessors", "history-from"), ("successors", "history-to"))
        for step in history[side]
    ]
    if len(history["communes"]) > 1:
        for named in history["communes"]:
            code = "history-commune" if named["effective_to"] else "history-commune-now"
            days = {"effective_from": named["effective_from"], "effective_to": named["effective_to"]}
            rows.append(words.say(code, name=named["name"], unit=named["code"], **days))
    if rows:
        yield head(words.say("history-head"))
        yield listed(rows)


def _map(of: Subject, words: Words) -> Iterator[Block]:
    cut = of.report.cut
    piece = cut.ground if cut else None
    drawn = cutout.draw(of.answer, of.report.facts.parcel.shape, of.neighbours, of.crs, words.lang, piece)
    filled = next((t for t in of.answer["themes"] if t["kind"] == "partition" and t["rows"]), None)
    plane = {"plane": _plane(of.crs, words), "scale": words.number(drawn.scale), "grid": words.number(drawn.grid)}
    caption = [words.say("extract-map-caption", **plane)]
    if filled:
        caption.append(words.say("extract-map-filled", theme=filled["label"]))
    if any(t["kind"] == "overlay" and t["rows"] for t in of.answer["themes"]):
        caption.append(words.say("extract-map-broken"))
    yield head(words.say("extract-map"))
    yield drawing(
        drawn.svg, cutout.WIDTH_MM, " ".join(caption), [words.say("extract-map-piece", area=cut.area)] if cut else []
    )
    yield text(words.told(of.answer["picture"]["text"]), "quiet")


def _plane(crs: str, words: Words) -> str:
    return words.say("extract-plane-default" if crs == coordinates.DEFAULT_CRS else "extract-plane", crs=crs)


def _corners(of: Subject, words: Words) -> Iterator[Block]:
    yield head(words.say("extract-corners"))
    yield text(words.say("extract-corners-how", plane=_plane(of.crs, words)), "quiet")
    columns = [
        (words.say("extract-point"), RIGHT, 1),
        ("X (m)", RIGHT, 2),
        ("Y (m)", RIGHT, 2),
        (words.say("extract-edge"), RIGHT, 2),
    ]
    left = MOST_CORNERS
    for ring in of.rings:
        if left <= 0:
            break
        if len(of.rings) > 1:
            code = "extract-ring-hole" if ring.hole else "extract-ring"
            yield head(words.say(code, piece=ring.piece, hole=ring.hole), 2)
        rows = [
            [str(c.point), words.fixed(c.x, 3), words.fixed(c.y, 3), words.fixed(c.length, 2)]
            for c in ring.corners[:left]
        ]
        if len(rows) == len(ring.corners):
            rows.append([*rows[0][:3], ""])
        yield table(columns, rows)
        left -= len(ring.corners)
    if left < 0:
        yield text(words.say("extract-cut", shown=MOST_CORNERS, all=MOST_CORNERS - left), "note")


def _conversion(answer: Plain, words: Words) -> Iterator[Block]:
    if not answer["question"]["convert_to"]:
        return
    yield head(words.say("page-convert"))
    if answer["verdicts"]:
        columns = [
            (words.say("extract-verdict"), LEFT, 0),
            (words.say("page-designation"), LEFT, 1),
            area_column(words),
        ]
        yield table(columns, [_verdict(v, words) for v in answer["verdicts"]])
    made = answer["estimate"]
    spread = made["range"]
    if spread["low"] is not None or made["total"] is not None:
        low, likely, high = (words.dong(spread[name]) for name in ("low", "likely", "high"))
        named = (words.say("page-low"), low), (words.say("page-likely"), likely), (words.say("page-high"), high)
        yield head(words.say("head-estimate"), 2)
        yield bounds(named)
    yield from estimate(made, words)


def _verdict(verdict: Plain, words: Words) -> list[str]:
    cited = [law(c, words) for c in verdict["citations"]]
    why = "\n".join([words.told(verdict["label"]), words.told(verdict["reason"]), *cited])
    return [words.say(f"page-allowed-{verdict['allowed']}"), why, words.m2(verdict["area"])]


def _sources(of: Subject, words: Words) -> Iterator[Block]:
    yield head(words.say("page-sources"))
    columns = [(words.say("extract-edition"), LEFT, 1), (words.say("extract-source-document"), LEFT, 1)]
    columns += [(words.say("extract-first"), RIGHT, 0), (words.say("extract-published"), RIGHT, 0)]
    names = {theme.id: {"vi": theme.label_vi, "en": theme.label_en} for theme in of.themes}
    rows = []
    for source in of.answer["sources"]:
        layer = source["layer"]
        named = words.told(names[layer]) if layer in names else words.say(f"page-layer-{layer}")
        simulated = f" · {words.say('page-simulated')}" if source["simulated"] else ""
        ends = [day(source["effective_from"]), day(source["published"])]
        rows.append([f"{named}{simulated}\n{source['edition']}", document(source["document"], words), *ends])
    yield table(columns, [*rows, [f"{words.say('page-rulebook')}\n{of.answer['rulebook']}", "", "", ""]])
