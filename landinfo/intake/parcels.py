"""Rows of a file → parcels: their numbers, areas, uses and days, and what a surveyor would ask about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from landinfo import search, survey
from landinfo.intake.checks import Shapes, same_ground
from landinfo.intake.fieldmap import LandUseField
from landinfo.intake.neighbours import frames, gaps, outline, overlaps, strips
from landinfo.intake.numbers import check_numbers
from landinfo.intake.rows import CORNER, Reader
from landinfo.intake.template import plain
from landinfo.intake.uses import Uses, read_uses
from landinfo.intake.values import read_scale
from landinfo.model import BadInput, Commune, LandUse, Parcel, ParcelRef, Union

LARGE_DIFFERENCES = (0.02, 0.05)
"""Ratios of |drawn − registered| to registered that are counted; the larger one is a finding."""


def parcels(reader: Reader, shapes: Shapes, held: tuple[Sequence[Commune], Sequence[Union]]) -> list[Parcel]:
    """The parcels of a table; ``shapes`` are in the store's plane, None where a row is already refused."""
    communes, unions = held
    known = {(c.code, c.period): c for c in communes}
    now = _communes_now(unions)
    made: list[tuple[int, Parcel]] = []
    for i, shape in enumerate(shapes):
        row = reader.row(i)
        commune, period = reader.text("commune", row), reader.text("period", row)
        ref = ParcelRef(commune, period, reader.text("sheet", row), reader.text("number", row))
        if _bad_ref(reader, i, ref, known) or shape is None:
            continue
        first, end = reader.days(i, row)
        area = reader.area(reader.map.area, i, row)
        given_now = reader.text("commune_now", row) or now.get((commune, period))
        uses = _land_uses(reader, i, row, area)
        made.append((i, Parcel(ref, shape, area, uses, first, end, given_now, _scale(reader, i, row), "")))
    _differences(reader, made)
    check_numbers(reader, made)
    _between(reader, made)
    return _suffixed(reader, made)


def _bad_ref(reader: Reader, i: int, ref: ParcelRef, known: Mapping[tuple[str, str], Commune]) -> bool:
    if not (ref.sheet and ref.number):
        reader.wrong("PAR-001", i)
        return True
    if (ref.commune, ref.period) not in known:
        reader.wrong("PAR-009", i, ref.series)
        return True
    if not _can_be_asked(ref):
        reader.wrong("PAR-002", i)
        return True
    return False


def _can_be_asked(ref: ParcelRef) -> bool:
    """Would what people type lead back to this parcel?"""
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


def _scale(reader: Reader, i: int, row: Mapping[str, Any]) -> int | None:
    text = reader.text("map_scale", row)
    try:
        return read_scale(text) if text else None
    except ValueError:
        reader.wrong("PAR-011", i, text)
        return None


def _land_uses(reader: Reader, i: int, row: Mapping[str, Any], whole: Decimal | None) -> tuple[LandUse, ...]:
    """The uses in the order of the map; a combined code (``ONT+CLN``) is several; a single use has the whole area.

    Areas inside the code (``ODT 100 + CLN 257.5``) are those of the uses.
    """
    uses: list[LandUse] = []
    for field in reader.map.land_uses:
        code = reader.code(i, field.code, field.mapping, row)
        if code:
            told = read_uses(code, reader.uses)
            area = reader.area(field.area, i, row)
            uses += [LandUse(c, field.regime, area if len(told.parts) == 1 and a is None else a) for c, a in told.parts]
            _said_of_uses(reader, i, code, told)
            _known_codes(reader, i, [c for c, _ in told.parts], field)
    _sum_of_uses(reader, i, uses, whole)
    if len(uses) == 1 and uses[0].area is None:
        return (replace(uses[0], area=whole),)
    return tuple(uses)


def _said_of_uses(reader: Reader, i: int, code: str, told: Uses) -> None:
    if not told.read:
        reader.wrong("PAR-017", i, code)
    elif not told.plain:
        parts = (c if a is None else f"{c} {plain(a)}" for c, a in told.parts)
        reader.wrong("PAR-016", i, f"{code} → {'; '.join(parts)}")


def _sum_of_uses(reader: Reader, i: int, uses: Sequence[LandUse], whole: Decimal | None) -> None:
    areas = [use.area for use in uses if use.area is not None]
    if whole is None or not areas or len(areas) < len(uses):
        return
    if abs(sum(areas) - whole) > Decimal(str(reader.limits.use_area_difference)):
        reader.wrong("PAR-018", i, f"{plain(sum(areas))} ≠ {plain(whole)}")


def _known_codes(reader: Reader, i: int, codes: Sequence[str], field: LandUseField) -> None:
    for code in codes:
        listed = reader.rulebook.land_use_types.get(code)
        if listed is None:
            reader.wrong("PAR-008", i, f"{code} ({field.regime})")
        elif field.regime not in listed.regimes:
            reader.wrong("PAR-015", i, f"{code} ({field.regime}) ∈ {', '.join(listed.regimes)}")


def _differences(reader: Reader, made: Sequence[tuple[int, Parcel]]) -> None:
    """Drawn beside registered: PAR-007 over the larger ratio, else PAR-019 over what the survey explains."""
    rule, on = reader.rulebook.rules[survey.POSITION_ERROR], reader.map.words.effective_from
    for i, parcel in made:
        if parcel.registered_area is None:
            continue
        drawn = f"{parcel.shape.area:.1f} ≠ {plain(parcel.registered_area)}"
        if difference(parcel) > LARGE_DIFFERENCES[1]:
            reader.wrong("PAR-007", i, drawn)
            continue
        if abs(parcel.shape.area - float(parcel.registered_area)) < reader.limits.least_area:
            continue  # not more than areas are rounded
        explained, _ = survey.tolerance(parcel.shape, parcel.map_scale, on, rule)
        if abs(parcel.shape.area - float(parcel.registered_area)) > float(explained):
            scale = parcel.map_scale or survey.ASSUMED_SCALE
            reader.wrong("PAR-019", i, f"{drawn} (± {plain(explained)}, 1:{scale})")


def _between(reader: Reader, made: Sequence[tuple[int, Parcel]]) -> None:
    """TOP-001 overlaps, TOP-002 overlaps thinner than the drawing is exact, TOP-003 gaps, TOP-004 strips, TOP-005 a
    parcel that covers several others.
    """
    rows, shapes = [i for i, _ in made], np.array([parcel.shape for _, parcel in made], dtype=object)
    days = [(parcel.effective_from, parcel.effective_to) for _, parcel in made]
    shared = overlaps(shapes, days, reader.limits)
    framed = frames(shapes, shared)
    for n in sorted(framed):
        reader.wrong("TOP-005", rows[n])
    for one in shared:
        if not {one.left, one.right} & framed:
            detail = f"∩ {reader.table.rows[rows[one.right]]}: {one.area:.2f} m²"
            reader.wrong("TOP-002" if one.thin else "TOP-001", rows[one.left], detail, outline(one.piece))
    sheets = [(parcel.ref.series, parcel.ref.sheet) for _, parcel in made]
    for code, found in (("TOP-003", gaps(shapes, sheets, reader.limits)), ("TOP-004", strips(shapes, reader.limits))):
        for gap in found:
            reader.wrong(code, rows[gap.row], f"{gap.area:.2f} m²", outline(gap.piece))


def difference(parcel: Parcel) -> float:
    """|drawn − registered| as a ratio of the registered area; the parcel must have one."""
    registered = float(parcel.registered_area or 0)
    return abs(float(parcel.shape.area) - registered) / registered


def _suffixed(reader: Reader, made: Sequence[tuple[int, Parcel]]) -> list[Parcel]:
    """Equal numbers in one sheet and time get "1", "2" … in the order of the file; the same row twice is refused."""
    twins: set[int] = set()
    for rows in same_ground([p.shape for _, p in made], CORNER):
        refs: dict[tuple[object, ...], int] = {}
        for n in rows:
            key = (made[n][1].ref, made[n][1].effective_from, made[n][1].effective_to)
            first = refs.setdefault(key, n)
            if first != n:
                twins.add(n)
                reader.wrong("PAR-003", made[n][0], f"= {reader.table.rows[made[first][0]]}")
            elif n != rows[0]:
                reader.wrong("GEO-010", made[n][0], f"= {reader.table.rows[made[rows[0]][0]]}")
    by_ref: dict[ParcelRef, list[int]] = defaultdict(list)
    for n, (_, parcel) in enumerate(made):
        if n not in twins:
            by_ref[parcel.ref].append(n)
    result = [parcel for _, parcel in made]
    for ref, rows in by_ref.items():
        if _meet([result[n] for n in rows]):
            for number, n in enumerate(rows, start=1):
                result[n] = replace(result[n], ref=replace(ref, suffix=str(number)))
                reader.wrong("PAR-004", made[n][0], f"~{number}")
    return [parcel for n, parcel in enumerate(result) if n not in twins]


def _meet(rows: Sequence[Parcel]) -> bool:
    """Are two of them in force on the same day? Numbers that follow one another in time are not equal."""
    ordered = sorted(rows, key=lambda p: p.effective_from)
    pairs = pairwise(ordered)
    return any(a.effective_to is None or b.effective_from < a.effective_to for a, b in pairs)
