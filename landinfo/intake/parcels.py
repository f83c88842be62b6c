"""Rows of a file → parcels: their numbers, areas, uses and days, and what a surveyor would ask about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from landinfo import search, survey
from landinfo.intake.checks import Shapes, same_ground
from landinfo.intake.corners import BLOCK
from landinfo.intake.harmless import is_commune, is_measure, is_number, shown
from landinfo.intake.land_uses import LandUses
from landinfo.intake.neighbours import fitting, frames, gaps, outline, overlaps, strips
from landinfo.intake.numbers import check_numbers
from landinfo.intake.rows import CORNER, Reader
from landinfo.intake.template import plain
from landinfo.intake.values import read_scale
from landinfo.model import BadInput, Commune, Parcel, ParcelRef, Union

LARGE_DIFFERENCES = (0.02, 0.05)
"""Ratios of |drawn − registered| to registered that are counted; the larger one is a finding."""


def parcels(reader: Reader, shapes: Shapes, held: tuple[Sequence[Commune], Sequence[Union]]) -> list[Parcel]:
    """The parcels of a table; ``shapes`` are in the store's plane, None where a row is already refused."""
    communes, unions = held
    known = {(c.code, c.period): c for c in communes}
    now = _communes_now(unions)
    commune, period, sheet, number = (reader.texts(name) for name in ("commune", "period", "sheet", "number"))
    given_now, uses = reader.texts("commune_now"), LandUses(reader)
    rows, made = [], list[Parcel]()
    for i, shape in enumerate(shapes):
        ref = ParcelRef(commune[i] or "", period[i] or "", sheet[i] or "", number[i] or "")
        if _bad_ref(reader, i, ref, given_now[i], known) or shape is None:
            continue
        row = reader.row(i)
        first, end = reader.days(i)
        area = reader.area(reader.map.area, i, row)
        in_2025 = given_now[i] or now.get((ref.commune, ref.period))
        held_as = uses.of(i, row, area)
        made.append(Parcel(ref, shape, area, held_as, first, end, in_2025, _scale(reader, i), ""))
        rows.append(i)
    _differences(reader, rows, made)
    check_numbers(reader, rows, made)
    _between(reader, rows, made)
    return _suffixed(reader, rows, made)


def _bad_ref(reader: Reader, i: int, ref: ParcelRef, now: str | None, known: Mapping[tuple[str, str], Commune]) -> bool:
    if not (ref.sheet and ref.number):
        reader.wrong("PAR-001", i)
        return True
    if (ref.commune, ref.period) not in known:
        reader.wrong("PAR-009", i, shown(ref.series, is_commune))
        return True
    if not _can_be_asked(ref):
        reader.wrong("PAR-002", i)
        return True
    if now and not is_commune(now):
        reader.wrong("PAR-009", i, shown(now, is_commune))
        return True
    return False


def _can_be_asked(ref: ParcelRef) -> bool:
    """Would what people type lead back to this parcel, and is nobody called so?"""
    return (
        _may_be_number(ref.sheet)
        and _may_be_number(ref.number)
        and _sheet_can_be_asked(ref.commune, ref.period, ref.sheet)
        and _number_can_be_asked(ref.number)
    )


_may_be_number = lru_cache(maxsize=10_000)(is_number)


@lru_cache(maxsize=10_000)
def _sheet_can_be_asked(commune: str, period: str, sheet: str) -> bool:
    return _leads_back(ParcelRef(commune, period, sheet, "1"))


@lru_cache(maxsize=10_000)
def _number_can_be_asked(number: str) -> bool:
    return _leads_back(ParcelRef("1", "2025", "1", number))


def _leads_back(ref: ParcelRef) -> bool:
    try:
        asked = search.parse_parcel(str(ref))
    except BadInput:
        return False
    return (asked.commune, asked.period, asked.sheet, asked.number) == (ref.commune, ref.period, ref.sheet, ref.number)


def _communes_now(unions: Sequence[Union]) -> dict[tuple[str, str], str]:
    """The 2025 commune of a map series where only one can be meant: itself, or the one it went into."""
    targets: dict[tuple[str, str], set[str]] = defaultdict(set)
    for union in unions:
        targets[union.old_code, union.old_period].add(union.new_code)
        targets[union.new_code, union.new_period].add(union.new_code)
    return {key: codes.pop() for key, codes in targets.items() if len(codes) == 1}


def _scale(reader: Reader, i: int) -> int | None:
    text = reader.texts("map_scale")[i]
    try:
        return read_scale(text) if text else None
    except ValueError:
        reader.wrong("PAR-011", i, shown(str(text), is_measure))
        return None


def _differences(reader: Reader, rows: Sequence[int], made: Sequence[Parcel]) -> None:
    """Drawn beside registered: PAR-007 over the larger ratio, else PAR-019 over what the survey explains."""
    rule, on = reader.rulebook.rules[survey.POSITION_ERROR], reader.map.words.effective_from
    for start in range(0, len(made), BLOCK):
        told = [(i, p) for i, p in zip(rows[start : start + BLOCK], made[start : start + BLOCK], strict=True)
                if p.registered_area is not None]  # fmt: skip
        areas, ratios = differences([p for _, p in told])
        shapes = np.array([p.shape for _, p in told], dtype=object)
        explained, _ = survey.tolerances(shapes, [p.map_scale for _, p in told], on, rule)
        # not more than areas are rounded is no difference
        for n in np.flatnonzero((ratios > LARGE_DIFFERENCES[1]) | (areas >= reader.limits.least_area)).tolist():
            i, parcel = told[n]
            drawn = f"{parcel.shape.area:.1f} ≠ {plain(parcel.registered_area)}"
            if ratios[n] > LARGE_DIFFERENCES[1]:
                reader.wrong("PAR-007", i, drawn)
            elif areas[n] > explained[n]:
                stated = parcel.map_scale
                scale = f"1:{stated or survey.ASSUMED_SCALE}{'' if stated else ' giả định · assumed'}"
                reader.wrong("PAR-019", i, f"{drawn} (± {plain(Decimal(str(explained[n])))}, {scale})")


def differences(told: Sequence[Parcel]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """|drawn − registered| of parcels that have a registered area, in m² and as a ratio of it."""
    drawn = shapely.area(np.array([p.shape for p in told], dtype=object))
    registered = np.array([float(p.registered_area or 0) for p in told])
    areas = np.abs(drawn - registered)
    return areas, areas / registered


def _between(reader: Reader, rows: Sequence[int], made: Sequence[Parcel]) -> None:
    """TOP-001 overlaps, TOP-002 overlaps thinner than the drawing is exact, TOP-003 gaps, TOP-004 strips, TOP-005 a
    parcel that covers several others.
    """
    shapes = np.array([parcel.shape for parcel in made], dtype=object)
    days = [(parcel.effective_from, parcel.effective_to) for parcel in made]
    fits = fitting(shapes)
    shared = overlaps(shapes, days, reader.limits, fits)
    framed = frames(shapes, shared)
    for n in sorted(framed):
        reader.wrong("TOP-005", rows[n])
    for one in shared:
        if not {one.left, one.right} & framed:
            detail = f"∩ {reader.table.rows[rows[one.right]]}: {one.area:.2f} m²"
            reader.wrong("TOP-002" if one.thin else "TOP-001", rows[one.left], detail, outline(one.piece))
    sheets = [(parcel.ref.commune, parcel.ref.period, parcel.ref.sheet) for parcel in made]
    between = (("TOP-003", gaps(shapes, sheets, reader.limits, fits)), ("TOP-004", strips(shapes, reader.limits)))
    for code, found in between:
        for gap in found:
            reader.wrong(code, rows[gap.row], f"{gap.area:.2f} m²", outline(gap.piece))


def _suffixed(reader: Reader, rows: Sequence[int], made: list[Parcel]) -> list[Parcel]:
    """Equal numbers in one sheet and time get "1", "2" … in the order of the file; the same row twice is refused."""
    twins: set[int] = set()
    for group in same_ground([p.shape for p in made], CORNER):
        refs: dict[tuple[object, ...], int] = {}
        for n in group:
            key = (made[n].ref, made[n].effective_from, made[n].effective_to)
            first = refs.setdefault(key, n)
            if first != n:
                twins.add(n)
                reader.wrong("PAR-003", rows[n], f"= {reader.table.rows[rows[first]]}")
            elif n != group[0]:
                reader.wrong("GEO-010", rows[n], f"= {reader.table.rows[rows[group[0]]]}")
    result = list(made)
    for ref, group in _shared_numbers(made, twins).items():
        if _meet([result[n] for n in group]):
            for number, n in enumerate(group, start=1):
                result[n] = replace(result[n], ref=replace(ref, suffix=str(number)))
                reader.wrong("PAR-004", rows[n], f"~{number}")
    return [parcel for n, parcel in enumerate(result) if n not in twins]


def _shared_numbers(made: Sequence[Parcel], twins: Container[int]) -> dict[ParcelRef, list[int]]:
    """The numbers that several of ``made`` bear, and which, in the order of the file."""
    seen: set[ParcelRef] = set()
    again: dict[ParcelRef, list[int]] = {}
    for n, parcel in enumerate(made):
        if n not in twins:
            if parcel.ref in seen:
                again[parcel.ref] = []
            seen.add(parcel.ref)
    for n, parcel in enumerate(made):
        if n not in twins and parcel.ref in again:
            again[parcel.ref].append(n)
    return again


def _meet(rows: Sequence[Parcel]) -> bool:
    """Are two of them in force on the same day? Numbers that follow one another in time are not equal."""
    ordered = sorted(rows, key=lambda p: p.effective_from)
    pairs = pairwise(ordered)
    return any(a.effective_to is None or b.effective_from < a.effective_to for a, b in pairs)
