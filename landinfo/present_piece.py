"""A piece of a parcel as plain values: how it was measured, and of each row of each theme the piece and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from landinfo import piece as pieces
from landinfo import plain
from landinfo.model import Query, Rulebook, Strip
from landinfo.overlay import ShareRow, ThemeShares
from landinfo.piece import Cut
from landinfo.plain import Plain, Text
from landinfo.report import Report
from landinfo.texts import LANGUAGES, say


def corners(query: Query) -> str:
    """The corners of a drawn piece as they were typed."""
    return ";".join(",".join(corner) for corner in query.piece)


def measures(asked: Strip) -> list[tuple[str, str]]:
    """A measured piece as the parameters of an address; what was not given is left out."""
    given: list[tuple[str, str | None]] = [
        ("width", _typed(asked.width)),
        ("depth", _typed(asked.depth)),
        ("from", _typed(asked.start or None)),
        ("end", asked.end if asked.end != "left" else None),
        ("faces", asked.faces or None),
    ]
    return [(f"strip.{name}", value) for name, value in given if value]


def _typed(metres: Decimal | None) -> str | None:
    return None if metres is None else str(metres)


def strip(asked: Strip | None) -> Plain | None:
    """A measured piece as part of the question; metres, None: all there is."""
    if asked is None:
        return None
    return {
        "width": plain.number(asked.width),
        "depth": plain.number(asked.depth),
        "from": plain.number(asked.start),
        "end": asked.end,
        "faces": asked.faces or None,
    }


def piece(report: Report, rulebook: Rulebook) -> Plain | None:
    """The piece that was asked for: ``area`` + ``rest`` = ``whole``, here and in every row of every theme (m²)."""
    cut = report.cut
    if cut is None:
        return None
    notices = pieces.notices(cut, report.query.on, rulebook.rules)
    return {
        **_summed(cut.area, cut.rest),
        "outside": plain.number(cut.outside),
        "measured": _measured(report.query, rulebook),
        "side": _side(cut, report.query, rulebook),
        "themes": [_theme(s, cut, rulebook) for s in report.shares if s.rows],
        "notices": plain.notices(notices, rulebook),
        "geometry": plain.geometry(cut.ground, report.facts.crs),
    }


def _summed(area: Decimal, rest: Decimal) -> Plain:
    return {"area": plain.number(area), "rest": plain.number(rest), "whole": plain.number(area + rest)}


def _measured(query: Query, rulebook: Rulebook) -> Text | None:
    """How a measured piece was asked for, in words; None: it was drawn."""
    asked = query.strip
    if asked is None:
        return None

    def words(name: str, metres: Decimal | None, **more: Text) -> Text:
        code = f"strip-{name}" if metres is not None else f"strip-all-{name}"
        return say(code, {"metres": metres, **more}, rulebook.texts)

    end = say(f"strip-end-{asked.end}", {}, rulebook.texts)
    start = words("from", asked.start) if asked.start else say("strip-at-street", {}, rulebook.texts)
    said = [words("width", asked.width, end=end), words("depth", asked.depth), start]
    return {lang: ", ".join(each[lang] for each in said) for lang in LANGUAGES}


def _side(cut: Cut, query: Query, rulebook: Rulebook) -> Plain | None:
    """The street side that a measured piece was measured from; a drawn one needs none."""
    if cut.side is None or query.strip is None:
        return None
    told = {"length": round(cut.side.length, 1), "faces": cut.side.faces, "told": cut.side.told}
    words = {**told, "faces": say(f"faces-{cut.side.faces}", {}, rulebook.texts)}
    return {**told, "text": say("strip-side-told" if cut.side.told else "strip-side", words, rulebook.texts)}


def _theme(shares: ThemeShares, cut: Cut, rulebook: Rulebook) -> Plain:
    parts = zip(shares.rows, cut.shared[shares.theme.id], strict=True)
    return {
        "id": shares.theme.id,
        "kind": str(shares.theme.kind),
        "label": {"vi": shares.theme.label_vi, "en": shares.theme.label_en},
        "rows": [_row(row, area, shares, rulebook) for row, area in parts],
    }


def _row(row: ShareRow, area: Decimal, shares: ThemeShares, rulebook: Rulebook) -> Plain:
    label = plain.row_label(row, shares.theme, rulebook)[0]
    return {"kind": row.kind, "designation": row.designation, "label": label, **_summed(area, row.area - area)}


def winds(params: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Text]:
    """The winds that a problem names, in words."""
    if not isinstance(params.get("faces"), tuple):
        return {}
    said = [say(f"faces-{wind}", {}, rulebook.texts) for wind in params["faces"]]
    return {"faces": {lang: ", ".join(each[lang] for each in said) or "–" for lang in LANGUAGES}}
