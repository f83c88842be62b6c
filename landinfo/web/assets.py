"""Static files under addresses that carry their hash, so that a browser may keep them for a year."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request
from werkzeug.security import safe_join

from landinfo.web.maps import digest
from landinfo.web.settings import ROOT
from landinfo.web.site import site

STATIC = ROOT / "static"
_OWN = {f"{name}.js" for name in ("asking", "docs", "draw", "kept", "map", "names", "search", "tiles", "tools")}
_OWN |= {"style.css", "docs.css", "icon.svg"}
# The registry of some Windows machines calls a script plain text, and then no browser runs it.
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
_KEPT = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


@cache
def _version(path: Path, changed: int) -> str:
    return digest(path.read_bytes())


def version(name: str) -> str:
    """Of the file as it stands now; read again only when it was written."""
    path = STATIC / name
    return _version(path, path.stat().st_mtime_ns) if path.is_file() else ""


def address(name: str) -> str:
    """``/static/map.js?v=0123456789ab``"""
    return f"/static/{name}?v={version(name)}"


@blueprint.get("/static/<path:name>")
def static(name: str) -> Response:
    """Our own files and what set-up fetched; not the scripts and lists that stand beside them."""
    if name not in _OWN and not (name.startswith("vendor/") and ".." not in name):
        abort(404)
    found = safe_join(str(STATIC), name)
    if found is None or not Path(found).is_file():
        abort(404)
    # Whole and not streamed: the files are small, and compressing a stream leaves its file open.
    response = Response(Path(found).read_bytes(), mimetype=_KINDS.get(Path(found).suffix, "application/octet-stream"))
    response.set_etag(version(name))
    response.make_conditional(request)
    wanted = request.args.get("v", "")
    response.headers["Cache-Control"] = _KEPT if wanted and wanted == version(name) else "no-cache"
    return response


@blueprint.get("/drawn/<name>")
def drawn(name: str) -> Response:
    """The map's script: made at start, named by its content."""
    here = site().drawn
    if name != here.address.rpartition("/")[2]:
        abort(404)
    response = Response(here.script, mimetype="text/javascript")
    response.headers["Cache-Control"] = _KEPT
    return response
