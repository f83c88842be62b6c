"""The doors where an error is reported and followed: form, receipt, and the same as JSON."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from landinfo import asked, lookup, present, reception, search
from landinfo.error_report import present as present_report
from landinfo.error_report import receipt, rows, states, typed
from landinfo.error_report.rows import Row
from landinfo.lookup import Several
from landinfo.model import BadInput, Busy, NotHere, Problem, Refused
from landinfo.plain import Plain
from landinfo.store.register import Entry
from landinfo.web import api, pages, question
from landinfo.web.headers import RETRY_AFTER
from landinfo.web.site import site

MOST_BYTES = 100_000
"""Of a report: its three texts of 2,000 characters take 72,000 where each is sent as twelve."""
_ROW = ("question", "kind", "row")

blueprint = Blueprint("error_reports", __name__)


@blueprint.get("/report")
def form() -> Response:
    """The form for the row of the address; without one, where a receipt is typed."""
    given = asked.single(pages.asked_pairs(), (*_ROW, "receipt"))
    if "receipt" in given:
        key = receipt.read(given["receipt"])
        if key is None:
            return _looked_for(NotHere("error-no-receipt", "receipt", given=given["receipt"][:40]))
        return Response(status=303, headers={"Location": pages.link(f"/report/{receipt.written(key)}")})
    if not given:
        return _looked_for(None)
    answer, row = _shown(given)
    return _form(answer, row, {})


@blueprint.post("/report")
def hand_in() -> Response:
    """The form sent to the address of its row, so that a page that asks back stays that row's in either language."""
    request.max_content_length = MOST_BYTES
    sent = [(name, text) for name, text in request.form.items(multi=True) if text]
    given = asked.single([*pages.asked_pairs(), *sent], typed.FIELDS)
    answer, row = _shown(given)
    try:
        key = _received(answer, row, given)
    except (BadInput, Refused, Busy) as wrong:
        return _form(answer, row, given, wrong)
    return Response(status=303, headers={"Location": pages.link(f"/report/{receipt.written(key)}")})


@blueprint.get("/report/<given>")
def as_page(given: str) -> Response:
    pages.asked_pairs()
    try:
        entry = reception.find(given, site().register)
    except NotHere as wrong:
        return _looked_for(wrong)
    return _private(pages.html(render_template("receipt.html", report=_public(entry))))


@blueprint.post("/api/reports")
def hand_in_as_json() -> Response:
    request.max_content_length = MOST_BYTES
    given = typed.read_json(request.get_data())
    key = _received(*_shown(given), given)
    response = api.as_json(_public(reception.find(key, site().register)), 201)
    response.headers["Location"] = f"/api/reports/{receipt.written(key)}"
    return _private(response)


@blueprint.get("/api/reports/<given>")
def as_json(given: str) -> Response:
    return _private(api.as_json(_public(reception.find(given, site().register))))


def _shown(given: Mapping[str, str]) -> tuple[Plain, Row]:
    """The answer and the row that are meant, asked again: nothing of what an address or a form says of them counts."""
    here = site()
    ref, pairs = rows.read_question(given.get("question", ""))
    found = question.parcel_named(ref, pairs, here)
    if isinstance(found, Several):
        raise BadInput("error-needs-one-parcel", "question", refs=", ".join(str(p.ref) for p in found.parcels))
    answer = present.answer(found, here.rulebook)
    return answer, rows.row(answer, given.get("kind", ""), given.get("row", ""))


def _received(answer: Plain, row: Row, given: Mapping[str, str]) -> str:
    """Keep the report; its receipt. Raises ``Refused``: the row says something else than when the form was shown."""
    here = site()
    if given.get("seen", "") not in ("", rows.seen(row)):
        raise Refused("error-row-changed", "seen")
    said = typed.read(given, here.settings.contact_days)
    once = given.get("once") or secrets.token_hex(16)
    return reception.receive(answer, row, said, once, here.today(), here.settings.contact_days, here.register)


def _form(answer: Plain, row: Row, given: Mapping[str, str], wrong: Problem | None = None) -> Response:
    """The form with what was typed so far, and what is wrong with it."""
    here = site()
    page = render_template(
        "report.html",
        answer=answer,
        row=row,
        lines=present_report.lines(row.kind, row.values, here.rulebook.texts),
        given={name: typed.clean(given.get(name, "")) for name in typed.MOST},
        most=typed.MOST,
        once=given.get("once") or secrets.token_hex(16),
        seen=rows.seen(row),
        contact_days=here.settings.contact_days,
        refused=wrong and present.problem(wrong, here.rulebook),
    )
    response = pages.html(page, wrong.status if wrong else 200)
    # A form not sent yet may be kept by its browser: who comes back to it finds what was typed.
    response = _private(response) if wrong else response
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _looked_for(wrong: NotHere | None) -> Response:
    refused = wrong and present.problem(wrong, site().rulebook)
    return pages.html(render_template("report_find.html", refused=refused), wrong.status if wrong else 200)


def _private(response: Response) -> Response:
    """Kept by nobody on the way, and found by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _public(entry: Entry) -> Plain:
    body = present_report.public(entry.key, entry.body, entry.day, site().rulebook.texts)
    return body | {"today": _today(entry) if states.state(entry.body) == states.CORRECTED else None}


def _today(entry: Entry) -> list[Plain]:
    """The addresses of today's answer: the parcel's, or those of the parcels that stand in its place by now."""
    here, today = site(), site().today()
    ref, pairs = rows.read_question(entry.body["question"])
    try:
        query = replace(asked.read_query(pairs, today), on=today, known=today)
    except BadInput:  # a parameter that was read when the error was reported, and is no more
        query = asked.read_query([], today)
    wanted = search.parse_parcel(ref)
    try:
        series = search.resolve(wanted, today, *here.store.communes())
        refs = [str(parcel.ref) for parcel in lookup.in_series(wanted, series, query, here.store)]
    except NotHere as gone:
        refs = list(gone.params.get("nearest", ())) if gone.params.get("history") else []
    return [{"ref": name, "href": present.address(name, query)} for name in refs]
