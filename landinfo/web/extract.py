"""The doors of extracts: PDF, spreadsheet and GeoJSON of an answer, and the pages that verify a code or a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request

from landinfo import extract, present
from landinfo.lookup import Several
from landinfo.model import BadInput, NotHere
from landinfo.paper import extract as paper
from landinfo.paper import issuing, tables, verifying
from landinfo.paper.extract import Extract
from landinfo.plain import Plain
from landinfo.texts import LANGUAGES
from landinfo.web import api, pages, question
from landinfo.web.site import Site, site

MOST_BYTES = 8_000_000
"""Of a file that is handed in to be verified."""
_CHUNK = 1 << 16
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("extract", __name__)


@blueprint.get("/extract/<commune>/<sheet>/<number>.pdf")
def pdf(commune: str, sheet: str, number: str) -> Response:
    return _file(f"{commune}/{sheet}/{number}", "pdf", "application/pdf", _pdf)


@blueprint.get("/extract/<commune>/<sheet>/<number>.xlsx")
def xlsx(commune: str, sheet: str, number: str) -> Response:
    return _file(f"{commune}/{sheet}/{number}", "xlsx", _XLSX, _xlsx)


@blueprint.get("/extract/<commune>/<sheet>/<number>.geojson")
def geojson(commune: str, sheet: str, number: str) -> Response:
    return _file(f"{commune}/{sheet}/{number}", "geojson", "application/geo+json", _geojson)


def _file(written: str, ending: str, mimetype: str, make: Callable[[Extract, Site], bytes]) -> Response:
    here = site()
    found = question.parcel_named(written, pages.asked_pairs(), here)
    if isinstance(found, Several):
        return pages.answered(found, "page.html")
    made = paper.make(found, here.rulebook)
    response = Response(make(made, here), mimetype=mimetype)
    ref = made.report.facts.parcel.ref
    name = "-".join((ref.commune, ref.period, ref.sheet, ref.number, *([ref.suffix] if ref.suffix else []), made.code))
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{ending}")
    return api.fresh(response)


def _pdf(made: Extract, here: Site) -> bytes:
    around = paper.around(made.report, here.store)
    return _kept(made, paper.pdf(made, around, here.rulebook, here.settings.address, _langs()), here)


def _xlsx(made: Extract, here: Site) -> bytes:
    return _kept(made, tables.xlsx(made, here.rulebook, here.settings.address, _langs()), here)


def _geojson(made: Extract, _: Site) -> bytes:
    return json.dumps(tables.geojson(made), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _kept(made: Extract, file: bytes, here: Site) -> bytes:
    """The file, when its code is kept: one that could not be verified is not given out."""
    issuing.keep(made, here.register, here.today(), [file])
    return file


def _langs() -> tuple[str, ...]:
    """``?lang=``; without it Vietnamese, then English."""
    lang = request.args.get("lang")
    return (lang,) if lang in LANGUAGES else LANGUAGES


@blueprint.get("/verify")
def form() -> Response:
    """Where a code is typed and a file handed in."""
    pages.asked_pairs()
    typed = request.args.get("code", "").strip()
    if typed:
        found = extract.read_code(typed)
        if found is None:
            return _not_genuine(NotHere("verify-no-code", "code", given=typed[:60]))
        return Response(status=303, headers={"Location": pages.link(f"/verify/{found}")})
    return _page(None)


@blueprint.get("/verify/<code>")
def as_page(code: str) -> Response:
    pages.asked_pairs()
    try:
        return _page(_by_code(code))
    except NotHere as wrong:
        return _not_genuine(wrong)


@blueprint.post("/verify")
def file_as_page() -> Response:
    try:
        return _page(_by_file())
    except NotHere as wrong:
        return _not_genuine(wrong)


@blueprint.get("/api/verify/<code>")
def as_json(code: str) -> Response:
    return api.fresh(api.as_json(_by_code(code)))


@blueprint.post("/api/verify")
def file_as_json() -> Response:
    response = api.as_json(_by_file())
    response.headers["Cache-Control"] = "no-store"
    return response


def _by_code(typed: str) -> Plain:
    here = site()
    return verifying.by_code(typed, here.today(), here.register, here.store, here.rulebook)


def _by_file() -> Plain:
    """The file of a form (``file``) or the body itself, read in pieces and not kept."""
    here = site()
    request.max_content_length = MOST_BYTES
    given = request.files.get("file")
    stream: Any = given.stream if given else request.stream
    if request.mimetype == "multipart/form-data" and (given is None or not given.filename):
        raise BadInput("verify-needs-a-file", "file")
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        digest.update(piece)
        size += len(piece)
    if given is not None:
        given.close()
    if not size:
        raise BadInput("verify-needs-a-file", "file")
    return verifying.by_file(digest.hexdigest(), here.today(), here.register, here.store, here.rulebook)


def _page(found: Plain | None, refused: Plain | None = None, status: int = 200) -> Response:
    shown = render_template("verify.html", found=found, refused=refused, most=MOST_BYTES // 1_000_000)
    return pages.html(shown, status)


def _not_genuine(wrong: NotHere) -> Response:
    return _page(None, present.problem(wrong, site().rulebook), wrong.status)
