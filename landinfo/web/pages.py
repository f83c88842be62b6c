"""The HTML doors: front page with the map, the panel beside it, one page for a parcel, one for what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from flask import Blueprint, Flask, Response, render_template, request

from landinfo import case, extract, figure, present, price, search
from landinfo.collection import COMMUNES, PARCELS
from landinfo.direction import COMPASS
from landinfo.error_report import rows
from landinfo.figure import Figure
from landinfo.lookup import Report, Several
from landinfo.model import BadInput
from landinfo.plain import Plain
from landinfo.search.reading import MOST_TYPED
from landinfo.texts import FILTERS, LANGUAGES
from landinfo.web import api, assets, ground, question, tiles
from landinfo.web.languages import language, text, told, typed
from landinfo.web.site import Site, site

TARGETS = ("ODT", "ONT", "TMD", "SKC")
"""Land uses offered in the form; an address may name any other."""
MOST_COMPARED = 4
"""Parcels side by side, and in the list that the browser keeps."""
_SEARCHED = ("commune", "sheet", "number")

blueprint = Blueprint("pages", __name__)


def asked_pairs() -> list[tuple[str, str]]:
    """The question's parameters, of which the language is none. Raises ``BadInput`` for another language."""
    lang = request.args.getlist("lang")
    if lang and (len(lang) > 1 or lang[0] not in LANGUAGES):
        raise BadInput("no-such-language", "lang", value=lang[0][:20])
    return [pair for pair in api.given() if pair[0] != "lang"]


def here_in(lang: str) -> str:
    """This address in another language."""
    rest = [pair for pair in api.given() if pair[0] != "lang"] + ([("lang", lang)] if lang != "vi" else [])
    path = "/" + quote(request.path.lstrip("/"), safe="/@~")
    return path + (f"?{urlencode(rest)}" if rest else "")


def link(href: str) -> str:
    """An address of ours in the reader's language."""
    if language() == "vi":
        return href
    return f"{href}{'&' if '?' in href else '?'}lang=en"


def term(key: str) -> Plain | None:
    """A word of the glossary in the reader's language; None: it needs no explaining."""
    found = site().glossary.get(key)
    if found is None:
        return None
    english = language() == "en"
    return {
        "word": found.en if english else found.vi,
        "meaning": found.meaning_en if english else found.meaning_vi,
        "document": found.document,
        "article": found.article,
    }


def layer_name(layer: str) -> str:
    """A layer in the reader's words."""
    theme = site().rulebook.themes.get(layer)
    if theme is None:
        return text(f"page-layer-{layer}")
    return theme.label_en if language() == "en" else theme.label_vi


def dress(app: Flask) -> None:
    """Give the templates of ``app`` our number forms and words, in the reader's language."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    for name, write in FILTERS.items():
        env.filters[name] = _in_language(write)
    env.globals.update(
        t=text,
        told=told,
        typed=typed,
        link=link,
        asset=assets.address,
        here_in=here_in,
        language=language,
        layer_name=layer_name,
        term=term,
        most_compared=MOST_COMPARED,
        winds=COMPASS,
        files=extract.files,
        report_of=rows.address,
    )
    app.context_processor(_always)


def _in_language(write: Callable[..., str]) -> Callable[[Any], str]:
    return lambda value: write(value, language())


def _always() -> dict[str, Any]:
    typed = request.args.get("q", "")[:MOST_TYPED] if request.path == "/search" else ""
    return {"simulated": site().store.facts().simulated, "drawn": lambda: site().drawn, "typed_search": typed}


@blueprint.get("/")
def front() -> Response:
    here = site()
    asked_pairs()
    example = here.ground.example
    now, past = ground.communes(here.store, here.today())
    page = render_template(
        "front.html",
        communes_now=now,
        communes_past=past,
        chosen=(example.commune_now or example.ref.series) if example else "",
        ground=here.ground,
        example=example,
        themes=here.rulebook.themes,
        today=here.today(),
        versions=tiles.versions([COMMUNES, PARCELS, *here.rulebook.themes], here.today(), here.store),
    )
    return html(page)


@blueprint.get("/parcels")
def search_form() -> Response:
    """What the search form asks, without a script: on to the address of the parcel."""
    pairs = asked_pairs()
    given = dict(pairs)
    wanted = [given.get(name, "") for name in _SEARCHED]
    search.parse_parcel("/".join(wanted))
    path = "/".join(quote(part, safe="@~") for part in wanted)
    rest = urlencode([pair for pair in pairs if pair[0] not in _SEARCHED])
    return Response(status=303, headers={"Location": link(f"/parcels/{path}" + (f"?{rest}" if rest else ""))})


@blueprint.get("/parcels/<commune>/<sheet>/<number>")
def parcel(commune: str, sheet: str, number: str) -> Response:
    return answered(question.parcel(commune, sheet, number, asked_pairs(), site()), "page.html")


@blueprint.get("/at")
def at() -> Response:
    return answered(question.at(asked_pairs(), site()), "page.html")


@blueprint.get("/panel")
def panel() -> Response:
    """What stands beside the map: the same answer without the page around it."""
    pairs = asked_pairs()
    named = [value for name, value in pairs if name == "parcel"]
    if len(named) > 1:
        raise BadInput("given-twice", "parcel")
    if not named:
        return answered(question.at(pairs, site()), "panel.html")
    rest = [pair for pair in pairs if pair[0] != "parcel"]
    return answered(question.parcel_named(named[0], rest, site()), "panel.html")


@blueprint.get("/accessibility")
def accessibility() -> Response:
    asked_pairs()
    return html(render_template("accessibility.html"))


def html(page: str, status: int = 200) -> Response:
    response = Response(page, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def answered(found: Report | Several, template: str) -> Response:
    """The answer, or the list to choose from with status 300, on a page or in the panel."""
    rulebook = site().rulebook
    if isinstance(found, Several):
        return html(render_template(template, several=present.several(found, rulebook)), 300)
    answer = present.answer(found, rulebook)
    drawing = figure.draw(answer)
    return html(
        render_template(
            template,
            answer=answer,
            figure=drawing,
            facts=asked_facts(answer),
            kept=kept(),
            asked=asked_again(answer),
            targets=targets(answer, site()),
            map_shapes=map_shapes(answer, drawing),
        )
    )


def problem(body: Plain) -> Response:
    """A page that says what is wrong and what would be right; a piece of one for the panel."""
    template = "panel.html" if request.path == "/panel" else "page.html"
    return html(render_template(template, problem=body, without=_without_estimate()), body["status"])


def _without_estimate() -> tuple[str, str] | None:
    """The address that asks the same without the estimate, and the parcel it names ("" for a place)."""
    if "convert_to" not in request.args:
        return None
    ref = request.args.get("parcel", "")
    path = request.path if request.path != "/panel" else f"/parcels/{quote(ref, safe='/@~')}" if ref else "/at"
    rest = urlencode([pair for pair in api.given() if pair[0] not in ("convert_to", "parcel", "lang")])
    return path + (f"?{rest}" if rest else ""), ref


def targets(answer: Plain, here: Site) -> list[tuple[str, dict[str, str]]]:
    """The land uses to convert to that the form offers, with the one asked for among them."""
    return offered(answer["question"]["convert_to"], here)


def offered(target: str | None, here: Site) -> list[tuple[str, dict[str, str]]]:
    """As ``targets``, of a question whose target is known without an answer."""
    types = here.rulebook.land_use_types
    codes = dict.fromkeys([*TARGETS, *([target] if target else [])])
    return [(c, {"vi": types[c].name_vi, "en": types[c].name_en} if c in types else {"vi": c, "en": c}) for c in codes]


def asked_facts(answer: Plain) -> list[Plain]:
    """The questions of the estimate, those already answered with their answer, in the order they weigh."""
    given = answer["question"]["facts"]
    open_ = answer["estimate"]["questions"] if answer["estimate"] else []
    texts = site().rulebook.texts
    asked: list[Plain] = [{**q, "given": None} for q in open_ if q["fact"] not in given]
    for name, value in given.items():
        if name in price.FACTS:
            continue
        choices = [{"value": c, "label": present.say(f"choice-{c}", {}, texts)} for c in case.CHOICES.get(name, ())]
        known = {"fact": name, "kind": case.kind_of(name), "choices": choices, "given": value}
        asked.append({**known, "text": present.say(f"question-{name}", {}, texts), "default": None, "moves": None})
    return asked


def kept() -> list[tuple[str, str]]:
    """What the form does not show and must carry on: the day of knowledge, given prices, the language."""
    told = {f"fact.{name}" for name in price.FACTS}
    return [p for p in api.given() if p[0] in {"known", "lang", *told} or p[0].startswith("price.")]


def asked_again(answer: Plain) -> list[tuple[str, str]]:
    """The parameters of this very question, in the reader's language, for a form that asks it beside another."""
    query = parse_qsl(urlsplit(answer["permanent"]).query)
    return query + ([("lang", "en")] if language() == "en" else [])


def map_shapes(answer: Plain, drawing: Figure) -> Plain:
    """What the map draws of an answer: the parcel, and its parts by ``<theme>-<row>`` like the rows of the page."""
    shapes = {f"{t['id']}-{i}": row["geometry"] for t in answer["themes"] for i, row in enumerate(t["rows"])}
    return {
        "ref": answer["parcel"]["ref"],
        "permanent": answer["permanent"],
        "parcel": answer["parcel"]["geometry"],
        "piece": answer["piece"] and answer["piece"]["geometry"],
        "parts": [
            {"key": p.key, "colour": p.colour, "kind": p.kind, "shown": p.shown, "geometry": shapes[p.key]}
            for p in drawing.parts
        ],
    }
