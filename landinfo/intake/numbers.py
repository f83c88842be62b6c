"""Parcel numbers as a sheet has them: natural numbers in a row, few of them left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from landinfo.intake.rows import Reader
from landinfo.model import Parcel

_MOST_DIGITS = 6


def check_numbers(reader: Reader, rows: Sequence[int], made: Sequence[Parcel]) -> None:
    """PAR-020 numbers missing between the first and the last of a sheet, PAR-021 one far beyond the one before it,
    PAR-022 no natural number, PAR-023 communes of before and after 1 July 2025 in one file.
    """
    sheets: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for i, parcel in zip(rows, made, strict=True):
        ref = parcel.ref
        if ref.number.isascii() and ref.number.isdecimal() and len(ref.number) <= _MOST_DIGITS and ref.number[0] != "0":
            sheets[ref.series, ref.sheet].setdefault(int(ref.number), i)
        else:
            reader.wrong("PAR-022", i, ref.number)
    for numbers in sheets.values():
        _in_a_row(reader, numbers)
    _periods(reader, rows, made)


def _in_a_row(reader: Reader, rows: dict[int, int]) -> None:
    for before, number in pairwise(sorted(rows)):
        if number - before > reader.limits.number_gap:
            reader.wrong("PAR-021", rows[number], f"{before} … {number}")
        elif number - before > 1:
            left_out = f"{before + 1}–{number - 1}" if number - before > 2 else str(before + 1)
            reader.wrong("PAR-020", rows[number], left_out)


def _periods(reader: Reader, rows: Sequence[int], made: Sequence[Parcel]) -> None:
    first: dict[str, int] = {}
    for i, parcel in zip(rows, made, strict=True):
        first.setdefault(parcel.ref.period, i)
    if len(first) > 1:
        for period, i in first.items():
            reader.wrong("PAR-023", i, period)
