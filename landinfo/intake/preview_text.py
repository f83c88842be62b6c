"""A preview as lines for a terminal, as a table for a spreadsheet, and as a page with a map that needs nothing else."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.intake.preview import LARGEST, Effect, Preview
from landinfo.model import Rulebook
from landinfo.texts import FILTERS, say

COLUMNS = (
    "parcel", "commune", "kind", "changes", "worth_before", "worth_after", "worth_change", "cost_before", "cost_after",
    "cost_change", "ground_m2", "reason_vi", "reason_en",
)  # fmt: skip
MOST_DRAWN = 5000
"""Parcels that a map shows; the table beside it holds them all."""
SIZE = 900.0
"""Longest side of the map, in its own units."""


def lines(found: Preview, rulebook: Rulebook, lang: str = "vi") -> list[str]:
    """How many parcels change in what, by commune, and the largest effects one by one."""
    made = [_say("preview-title", _title(found), rulebook, lang), ""]
    for side, count in found.sides().items():
        if count:
            made.append("  " + _say(f"preview-{side}", {"count": count}, rulebook, lang))
    made += [f"  {name}: {FILTERS['number'](count, lang)}" for name, count in found.communes().items()]
    shown = found.effects[:LARGEST]
    if shown:
        made += ["", _say("preview-largest", {"count": len(shown)}, rulebook, lang)]
        if any(None in (effect.cost, effect.worth) for effect in shown):
            made.append(_say("preview-dash", {}, rulebook, lang))
    made += [_line(effect, rulebook, lang) for effect in shown]
    return made


def _title(found: Preview) -> dict[str, Any]:
    query = found.query
    return {
        "edition": found.edition,
        "replaces": ", ".join(found.replaces) or "–",
        "on": query.on,
        "known": query.known,
        "convert_to": query.convert_to or "–",
        "asked": found.asked,
        "count": len(found.effects),
    }


def _line(effect: Effect, rulebook: Rulebook, lang: str) -> str:
    told = {
        "ref": str(effect.ref),
        "commune": effect.commune,
        "cost": _signed(effect.cost, lang),
        "worth": _signed(effect.worth, lang),
        "reason": say(effect.reason.code, effect.reason.params, rulebook.texts),
    }
    return _say("preview-line", told, rulebook, lang)


def _signed(amount: Any, lang: str) -> str:
    return ("+" if amount is not None and amount > 0 else "") + FILTERS["dong"](amount, lang)


def _say(code: str, values: dict[str, Any], rulebook: Rulebook, lang: str) -> str:
    return say(code, values, rulebook.texts)[lang]


def table(found: Preview, rulebook: Rulebook) -> str:
    """Every effect as CSV: whole đồng; empty where an amount is not known or a side is not there."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for effect in found.effects:
        reason = say(effect.reason.code, effect.reason.params, rulebook.texts)
        sides = effect.before, effect.after
        worths, costs = ([getattr(side, name) if side else None for side in sides] for name in ("worth", "cost"))
        row = [
            effect.ref,
            effect.commune,
            effect.kind,
            " ".join(effect.what),
            *worths,
            effect.worth,
            *costs,
            effect.cost,
        ]
        writer.writerow([*("" if cell is None else f"{cell}" for cell in row), reason["vi"], reason["en"]])
    return out.getvalue()


def page(found: Preview, rulebook: Rulebook) -> str:
    """An HTML page of its own: counts, a map of the parcels that change, the largest effects. No script, no link."""
    title = say("preview-title", _title(found), rulebook.texts)
    body = [f"<h1>{escape(title['vi'])}</h1><p>{escape(title['en'])}</p>", _counts(found, rulebook)]
    body.append(_map(found, rulebook))
    body.append(_largest(found, rulebook))
    head = f'<meta charset="utf-8"><title>{escape(title["vi"])}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="vi"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _counts(found: Preview, rulebook: Rulebook) -> str:
    sides = [(say(f"preview-{side}", {"count": n}, rulebook.texts), n) for side, n in found.sides().items() if n]
    items = [f"<li>{escape(text['vi'])} <i>{escape(text['en'])}</i></li>" for text, _ in sides]
    rows = [f"<tr><td>{escape(name)}</td><td>{n}</td></tr>" for name, n in found.communes().items()]
    return f"<ul>{''.join(items)}</ul>\n<table>{''.join(rows)}</table>"


def _largest(found: Preview, rulebook: Rulebook) -> str:
    rows = []
    for effect in found.effects[:LARGEST]:
        reason = say(effect.reason.code, effect.reason.params, rulebook.texts)
        cells = [str(effect.ref), effect.commune, _signed(effect.cost, "vi"), _signed(effect.worth, "vi")]
        named = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f"<tr>{named}<td>{escape(reason['vi'])}<br><i>{escape(reason['en'])}</i></td></tr>")
    heads = [
        say(f"preview-head-{name}", {}, rulebook.texts) for name in ("parcel", "commune", "cost", "worth", "reason")
    ]
    head = "".join(f"<th>{escape(text['vi'])}<br><i>{escape(text['en'])}</i></th>" for text in heads)
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _map(found: Preview, rulebook: Rulebook) -> str:
    """The parcels in the plane of the store, north up: red where it costs or is worth more, blue where less."""
    shown = found.effects[:MOST_DRAWN]
    if not shown:
        return ""
    west, south, east, north = shapely.total_bounds([e.shape for e in shown]).tolist()
    scale = SIZE / max(east - west, north - south, 1.0)

    def path(shape: BaseGeometry) -> str:
        rings = shapely.get_rings(shapely.get_parts(shape))
        corners = (shapely.get_coordinates(ring)[:-1].tolist() for ring in rings)
        return "".join(
            f"M{' L'.join(f'{(x - west) * scale:.1f} {(north - y) * scale:.1f}' for x, y in ring)}Z" for ring in corners
        )

    drawn = [
        f'<path class="{_class(e)}" d="{path(e.shape)}"><title>{escape(_line(e, rulebook, "vi"))}</title></path>'
        for e in shown
    ]
    size = f"{(east - west) * scale + 4:.0f} {(north - south) * scale + 4:.0f}"
    legend = say("preview-legend", {"shown": len(shown), "count": len(found.effects)}, rulebook.texts)
    caption = f"<figcaption>{escape(legend['vi'])}<br><i>{escape(legend['en'])}</i></figcaption>"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {size}" role="img">{"".join(drawn)}</svg>'
    return f"<figure>{svg}{caption}</figure>"


def _class(effect: Effect) -> str:
    change = effect.cost or effect.worth
    if effect.kind != "changed" or not change:
        return effect.kind
    return "more" if change > 0 else "less"


_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2024}"
    "h1{font-size:1.2rem}i{color:#5b6570}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{border-bottom:1px solid #d9dee3;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "svg{width:100%;max-height:80vh;background:#f4f6f8}path{stroke:#555;stroke-width:.4;fill:#bbb}"
    ".more{fill:#d6604d}.less{fill:#4393c3}.new{fill:#7fbf7b}.gone{fill:#fff;stroke-dasharray:2 2}"
    ".changed{fill:#f0c36d}"
)
