"""The command ``shares``: every part of every parcel as its own answer has it, or nothing at all."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cadastre import TODAY
from test_measures import SMALL

from landinfo import asked, cli, lookup
from landinfo.intake import measuring
from landinfo.report import report
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook

BOOK = replace(read_rulebook(Path(__file__).resolve().parent.parent / "data"), themes=SMALL)
DAY = "2026-03-01"
Rows = list[tuple[str, ...]]


def written(url: str, out: Path) -> Rows:
    assert cli.main(["shares", "--store", url, "--out", str(out), "--on", DAY, "--known", str(TODAY)]) == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def answered(store: Store) -> Rows:
    """The rows of each parcel's own answer."""
    query = asked.read_query([("on", DAY), ("known", str(TODAY))], TODAY)
    found = []
    for parcel in store.parcels_in((0.0, 0.0, 1e7, 1e7), query.on, query.known):
        found += [
            (str(parcel.ref), shares.theme.id, row.kind, row.designation, str(row.area), str(row.percent), "true")
            for shares in report(query, lookup.gather(parcel, query, store, BOOK), BOOK).shares
            for row in shares.rows
        ]
    return found


def test_every_part_of_every_parcel_stands_there_measured_or_not(
    own_store: Store, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "read_rulebook", lambda _: BOOK)
    told = answered(own_store)
    assert {kind for _, _, kind, *_ in told} >= {"designation", "uncovered"}
    assert sorted(written(store_url, tmp_path / "before.csv")) == sorted(told)
    measuring.measure(store_url, BOOK.themes, date.fromisoformat(DAY), TODAY)
    assert sorted(written(store_url, tmp_path / "after.csv")) == sorted(told)
    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()


def test_what_cannot_be_written_is_said_and_nothing_stays(
    store_url: str, own_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out, vi, en in (
        ("shares.txt", "Không ghi được tệp có đuôi “.txt”", "A file that ends with “.txt” cannot be written"),
        ("gone/shares.csv", "gone/shares.csv", "gone/shares.csv"),
    ):
        assert cli.main(["shares", "--store", store_url, "--out", str(tmp_path / out)]) == 2
        said = capsys.readouterr().err
        assert vi in said
        assert en in said
    assert list(tmp_path.glob("*.csv")) == []
