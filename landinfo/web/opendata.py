"""The open data's doors: the catalogue, and the files of the latest exports."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, send_file

from landinfo.model import NotHere
from landinfo.opendata import catalogue
from landinfo.opendata.export import FORMATS, described, manifest
from landinfo.web import api, pages
from landinfo.web.site import Site, site

blueprint = Blueprint("opendata", __name__)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NAME = re.compile(rf"[\w-]+({'|'.join(map(re.escape, FORMATS))})|SHA256SUMS|catalog\.jsonld", re.ASCII)


def folder(here: Site) -> Path:
    return here.settings.beside(here.settings.open_data, "open")


@blueprint.get("/api/catalog")
def catalog() -> Response:
    """Of the latest export; where there is none, what is published, without a file to load."""
    here = site()
    pages.asked_pairs()
    told = manifest(folder(here))
    if told is None:
        day, editions = here.today(), here.store.editions(here.today())
        told = {"day": day.isoformat(), "title": here.store.facts().title}
        told["editions"] = [described(edition, here.rulebook) for edition in editions]
    made = catalogue.catalogue(told, here.settings.address, here.rulebook.texts)
    return api.fresh(api.as_json(made, mimetype="application/ld+json"))


@blueprint.get("/open/<day>/<name>")
def file(day: str, name: str) -> Response:
    place = folder(site()).resolve() / day / name
    if not (_DAY.fullmatch(day) and _NAME.fullmatch(name) and place.is_file()):
        raise NotHere("export-no-file", "name", name=name[:60], day=day[:20])
    return send_file(place, as_attachment=True, download_name=name, conditional=True)
