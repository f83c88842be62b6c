"""The street door: search in the price list and one section of it, as JSON and as pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template
from flask.blueprints import BlueprintSetupState

from landinfo import asked_streets, present_streets, price, street
from landinfo.model import BadInput
from landinfo.plain import Plain
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook
from landinfo.street import finding, indexing
from landinfo.street.indexing import Index
from landinfo.web import api, languages, later, pages
from landinfo.web.question import MOST_PARAMETERS, Pairs
from landinfo.web.site import site
from landinfo.web.standing import standing

USES = ("CLN", "LUC", "HNK", "NTS", "RSX", "TMD", "SKC", "ODT", "ONT")
"""Present land uses offered in the form; an address may name any other."""
_KEY = "landinfo.streets"

blueprint = Blueprint("streets", __name__)


@blueprint.record
def _make(state: BlueprintSetupState) -> None:
    """The index of every list, the newest first: communes come from the rules, no store is needed."""
    here = state.app.extensions["landinfo"]
    data, edition = here.settings.data, here.rulebook.edition
    newest_first = sorted(here.rulebook.price_lists, key=lambda held: held.effective_from, reverse=True)
    state.app.extensions[_KEY] = {
        held.id: later.add(state.app, functools.partial(_index_of, data, edition, held.id)) for held in newest_first
    }


@functools.lru_cache(maxsize=16)
def _index_of(data: Path, edition: str, price_list: str) -> Index:
    """Made once for an edition of the rules, whatever the number of applications."""
    held = next(each for each in read_rulebook(data).price_lists if each.id == price_list)
    return indexing.index(held, *read_communes(data))


@functools.lru_cache(maxsize=2)
def _communes_of(data: Path, edition: str) -> dict[str, str]:
    return indexing.names_of(read_communes(data)[0])


def near(day: date) -> list[Index]:
    """The lists to search for a day, in the order in which they are asked."""
    made: dict[str, Callable[[], Index]] = current_app.extensions[_KEY]
    return [made[x.id]() for x in street.lists_near(day, site().rulebook)]


def _few(given: Pairs) -> Pairs:
    if len(given) > MOST_PARAMETERS:
        raise BadInput("too-many-parameters", most=MOST_PARAMETERS)
    return given


def _searched(given: Pairs) -> Plain:
    here = site()
    asked = asked_streets.read_search(_few(given), here.today())
    held, found = finding.ask(near(asked.on), asked.typed, asked.commune)
    in_force = price.list_on(asked.on, here.rulebook.price_lists)
    return present_streets.found(asked, found, held, in_force, here.rulebook)


def _answered(section: str, given: Pairs) -> Plain:
    here = site()
    asked = asked_streets.read_street(section, _few(given), here.today())
    answer = street.answer(asked, here.rulebook)
    names = _communes_of(here.settings.data, here.rulebook.edition)
    return present_streets.answer(answer, names, here.rulebook)


@blueprint.get("/api/streets")
def search_json() -> Response:
    return standing(lambda: api.as_json(_searched(api.given())))


@blueprint.get("/api/streets/<section>")
def street_json(section: str) -> Response:
    return standing(lambda: api.as_json(_answered(section, api.given())))


@blueprint.get("/streets")
def search_page() -> Response:
    """The search as a page; without a question only its form."""
    pairs = pages.asked_pairs()
    asked = dict(pairs)
    found = _searched(pairs) if asked.get("q") or asked.get("commune") else None
    return pages.html(render_template("streets.html", found=found, asked=asked, turned=_turned, simulated=False))


def _turned(offset: int) -> str:
    """This search from another row on."""
    rest = [pair for pair in api.given() if pair[0] != "offset"]
    return f"/streets?{urlencode([*rest, ('offset', offset)])}"


@blueprint.get("/streets/<section>")
def street_page(section: str) -> Response:
    pairs = pages.asked_pairs()
    answer = _answered(section, pairs)
    # the rows of the list are real, whatever the store holds
    return pages.html(
        render_template("street.html", answer=answer, asked=dict(pairs), simulated=False, **_form(answer))
    )


def _form(answer: Plain) -> dict[str, Any]:
    """What the form offers and must carry on."""
    question = answer["question"]
    here = site().rulebook.land_use_types
    uses = dict.fromkeys([*USES, *([question["land_use"]] if question["land_use"] else [])])
    targets = dict.fromkeys([*pages.TARGETS, *([question["convert_to"]] if question["convert_to"] else [])])
    return {
        "uses": [(code, {"vi": here[code].name_vi, "en": here[code].name_en}) for code in uses],
        "targets": [(code, {"vi": here[code].name_vi, "en": here[code].name_en}) for code in targets],
        "facts": pages.asked_facts(answer),
        "kept": pages.kept(),
        "said": lambda all_of: [(code, f"{code} – {languages.told(name)}") for code, name in all_of],
        "cases": site().rulebook.rules["position_hampered"].values[-1].value,
    }
