"""The Folium map on our own Leaflet, and its layers of vector tiles. Imported only where the map is drawn.

Folium brings pandas with it: a second in which nobody would be answered yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import folium
from branca.element import Figure
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

from landinfo import grid, plain
from landinfo.collection import COMMUNES, PARCELS
from landinfo.model import Rulebook, Theme
from landinfo.store import Box
from landinfo.web.maps import COMMUNES_LAST, PARCELS_LAST, THEMES_LAST, Drawn, digest
from landinfo.web.settings import Settings

NAME = "landinfo"
PROTOMAPS = "vendor/protomaps-leaflet/protomaps-leaflet.js"
LEAFLET_JS, LEAFLET_CSS = "vendor/leaflet/leaflet.js", "vendor/leaflet/leaflet.css"
LAND_USE = "land_use"
_CENTRE: Box = (106.55, 10.95, 106.75, 11.1)
"""Around Thủ Dầu Một: what is shown when nothing is held (west, south, east, north)."""


class LocalMap(folium.Map):
    """``folium.Map`` without a header: our own Leaflet, our own style, nothing inline.

    ``window`` is what is shown first, ((south, west), (north, east)); ``fit_bounds`` would glide there and
    undo a link's own place on the way.
    """

    window: Sequence[Sequence[float]] = ()
    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id={{ this.get_name()|tojson }}></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}
        });
        {{ this.get_name() }}.attributionControl.setPrefix("");
        L.control.zoom({position: "topright"}).addTo({{ this.get_name() }});
        {{ this.get_name() }}.fitBounds({{ this.window|tojson }}, {maxZoom: 17, animate: false});
        L.control.scale({imperial: false}).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )


class VectorTiles(JSCSSMixin, Layer):
    """A layer of the map, drawn by protomaps-leaflet; ``static/map.js`` puts it on the map and takes it away.

    ``colours`` by designation, ``{"ODT": {"colour": "#ffa0ff", "vi": …, "en": …}}``; None: outlines with numbers or
    names. ``tiles`` is the layer of ``/tiles`` that it is drawn from ("": the one of its own name), ``by`` what a
    feature's colour stands for. The map's zoom is one more than that of the tiles: they are drawn 512 pixels wide.
    """

    default_js = [("protomaps-leaflet", PROTOMAPS), ("vector-tiles", "tiles.js"), ("map-names", "names.js")]  # noqa: RUF012
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = vectorTiles({{ this.drawing|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        layer: str,
        first: int,
        last: int,
        colours: dict[str, Any] | None,
        tiles: str = "",
        by: str = "designation",
    ) -> None:
        super().__init__(name=layer, overlay=True, control=False, show=False)
        self._name, self._id = "Tiles", layer
        pane = "uses" if by == LAND_USE else "themes" if colours else layer
        self.drawing: dict[str, Any] = {"layer": layer, "tiles": tiles or layer, "by": by, "pane": pane}
        self.drawing |= {"from": first + 1, "last": last, "colours": colours}


def _colours(theme: Theme, rulebook: Rulebook) -> dict[str, Any]:
    """What a theme's designations are called and how they are coloured, on the map as in an answer."""
    codes = [*theme.designations, *(rulebook.land_use_types if theme.system == "land_use" else ())]
    named = {code: plain.designation(theme, code, rulebook) for code in codes}
    return {code: {"colour": colour, **label} for code, (label, colour) in named.items()}


def _uses(rulebook: Rulebook) -> dict[str, Any]:
    """The names and colours of land uses."""
    types = rulebook.land_use_types.items()
    return {code: {"colour": use.colour, **plain.use_name(code, rulebook)} for code, use in types}


def draw(settings: Settings, box: Box | None, rulebook: Rulebook) -> Drawn:
    """The map of ``box`` (west, south, east, north in degrees), with the operator's basemap where there is one."""
    west, south, east, north = box or _CENTRE
    drawn = LocalMap(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=15,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
    )
    drawn.options |= {"minZoom": 9, "maxZoom": 22, "zoomSnap": 0.5}
    drawn._id = NAME
    drawn.window = [[south, west], [north, east]]
    if settings.basemap:
        tiles = folium.TileLayer(
            settings.basemap, attr=settings.basemap_attribution or " ", max_zoom=22, max_native_zoom=19
        )
        tiles._id = "basemap"
        tiles.add_to(drawn)
    for theme in rulebook.themes.values():
        VectorTiles(theme.id, grid.THEMES_FROM, THEMES_LAST, _colours(theme, rulebook)).add_to(drawn)
    uses = LAND_USE, grid.NUMBERS_FROM, PARCELS_LAST, _uses(rulebook)
    VectorTiles(*uses, tiles=PARCELS, by="land_use").add_to(drawn)
    VectorTiles(COMMUNES, 0, COMMUNES_LAST, None).add_to(drawn)
    VectorTiles(PARCELS, grid.PARCELS_FROM, PARCELS_LAST, None).add_to(drawn)
    root = drawn.get_root()
    if not isinstance(root, Figure):
        raise TypeError(type(root))
    for child in root._children.values():
        child.render()
    script = root.script.render()
    return Drawn(
        html=root.html.render(),
        script=script,
        address=f"/drawn/map.{digest(script.encode())}.js",
        scripts=tuple(name for _, name in (*LocalMap.default_js, *VectorTiles.default_js)),
        styles=tuple(name for _, name in LocalMap.default_css),
    )
