"""What a page needs of the map: its element, and its script as a file with a hash in its name. Drawn in ``leaflet``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from landinfo.model import Rulebook
from landinfo.store import Box
from landinfo.web.settings import Settings

COMMUNES_LAST, THEMES_LAST, PARCELS_LAST = 12, 16, 17
"""The last zoom of tiles that the map asks for; nearer it draws them larger: a unit of the grid of the last is 7 cm."""


def digest(content: bytes) -> str:
    """Twelve hex digits that name a content in an address."""
    return hashlib.sha256(content).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map ready to be put on a page: its element, its script with address, and the files it needs."""

    html: str
    script: str
    address: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


def draw(settings: Settings, box: Box | None, rulebook: Rulebook) -> Drawn:
    """The map of ``box`` (west, south, east, north in degrees), with the operator's basemap where there is one."""
    from landinfo.web import leaflet

    return leaflet.draw(settings, box, rulebook)
