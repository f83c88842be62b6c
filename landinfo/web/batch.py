"""The doors of many at once: a list is handed in, its job is followed, its output fetched. The work is a child's."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from flask import Blueprint, Response, render_template, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from landinfo import present
from landinfo.batch import answers, job, row, title
from landinfo.batch.job import Office
from landinfo.batch.title import SEVERAL, SINGLE
from landinfo.files.listing import FORMATS, open_listing
from landinfo.files.outlet import FORMATS as OUT_FORMATS
from landinfo.model import BadInput, NotHere, Problem
from landinfo.plain import Plain
from landinfo.store import is_postgis
from landinfo.store.register import Entry, beside
from landinfo.web import api, keys, pages
from landinfo.web.headers import RETRY_AFTER
from landinfo.web.site import Site, site
from landinfo.web.tiers import Tier

blueprint = Blueprint("batch", __name__)
KINDS = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/geo+json": ".geojson",
}
_CHUNK = 1 << 16
OUTPUT = 64
"""Times its own limit that a list's answers may take on disk, packed: drawings take in many parcels."""
MOST_JSON = 4_000_000
"""Bytes of a list in JSON, which is read as a whole."""


class TooLarge(Problem):
    status = 413


def office(here: Site) -> Office:
    """Where this application keeps its jobs."""
    settings = here.settings
    environment = {
        "LANDINFO_STORE": _absolute(settings.store),
        "LANDINFO_DATA": str(settings.data.resolve()),
        "LANDINFO_REGISTER": _absolute(settings.register or beside(settings.store)),
    }
    folder = settings.beside(settings.jobs, "jobs").resolve()
    return Office(here.register, folder, environment, settings.batch_hours, settings.batch_jobs)


def _absolute(url: str) -> str:
    return url if is_postgis(url) else str(Path(url).resolve())


@blueprint.get("/batch")
def form() -> Response:
    pages.asked_pairs()
    return _form(None)


@blueprint.post("/batch")
def hand_in() -> Response:
    try:
        key = _received([])
    except Problem as wrong:
        return _form(wrong)
    return Response(status=303, headers={"Location": pages.link(f"/batch/{key}")})


@blueprint.get("/batch/<key>")
def as_page(key: str) -> Response:
    pages.asked_pairs()
    here = site()
    found = _public(job.find(office(here), key))
    return _private(pages.html(render_template("batch_job.html", job=found, running=found["state"] in job.OPEN)))


@blueprint.post("/api/batch")
def hand_in_as_json() -> Response:
    key = _received(api.given())
    response = api.as_json(_public(job.find(office(site()), key)), 202)
    response.headers["Location"] = f"/api/batch/{key}"
    return _private(response)


@blueprint.get("/api/batch/<key>")
def as_json(key: str) -> Response:
    return _private(api.as_json(_public(job.find(office(site()), key))))


@blueprint.get("/api/batch/<key>/<name>")
def file(key: str, name: str) -> Response:
    place = job.file(office(site()), key, name)
    try:
        return _private(send_file(place, as_attachment=True, download_name=name, conditional=True))
    except FileNotFoundError as wrong:
        raise NotHere("batch-no-file", "file", files="–", name=name[:60]) from wrong


def _received(pairs: list[tuple[str, str]]) -> str:
    """Take the list in piece by piece, look at its head, begin its job; nothing of a refused one stays."""
    here, tier = site(), keys.tier()
    most = tier.batch_mb * 1_000_000
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise _too_large("file", tier)
    at = office(here)
    folder = job.new(at)
    try:
        with _within(tier):
            listed, given = _taken(folder, pairs)
        asked, out = _asked(given)
        listing = open_listing(folder / listed) if not listed.endswith(".xlsx") else None
        if listing and listing.titles:
            title.check(listing.titles)
        limits = {"most": tier.batch_rows, "most_bytes": most * OUTPUT}
        question = {"list": listed, "out": f"results{out}", "defaults": asked, **limits}
        return job.begin(at, folder, question, here.today())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _within(tier: Tier) -> Iterator[None]:
    """A body that says no length is counted as it comes."""
    try:
        yield
    except RequestEntityTooLarge as wrong:
        raise _too_large("file", tier) from wrong


def _too_large(field: str, tier: Tier) -> TooLarge:
    named = present.say(f"tier-{tier.name}", {}, site().rulebook.texts)
    return TooLarge("batch-too-large", field, most=tier.batch_mb, tier=named)


def _taken(folder: Path, pairs: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Name of the list in ``folder``, and the question beside it."""
    if request.mimetype == "multipart/form-data":
        given = request.files.get("file")
        if given is None or not given.filename:
            raise BadInput("batch-needs-a-file", "file", formats=", ".join(FORMATS))
        sent = [(n, v.strip()) for n, v in request.form.items(multi=True) if v.strip()]
        try:
            return _put(given.stream, folder, Path(given.filename).suffix.lower()), pairs + sent
        finally:
            given.close()
    if request.mimetype == "application/json":
        return _as_table(folder, pairs)
    ending = KINDS.get(request.mimetype, "")
    if not ending:
        kinds = ", ".join((*KINDS, "application/json", "multipart/form-data"))
        raise BadInput("batch-content-type", "Content-Type", value=request.mimetype[:60] or "–", kinds=kinds)
    return _put(request.stream, folder, ending), pairs


def _put(stream: IO[bytes] | Any, folder: Path, ending: str) -> str:
    if ending not in FORMATS:
        raise BadInput("batch-format", "file", format=ending[:20] or "–", formats=", ".join(FORMATS))
    with (folder / f"list{ending}").open("wb") as out:
        while piece := stream.read(_CHUNK):
            out.write(piece)
    return f"list{ending}"


def _as_table(folder: Path, pairs: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """``{"rows": [{…}, …], "on": […], …}`` as a CSV: each row's names are its columns."""
    if (request.content_length or MOST_JSON + 1) > MOST_JSON:
        raise TooLarge("batch-json-too-large", "body", most=MOST_JSON // 1_000_000)
    try:
        body = json.loads(request.get_data())
        rows = [{str(k): _text(v) for k, v in row.items()} for row in body.pop("rows")]
        named = [(n, v) for n, values in body.items() for v in (values if isinstance(values, list) else [values])]
        "".join(text for row in rows for pair in row.items() for text in pair).encode()  # half a character is none
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as wrong:
        raise BadInput("batch-bad-json", "rows") from wrong
    for name, value in named:
        if not isinstance(value, str):
            raise BadInput("batch-json-no-text", name[:60], value=json.dumps(value)[:40])
    with (folder / "list.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return "list.csv", pairs + [(name, value.strip()) for name, value in named]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(str(each) for each in value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _asked(given: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], str]:
    """The question of rows that do not ask it themselves, and the ending of the output. Raises ``BadInput``."""
    out, asked, known = ".xlsx", list[tuple[str, str]](), (*SEVERAL, *SINGLE, "fact.<name>", "price.<code>", "format")
    for name, value in given:
        if name == "format":
            out = f".{value.lower().lstrip('.')}"
            if out not in OUT_FORMATS:
                raise BadInput("batch-out-format", "format", format=value[:20], formats=", ".join(OUT_FORMATS))
        elif name in SEVERAL:
            asked += [(name, part) for part in row.parted(value)]
        elif name in SINGLE or name.startswith(("fact.", "price.", "strip.")):
            asked.append((name, value))
        elif name != "lang":
            raise BadInput("unknown-parameter", name[:60], known=", ".join(known))
    answers.check(asked, site().today(), site().rulebook)
    return asked, out


def _public(entry: Entry) -> Plain:
    """What is told of a job: nothing of the machine that does it."""
    told = ("state", "percent", "rows", "results", "errors", "unread", "problem")
    files = [{"name": name, "href": f"/api/batch/{entry.key}/{name}"} for name in entry.body["files"]]
    address = {"href": f"/api/batch/{entry.key}", "page": f"/batch/{entry.key}", "until": job.until(entry.body)}
    return {"id": entry.key, **{name: entry.body[name] for name in told}, "files": files, **address}


def _form(wrong: Problem | None) -> Response:
    here = site()
    shown = render_template(
        "batch.html",
        refused=wrong and present.problem(wrong, here.rulebook),
        accepted=",".join(FORMATS),
        formats=[ending.lstrip(".") for ending in (".xlsx", ".csv", ".geojson", ".gpkg", ".parquet")],
        targets=pages.TARGETS,
        today=here.today(),
        tier=keys.tier(),
        settings=here.settings,
    )
    response = pages.html(shown, wrong.status if wrong else 200)
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
