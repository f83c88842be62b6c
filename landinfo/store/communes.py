"""Reads ``data/communes.csv`` and ``data/unions.csv``: every commune by code and period, and who went into whom."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from landinfo.model import Commune, Refused, Status, Union

SOURCE = "1685/NQ-UBTVQH15"


def read_communes(folder: Path) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
    """Communes in order of (code, period) and unions in order of old, then new code.

    Raises ``Refused`` naming the file and the row: a bad day, a period told twice, a union of communes not in the list.
    """
    communes = tuple(_communes(folder / "communes.csv"))
    unions = tuple(_unions(folder / "unions.csv"))
    known = {(c.code, c.period) for c in communes}
    for union in unions:
        if {(union.old_code, union.old_period), (union.new_code, union.new_period)} - known:
            raise Refused(
                "data-file", str(folder / "unions.csv"), entry=union.old_code, wrong="a commune not in the list"
            )
    return communes, unions


def _communes(path: Path) -> Iterator[Commune]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for (code, period), group in groupby(rows, key=lambda r: (r["code"], r["period"])):
        names = list(group)
        try:
            days = [date.fromisoformat(r["name_from"]) for r in names]
            end = date.fromisoformat(names[0]["effective_to"]) if names[0]["effective_to"] else None
        except ValueError as wrong:
            raise Refused("data-file", str(path), entry=f"{code}@{period}", wrong=str(wrong)) from wrong
        if days != sorted(set(days)):
            raise Refused("data-file", str(path), entry=f"{code}@{period}", wrong="names out of order of their days")
        yield Commune(
            code=code,
            period=period,
            effective_from=days[0],
            effective_to=end,
            names=tuple((day, r["kind"], r["name"]) for day, r in zip(days, names, strict=True)),
            district=names[-1]["district"],
            province=names[-1]["province"],
            source=SOURCE,
            status=Status(names[-1]["status"]),
        )


def _unions(path: Path) -> Iterator[Union]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Union(
                row["old_code"],
                row["old_period"],
                row["new_code"],
                row["new_period"],
                date.fromisoformat(row["day"]),
                row["whole"] == "yes",
            )
