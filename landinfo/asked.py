"""What somebody typed → a question: every parameter checked, every fault named with what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta, timezone
from decimal import Decimal
from typing import Any

from landinfo import case, coordinates, price
from landinfo.case import fields
from landinfo.direction import COMPASS
from landinfo.model import BadInput, CannotBeAnswered, Query, Strip

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{2,4}", re.ASCII)
_CORNER = re.compile(r"\d{1,8}(\.\d{1,10})?", re.ASCII)
_SINGLE = ("on", "known", "convert_to", "land_user", "area", "piece")
_ANSWER = re.compile(r"[A-Za-z_]{1,40}", re.ASCII)
_METRES = ("strip.width", "strip.depth", "strip.from")
STRIP = (*_METRES, "strip.end", "strip.faces")
ENDS = ("left", "middle", "right")
"""Where along the street side a measured piece begins."""
MOST_METRES = 10_000
MOST_CORNERS = 200
_OPEN = ("fact.<name>", "price.<code>")
AND = "and."
VIETNAM = timezone(timedelta(hours=7))
"""Whose day a question without a day is about."""
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 1, 1)


def read_day(field: str, text: str) -> date:
    """A day written YYYY-MM-DD, from 1990 to 2099. Raises ``BadInput``."""
    if _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = LAST_DAY
        if FIRST_DAY <= day < LAST_DAY:
            return day
    raise BadInput("bad-day", field, value=text[:40])


def single(given: Iterable[tuple[str, str]], names: Sequence[str]) -> dict[str, str]:
    """Each parameter once, by name. Raises ``BadInput``: a name given twice, or none of ``names``."""
    values: dict[str, str] = {}
    for name, text in given:
        if name in values:
            raise BadInput("given-twice", name)
        if name not in names:
            raise BadInput("unknown-parameter", name[:60], known=", ".join(names))
        values[name] = text
    return values


def _fact(name: str, text: str) -> Any:
    """A fact of the conversion, or one that decides a price; the price's own rule checks its value."""
    if name in price.FACTS:
        if not _ANSWER.fullmatch(text):
            raise BadInput("bad-price-fact", f"fact.{name}", value=text[:40])
        return None if text == "unknown" else text
    if name not in case.FACTS:
        raise BadInput("case-unknown-fact", f"fact.{name}"[:60], known=", ".join((*case.FACTS, *price.FACTS)))
    return case.read_fact(name, text)


def read_query(given: Iterable[tuple[str, str]], today: date) -> Query:
    """A ``Query`` from named texts: on, known, convert_to, land_user, area, piece, strip.…, fact.<name>, price.<code>.

    Without days the question is about today. Raises ``BadInput``: an unknown name, a name given twice, a bad value,
    more than one of area, piece and strip.
    """
    single: dict[str, str] = {}
    facts: dict[str, Any] = {}
    prices: dict[str, Decimal] = {}
    for name, text in given:
        head, _, tail = name.partition(".")
        if name in single or (head == "fact" and tail in facts) or (head == "price" and tail in prices):
            raise BadInput("given-twice", name)
        if name in _SINGLE or name in STRIP:
            single[name] = text
        elif head == "fact" and tail:
            facts[tail] = _fact(tail, text)
        elif head == "price" and tail:
            prices[_code(name, tail)] = fields.typed(text, name)
        else:
            raise BadInput("unknown-parameter", name[:60], known=", ".join((*_SINGLE, *STRIP, *_OPEN)))
    strip = _strip({name: single[name] for name in STRIP if single.get(name)})
    wanted = {"area": single.get("area"), "piece": single.get("piece"), "strip": strip}
    if len(several := [name for name, value in wanted.items() if value]) > 1:
        raise BadInput("area-and-piece", ", ".join(several))
    return Query(
        on=read_day("on", single["on"]) if "on" in single else today,
        known=read_day("known", single["known"]) if "known" in single else today,
        convert_to=_code("convert_to", single["convert_to"]) if single.get("convert_to") else None,
        land_user=case.read_land_user(single.get("land_user", "household")),
        facts=facts,
        prices=prices,
        area=_area(single["area"]) if single.get("area") else None,
        piece=_corners(single["piece"]) if single.get("piece") else (),
        strip=strip,
    )


def _strip(given: Mapping[str, str]) -> Strip | None:
    """A piece measured from the street; where it begins and which way that looks are nothing without a measure."""
    if not given:
        return None
    width, depth, start = (_metres(name, given[name]) if name in given else None for name in _METRES)
    if width is None and depth is None and not start:
        raise BadInput("strip-no-measure", "strip.width, strip.depth")
    for name, value in (("strip.width", width), ("strip.depth", depth)):
        if value == 0:
            raise BadInput("strip-not-positive", name, value=given[name][:40])
    end = fields.one_of(given.get("strip.end", "left"), "strip.end", ENDS)
    faces = given.get("strip.faces", "")
    if faces:
        fields.one_of(faces, "strip.faces", COMPASS)
    return Strip(width, depth, start or Decimal(0), end, faces)


def _metres(name: str, text: str) -> Decimal:
    metres = fields.typed(text, name)
    if metres > MOST_METRES:
        raise BadInput("strip-too-long", name, value=text[:40], most=MOST_METRES)
    return metres


def read_two(given: Iterable[tuple[str, str]], today: date) -> tuple[Query, Query]:
    """Two questions: the parameters of ``read_query``, and under ``and.<name>`` those the second has otherwise."""
    pairs = list(given)
    first = [(name, text) for name, text in pairs if not name.startswith(AND)]
    changed = [(name.removeprefix(AND), text) for name, text in pairs if name.startswith(AND)]
    if not changed:
        raise BadInput("needs-a-second-question", f"{AND}on")
    names = {name for name, _ in changed}
    return read_query(first, today), read_query([*(p for p in first if p[0] not in names), *changed], today)


def _corners(text: str) -> tuple[tuple[str, str], ...]:
    """``1214912.3,601019.1;…`` (X = northing, Y = easting) or ``10.9846,106.6761;…`` (latitude, longitude)."""
    pairs = [tuple(part.strip() for part in corner.split(",")) for corner in text.strip().strip(";").split(";")]
    if len(pairs) > MOST_CORNERS:
        raise CannotBeAnswered("piece-too-many-corners", "piece", count=len(pairs), most=MOST_CORNERS)
    if len(pairs) < 3 or any(len(p) != 2 or not all(map(_CORNER.fullmatch, p)) for p in pairs):
        raise BadInput("bad-piece", "piece", value=text[:60], most=MOST_CORNERS)
    return tuple((north, east) for north, east in pairs)


def _area(text: str) -> Decimal:
    area = fields.typed(text, "area")
    if not area:
        raise BadInput("area-not-positive", "area", value=text[:40])
    return area


def _code(field: str, text: str) -> str:
    if not _CODE.fullmatch(text):
        raise BadInput("bad-land-use-code", field, value=text[:20])
    return text


def read_place(given: Mapping[str, str | None], crs: str) -> tuple[float, float]:
    """(easting, northing) in the plane ``crs`` from lat + lon, or from x (northing) + y (easting).

    Raises ``BadInput`` with a typed hint: neither pair, both pairs, swapped, another zone, degrees for metres …
    """
    present = {name for name, text in given.items() if text}
    plane = coordinates.plane(crs)
    if present == {"lat", "lon"}:
        return coordinates.read_wgs84(str(given["lat"]), str(given["lon"]), plane)
    if present == {"x", "y"}:
        return coordinates.read_vn2000(str(given["x"]), str(given["y"]), plane)
    raise BadInput("place-needs-a-pair", "lat, lon | x, y", given=", ".join(sorted(present)) or "–")
