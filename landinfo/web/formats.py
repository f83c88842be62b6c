"""In which form an answer is wanted: ``?format=``, or the header Accept; JSON where neither says another one."""

from __future__ import annotations

from flask import Response, request

from landinfo import present, present_xml
from landinfo.lookup import Report, Several
from landinfo.model import BadInput
from landinfo.paper import extract, tables
from landinfo.plain import Plain
from landinfo.web import api
from landinfo.web.site import site

NAME = "format"


def wanted(given: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """The form, and the rest of the question. Raises ``BadInput``: there is no such form."""
    named = [text for name, text in given if name == NAME]
    if len(named) > 1:
        raise BadInput("given-twice", NAME)
    if named and named[0] not in present.FORMS:
        raise BadInput("format-unknown", NAME, value=named[0][:20], known=", ".join(present.FORMS))
    rest = [pair for pair in given if pair[0] != NAME]
    return (named[0] if named else _accepted()), rest


def _accepted() -> str:
    """A browser names XML too, behind HTML: it is given JSON, as an address that is clicked always was."""
    accept = request.accept_mimetypes
    if not accept.provided or any(kind == "text/html" for kind, _ in accept):
        return "json"
    best = accept.best_match(list(present.FORMS.values()), present.FORMS["json"])
    return next(form for form, kind in present.FORMS.items() if kind == best)


def answered(found: Report | Several, form: str) -> Response:
    """An answer, or 300 with a list, which as GeoJSON would have no ground and is JSON."""
    rulebook = site().rulebook
    if isinstance(found, Several):
        return _written(present.several(found, rulebook), form, 300)
    if form == "geojson":
        return api.as_json(tables.geojson(extract.make(found, rulebook)), mimetype=present.FORMS["geojson"])
    return _written(present.answer(found, rulebook), form, 200)


def _written(body: Plain, form: str, status: int) -> Response:
    if form == "xml":
        return Response(present_xml.document(body), status, mimetype=present.FORMS["xml"])
    return api.as_json(body, status)
