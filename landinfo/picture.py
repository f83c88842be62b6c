"""The map in words: what the picture of a parcel shows, as facts and as a paragraph made of nothing else.

For readers who do not see the picture; ``tests/test_picture.py`` reads the facts back from the paragraph.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import shapely

from landinfo import direction, plain
from landinfo.model import PriceZone, Rulebook
from landinfo.overlay import Answer, ThemeShares
from landinfo.plain import Plain, Text
from landinfo.report import Report
from landinfo.texts import LANGUAGES, say

_ALLEY = "alley_width_m"


def picture(report: Report, rulebook: Rulebook) -> Plain:
    """``facts`` in the order in which ``text`` tells them; a fact that nobody knows is not told.

    Lengths in metres on the drawing, ``percent`` as in the rows of the themes, ``faces`` and ``where`` as in
    ``direction``.
    """
    told = [_ground(report, rulebook), *_ways(report, rulebook)]
    concerned = [shares for shares in report.shares if shares.answer is Answer.CONCERNED]
    where = iter(_where(concerned, report))
    told += [_theme(shares, where, rulebook) for shares in concerned]
    told += [_silent(kind, report, rulebook) for kind in (Answer.NOT_CONCERNED, Answer.NO_DATA)]
    kept = [(fact, text) for fact, text in told if text]
    return {
        "facts": [fact for fact, _ in kept],
        "text": {lang: " ".join(text[lang] for _, text in kept) for lang in LANGUAGES},
    }


def _ground(report: Report, rulebook: Rulebook) -> tuple[Plain, Text]:
    """The size of the drawing: area, and the sides of the narrowest rectangle around it."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(report.facts.parcel.shape))
    sides = sorted(math.dist(*ends) for ends in pairwise(corners[:3].tolist()))
    values = {
        "area": plain.number(round(report.drawn_area, 1)),
        "long": plain.rounded(sides[1], 1),
        "wide": plain.rounded(sides[0], 1),
    }
    return {"kind": "ground", **values}, say("picture-ground", values, rulebook.texts)


def _ways(report: Report, rulebook: Rulebook) -> Iterator[tuple[Plain, Text]]:
    """The sides by which its price zones were found, each once."""
    seen: list[Plain] = []
    for share in (share for use in report.valuation.uses for share in use.shares):
        zone, section = share.piece.zone, share.quote.section
        fact = _way(zone, section.street) if zone and section else None
        if fact and fact not in seen:
            seen.append(fact)
            faces = say(f"faces-{fact['faces']}", {}, rulebook.texts)
            yield fact, say(f"picture-{fact['kind']}", {**fact, "faces": faces}, rulebook.texts)


def _way(zone: PriceZone, street: str) -> Plain | None:
    length, faces = _metres(zone, "frontage_m"), zone.found.get("faces")
    if length is None or faces is None:
        return None
    fact = {"street": street, "length": length, "faces": faces}
    if _ALLEY not in zone.found:
        return {"kind": "front", **fact}
    width, walk = _metres(zone, _ALLEY), _metres(zone, "distance_m")
    if width is None or walk is None:
        return None
    return {"kind": "alley", **fact, "width": width, "walk": walk}


def _metres(zone: PriceZone, name: str) -> float | None:
    try:
        return float(zone.found[name])
    except (KeyError, ValueError):
        return None


def _theme(shares: ThemeShares, places: Iterator[str], rulebook: Rulebook) -> tuple[Plain, Text]:
    """``places``: where the rows lie, one after another."""
    parts, texts = [], []
    for row, where in zip(shares.rows, places, strict=False):
        label = plain.row_label(row, shares.theme, rulebook)[0]
        if row.kind == "designation":
            label = {"vi": f"{label['vi']} ({row.designation})", "en": f"{label['en']} ({row.designation})"}
        parts.append({"label": label, "percent": plain.number(row.percent), "where": where})
        words = {"label": label, "percent": row.percent, "where": say(f"where-{where}", {}, rulebook.texts)}
        texts.append(say("picture-part", words, rulebook.texts))
    joined = {"vi": "; ".join([text["vi"] for text in texts]), "en": "; ".join([text["en"] for text in texts])}
    named = {"vi": shares.theme.label_vi, "en": shares.theme.label_en}
    text = say("picture-theme", {"theme": named, "parts": joined}, rulebook.texts)
    return {"kind": "theme", "theme": shares.theme.id, "parts": parts}, text


def _where(concerned: Iterable[ThemeShares], report: Report) -> list[str]:
    """Of each row of each theme, one after another."""
    shapes = [row.shape for shares in concerned for row in shares.rows]
    return direction.of_parts(shapes, report.facts.parcel.shape)


def _silent(kind: Answer, report: Report, rulebook: Rulebook) -> tuple[Plain, Text]:
    """The themes that say nothing: they do not reach the parcel, or nobody has them here."""
    found = [shares.theme for shares in report.shares if shares.answer is kind]
    names = {"vi": "; ".join(t.label_vi for t in found), "en": "; ".join(t.label_en for t in found)}
    text = say(f"picture-{kind}", {"themes": names}, rulebook.texts) if found else {}
    return {"kind": str(kind), "themes": [theme.id for theme in found]}, text
