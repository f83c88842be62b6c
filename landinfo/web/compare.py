"""Up to four parcels side by side, asked the same question: a page and its JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template

from landinfo import asked, present
from landinfo.lookup import Several
from landinfo.model import BadInput, Problem
from landinfo.plain import Plain
from landinfo.web import api, pages, question
from landinfo.web.pages import MOST_COMPARED as MOST
from landinfo.web.question import Pairs
from landinfo.web.site import site
from landinfo.web.standing import standing

PARCEL = "parcel"
_VERDICTS = ("yes", "no", "unknown")

blueprint = Blueprint("compare", __name__)


def _compared(given: Pairs) -> Plain:
    """The answers to one question about the parcels named by ``parcel=``, in the order given, each once.

    A parcel without one answer stands among them with ``problem`` or ``several`` in its place: the others are still
    compared. Raises ``BadInput``: more than ``MOST``, and what is wrong with the question itself.
    """
    here = site()
    rest = [pair for pair in given if pair[0] != PARCEL]
    named = list(dict.fromkeys(written for name, written in given if name == PARCEL and written))
    asked.read_query(question.few(rest), here.today())
    if len(named) > MOST:
        raise BadInput("compare-too-many", PARCEL, given=len(named), most=MOST)
    return {"question": dict(rest), "parcels": [_one(written, rest) for written in named], "most": MOST} | (
        {} if named else {"reason": present.say("compare-none", {}, here.rulebook.texts)}
    )


def _one(written: str, rest: Pairs) -> Plain:
    here = site()
    told: Plain = {"asked": written, "answer": None, "several": None, "problem": None}
    try:
        found = question.parcel_named(written, rest, here)
    except BadInput as wrong:
        if not (wrong.field or "").startswith(("parcel", "commune", "sheet", "number")):
            raise
        return told | {"problem": question.problem(wrong, rest, here)}
    except Problem as wrong:
        if wrong.status >= 500:
            raise
        return told | {"problem": question.problem(wrong, rest, here)}
    if isinstance(found, Several):
        return told | {"several": present.several(found, here.rulebook)}
    return told | {"answer": present.answer(found, here.rulebook)}


@blueprint.get("/api/compare")
def as_json() -> Response:
    return standing(lambda: api.as_json(_compared(api.given())))


@blueprint.get("/compare")
def as_page() -> Response:
    pairs = pages.asked_pairs()
    shown = _compared(pairs)
    rest = [pair for pair in pairs if pair[0] != PARCEL]
    names = [each["asked"] for each in shown["parcels"]]
    for each in shown["parcels"]:
        left = [(PARCEL, name) for name in names if name != each["asked"]]
        each["allowed"] = _allowed(each["answer"])
        each["without"] = "/compare?" + urlencode([*left, *rest])
    answers = [each["answer"] for each in shown["parcels"] if each["answer"]]
    return pages.html(
        render_template(
            "compare.html",
            shown=shown,
            names=names,
            given=dict(rest),
            on=answers[0]["question"]["on"] if answers else dict(rest).get("on", site().today().isoformat()),
            carried=[pair for pair in rest if pair[0] not in ("on", "convert_to")],
            targets=pages.offered(dict(rest).get("convert_to"), site()),
            themes=_themes(answers),
            uses=_uses(answers),
            prices={answer["parcel"]["ref"]: _prices(answer) for answer in answers},
        )
    )


def _prices(answer: Plain) -> dict[str, list[Plain]]:
    """By land use its different prices, each with the m² that have it (None: it is the only one, or not known)."""
    found: dict[str, dict[Any, list[Plain]]] = {}
    for row in answer["price"]["rows"]:
        section = row["section"] and row["section"]["id"]
        said = row["unit_price"], section, row["position"], str(row["reason"])
        found.setdefault(row["land_use"], {}).setdefault(said, []).append(row)
    return {use: [rows[0] | {"of": _area(rows) if len(prices) > 1 else None} for rows in prices.values()]
            for use, prices in found.items()}  # fmt: skip


def _area(rows: list[Plain]) -> Decimal | None:
    areas = [row["area"] for row in rows]
    return None if None in areas else sum((Decimal(str(area)) for area in areas), Decimal(0))


def _allowed(answer: Plain | None) -> list[tuple[str, Decimal]]:
    """m² that may, may not and perhaps may be converted; what is nothing is left out."""
    verdicts = answer["verdicts"] if answer else []
    sums = [(said, sum(Decimal(str(v["area"])) for v in verdicts if v["allowed"] == said)) for said in _VERDICTS]
    return [(said, Decimal(area)) for said, area in sums if area]


def _themes(answers: list[Plain]) -> list[tuple[str, Any]]:
    """Themes that concern one of the parcels, or of which one has no data: those of which something is to be said."""
    rows: dict[str, Any] = {}
    for theme in (t for a in answers for t in a["themes"] if t["answer"] != "not_concerned"):
        rows.setdefault(theme["id"], theme["label"])
    return list(rows.items())


def _uses(answers: list[Plain]) -> list[str]:
    return sorted({row["land_use"] for a in answers for row in a["price"]["rows"]})
