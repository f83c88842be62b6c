"""One row of a list → what stands of it in the tables: results, estimate lines, themes, or errors; never nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely

from landinfo import asked, lookup, overlay, present, search
from landinfo.batch import row, table
from landinfo.files.listing import Entry
from landinfo.lookup import Report, Several
from landinfo.model import BadInput, Busy, CannotBeAnswered, NotHere, Parcel, Problem, Query, Rulebook
from landinfo.plain import Plain
from landinfo.store import Store

MOST_PARCELS = 5_000
"""Of one drawing."""
TOUCHES = 0.1
"""m² from which a drawing takes a parcel in."""
Record = tuple[int, list[Any], Plain | None]
"""Number of the table, values of its columns, outline."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is the same for every row: the store, the law, the question that a row does not ask itself, the day."""

    store: Store
    rulebook: Rulebook
    defaults: row.Defaults
    today: date
    outlines: bool


def check(defaults: row.Defaults, today: date, rulebook: Rulebook) -> None:
    """Raises ``BadInput``: what no row could be asked, said once for the list and not again for every row."""
    for pairs in row.questions({}, defaults):
        with suppress(CannotBeAnswered):  # on that day; a row may name another
            lookup.answerable(asked.read_query(pairs, today), rulebook)


def records(entry: Entry, same_as: int | None, ask: Asking) -> Iterator[Record]:
    """Everything that one row gives; ``same_as``: the row that asks the same before it. Raises ``Busy``."""
    given: dict[str, str] = {}
    try:
        if entry.wrong:
            raise entry.wrong
        given = row.named(entry.cells)
        where = row.place(given, entry.shape, ask.store.facts().crs)
        pairs = list(row.questions(given, ask.defaults))
    except Busy:
        raise
    except Problem as wrong:
        yield _error(entry, given, [], wrong, _written(given), ask)
        return
    for each in pairs:
        for ref, said, inside in _answered(where, each, ask):
            if isinstance(said, Problem):
                yield _error(entry, given, each, said, ref or _written(given), ask)
            else:
                yield from _recorded([entry.number, given.get("id", "")], said, inside, same_as, ask)


Said = tuple[str, Report | Problem, float | None]
"""The parcel that a drawing takes in ("": none is drawn), its answer, and the percent of it that lies inside."""


def _written(given: Mapping[str, str]) -> str:
    """The parcel as the row has it."""
    return given.get("parcel") or "/".join(given[n] for n in ("commune", "sheet", "number") if n in given)


def _answered(where: row.Place, pairs: Sequence[tuple[str, str]], ask: Asking) -> Iterator[Said]:
    """The answers to one question: one, or one for each parcel that a drawing takes in."""
    try:
        query = asked.read_query(pairs, ask.today)
        if where.ground is None:
            yield "", _one(where, query, ask), None
            return
        lookup.answerable(query, ask.rulebook)
        held = _within(where.ground, query, ask)
    except Busy:
        raise
    except Problem as wrong:
        yield "", wrong, None
        return
    for parcel, inside in held:
        try:
            named = row.Place(parcel=search.parse_parcel(str(parcel.ref)))
            yield str(parcel.ref), _one(named, query, ask), inside
        except Busy:
            raise
        except Problem as wrong:
            yield str(parcel.ref), wrong, inside


def _one(where: row.Place, query: Query, ask: Asking) -> Report:
    if where.parcel:
        found = lookup.parcel(where.parcel, query, ask.store, ask.rulebook)
    else:
        assert where.point
        found = lookup.at(*where.point, query, ask.store, ask.rulebook)
    if isinstance(found, Several):
        refs = tuple(str(p.ref) for p in found.parcels)
        raise BadInput("batch-several", "parcel", count=len(refs), refs=", ".join(refs[:5]), nearest=refs)
    return found


def _within(ground: Any, query: Query, ask: Asking) -> list[tuple[Parcel, float]]:
    """The parcels that a drawing takes in, by their number, each with the percent of it that lies inside."""
    near = ask.store.parcels_in(ground.bounds, query.on, query.known, limit=MOST_PARCELS * 4)
    shapely.prepare(ground)
    held = []
    for parcel in near:
        if shapely.intersects(ground, parcel.shape):
            all_of_it = shapely.contains_properly(ground, parcel.shape)
            common = parcel.shape.area if all_of_it else overlay.common(ground, parcel.shape).area
            if common >= min(TOUCHES, parcel.shape.area / 2):
                held.append((parcel, round(100 * common / parcel.shape.area, 1)))
    if not held:
        raise NotHere("batch-nothing-inside", "geometry", day=query.on)
    if len(held) > MOST_PARCELS or len(near) == MOST_PARCELS * 4:
        raise BadInput("batch-many-parcels", "geometry", most=MOST_PARCELS)
    return held


def _recorded(
    head: list[Any], report: Report, inside: float | None, same_as: int | None, ask: Asking
) -> Iterator[Record]:
    answer = present.listed(report, ask.rulebook, ask.outlines)
    told = table.result(answer, ask.rulebook)
    yield table.RESULTS, [*head, *told, inside, same_as], answer["parcel"]["geometry"]
    for line in table.lines(answer):
        yield table.LINES, [*head, *line], None
    for share in table.themes(answer):
        yield table.THEMES, [*head, *share], None


def _error(
    entry: Entry, given: Mapping[str, str], pairs: Sequence[tuple[str, str]], wrong: Problem, ref: str, ask: Asking
) -> Record:
    said = present.problem(wrong, ask.rulebook)
    nearest = ", ".join(near["ref"] for near in said.get("nearest", ()))
    cells = json.dumps(dict(entry.cells), ensure_ascii=False)
    question = dict(pairs)
    told = [said["code"], said["field"], said["detail"], said["detail_en"], nearest]
    asked_ = [ref, question.get("on"), question.get("convert_to")]
    return table.ERRORS, [entry.number, given.get("id", ""), *asked_, *told, cells], None
