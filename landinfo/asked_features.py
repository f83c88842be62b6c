"""The parameters of OGC API – Features (OGC 17-069r4, 18-058r1, 19-079r2) → what is asked of a collection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from landinfo import asked, cql, frame
from landinfo.hits.features import Wanted, Window
from landinfo.model import BadInput

ITEM = ("f", "crs", "datetime", "known")
ITEMS = (*ITEM, "bbox", "bbox-crs", "limit", "offset", "after", "filter", "filter-lang", "filter-crs")
LIMIT, MOST, MOST_OFFSET = 100, 1000, 10_000
LANGUAGES = ("cql2-text", "cql2-json")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2}))?", re.ASCII)
_AFTER = re.compile(r"n([0-9a-f]{1,15})", re.ASCII)
Days = tuple[date, date]


def read(given: Iterable[tuple[str, str]], types: Mapping[str, str], store: str, today: date) -> Wanted:
    """A page of features in the store's plane ``store``; without days it is about today. Raises ``BadInput``.

    A property is a parameter too: ``sheet=4``.
    """
    values = asked.single(given, (*ITEMS, *types))
    _format(values)
    days, known = read_days("datetime", values.get("datetime"), today), _known(values, today)
    return Wanted(
        frame=frame.read("crs", values.get("crs", frame.CRS84), store),
        days=days,
        known=known,
        window=_window(values, store),
        limit=min(_count("limit", values.get("limit", str(LIMIT)), 1, 10**9), MOST),
        skip=_count("offset", values.get("offset", "0"), 0, MOST_OFFSET),
        after=_after(values.get("after")),
        filter=_filter(values, types, store),
    )


def read_item(given: Iterable[tuple[str, str]], first: date | None, store: str, today: date) -> Wanted:
    """One feature; ``first``: the day that stands in its id. Raises ``BadInput``."""
    values = asked.single(given, ITEM)
    _format(values)
    if first and "datetime" in values:
        raise BadInput("features-two-days", "datetime")
    days = (first, first) if first else read_days("datetime", values.get("datetime"), today)
    return Wanted(frame.read("crs", values.get("crs", frame.CRS84), store), days, _known(values, today))


def read_document(given: Iterable[tuple[str, str]]) -> None:
    """A document about the data has no parameters but its form. Raises ``BadInput``."""
    _format(asked.single(given, ("f",)))


def cursor(number: int) -> str:
    """Where a page goes on, as it stands in an address."""
    return f"n{number:x}"


def read_days(field: str, text: str | None, today: date) -> Days:
    """A day, a time, or an interval with open ends → its first and last day in Việt Nam. Raises ``BadInput``."""
    if text is None:
        return today, today
    first, slash, last = text.partition("/")
    try:
        since = _day(first, date.min if slash else None)
        until = _day(last, date.max) if slash else since
    except (ValueError, OverflowError) as wrong:
        raise BadInput("features-bad-days", field, value=text[:60]) from wrong
    if until < since:
        raise BadInput("features-bad-days", field, value=text[:60])
    return since, until


def _day(text: str, without: date | None) -> date:
    if without is not None and text in ("", ".."):
        return without
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    if len(text) == len("2026-03-01"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text.upper()).astimezone(asked.VIETNAM).date()


def _known(values: Mapping[str, str], today: date) -> date:
    return asked.read_day("known", values["known"]) if "known" in values else today


def _format(values: Mapping[str, str]) -> None:
    if values.get("f", "json") not in ("json", "geojson"):
        raise BadInput("features-format", "f", value=values["f"][:40])


def _window(values: Mapping[str, str], store: str) -> Window | None:
    if "bbox" not in values:
        if "bbox-crs" in values:
            raise BadInput("bbox-crs-alone", "bbox-crs")
        return None
    where = frame.read("bbox-crs", values.get("bbox-crs", frame.CRS84), store)
    try:
        shape, box = where.window([float(part) for part in values["bbox"].split(",")])
    except ValueError as wrong:
        raise BadInput("features-bad-bbox", "bbox", value=values["bbox"][:80]) from wrong
    return Window(shape, where, box)


def _count(field: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        raise BadInput("features-bad-count", field, value=text[:40], least=least, most=most)
    return int(text)


def _after(text: str | None) -> int:
    if text is None:
        return 0
    found = _AFTER.fullmatch(text)
    if found is None:
        raise BadInput("features-bad-after", "after", value=text[:40])
    return int(found[1], 16)


def _filter(values: Mapping[str, str], types: Mapping[str, str], store: str) -> cql.Filter | None:
    language = values.get("filter-lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise BadInput("filter-language", "filter-lang", value=language[:40], known=", ".join(LANGUAGES))
    if "filter-crs" in values:
        frame.read("filter-crs", values["filter-crs"], store)  # no filter has a geometry, so nothing else hangs on it
    asked_of = cql.equal({name: values[name] for name in types if name in values}, types)
    if "filter" in values:
        asked_of.append(cql.read(values["filter"], language, types))
    return cql.Filter(*asked_of) if asked_of else None
