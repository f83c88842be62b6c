"""A whole batch: look at the list, answer its rows in parts, keep each part, write the output at the end.

The output is a function of the list, the question and the data: how often a run was broken off, how many processes
answered and in which order their parts came is not to be seen in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import shapely

from landinfo.batch import answers, table, title
from landinfo.batch.journal import Journal
from landinfo.batch.row import Defaults
from landinfo.files.listing import Entry, Listing, open_listing
from landinfo.files.outlet import DRAWN, FORMATS, open_outlet, places
from landinfo.intake.steps import Share
from landinfo.model import Refused, Rulebook
from landinfo.store import open_store, program
from landinfo.store.rulebook import fingerprint, read_rulebook

MOST_ROWS = 2_000_000
PART = 100
"""Rows in a part: what a run that is killed does again at most, for each process."""
Row = tuple[Entry, int | None]
"""A row, and the row before it that asks the same."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is asked, and of what: ``defaults`` are the parameters of rows that do not say them, several of ``on`` and
    ``convert_to``; ``store`` and ``data`` are addresses, which a process of its own opens for itself. ``most`` rows are
    taken, and answers of ``most_bytes`` as they are kept (0: no limit).
    """

    source: Path
    target: Path
    store: str
    data: Path
    defaults: Defaults
    today: date
    encoding: str = ""
    most: int = MOST_ROWS
    most_bytes: int = 0

    @property
    def outlines(self) -> bool:
        return self.target.suffix.lower() in DRAWN


@dataclass(frozen=True, slots=True)
class Done:
    """``unread``: titles of columns that say nothing; ``files``: what was written, the main one first."""

    rows: int
    results: int
    errors: int
    unread: tuple[str, ...]
    encoding: str
    files: tuple[Path, ...]


Parts = Iterable[tuple[int, list[Row]]]
Answered = Iterator[tuple[int, int, bytes]]
"""Parts as they come: number, rows, content."""
Runner = Callable[[Parts, Batch], Answered]
Progress = Callable[[str, Share], None]


def run(batch: Batch, runner: Runner, progress: Progress) -> Done:
    """Answer the list and write the output, all of it or nothing; run again after a broken-off one it goes on.

    Raises ``BadInput``: the question; ``Refused``: the list or its columns, too many rows, an output that cannot be
    written or is written already, data that were published meanwhile; ``Busy``: the store does not answer.
    """
    rulebook = law(batch.data)
    answers.check(batch.defaults, batch.today, rulebook)
    _writable(batch, rulebook)
    listing = open_listing(batch.source, batch.encoding)
    unread = title.check(listing.titles) if listing.titles else ()
    progress("count", Share(0.0))
    rows = _counted(listing, batch.most)
    asked = _question(batch, listing, rulebook)
    with Journal(batch.target, asked) as journal:
        parts = _answer(batch, listing, rows, journal, runner, progress)
        if _question(batch, listing, rulebook) != asked:
            raise Refused("batch-data-changed", "--store")
        counts, files = _written(batch, parts, journal, rulebook, lambda done: progress("write", Share(done, rows)))
        journal.forget()
    progress("done", Share(1.0, rows))
    return Done(rows, counts[table.RESULTS], counts[table.ERRORS], unread, listing.encoding, files)


def _writable(batch: Batch, rulebook: Rulebook) -> None:
    target = batch.target
    if target.suffix.lower() not in FORMATS:
        raise Refused("batch-out-format", "--out", format=target.suffix or "–", formats=", ".join(FORMATS))
    if target.is_dir() or not target.absolute().parent.is_dir():
        wrong = "là thư mục · is a folder" if target.is_dir() else "không có thư mục · no such folder"
        raise Refused("file-cannot-be-written", "--out", file=str(target), wrong=wrong)
    written = places(target, table.tables(rulebook, False))
    if batch.source.resolve() in {place.resolve() for _, place in written}:
        raise Refused("batch-over-itself", "--out", file=target.name)


def _counted(listing: Listing, most: int) -> int:
    rows = 0
    for entry in listing.entries():
        rows += 1
        if rows > most:
            raise Refused("batch-many-rows", "file", most=most, row=entry.number)
    if not rows:
        raise Refused("batch-empty", "file", file=listing.path.name)
    return rows


def _question(batch: Batch, listing: Listing, rulebook: Rulebook) -> str:
    """Everything on which an answer stands, as one text."""
    store = open_store(batch.store, pool=1)
    try:
        facts, editions = store.facts(), store.editions()
    finally:
        store.close()
    held = [[e.id, e.content_hash, str(e.published), str(e.withdrawn), str(e.effective_to)] for e in editions]
    asked = [list(pair) for pair in batch.defaults]
    kind = ["drawn" if batch.outlines else "plain", listing.path.suffix.lower(), listing.encoding, PART]
    stands = [facts.crs, facts.schema_version, held, rulebook.edition, program.fingerprint()]
    return json.dumps([listing.digest, asked, batch.today.isoformat(), kind, *stands])


def _parts(listing: Listing) -> Iterator[tuple[int, list[Row]]]:
    """The rows in parts of ``PART``, each with the row that asks the same before it."""
    seen: dict[bytes, int] = {}
    number, part, weight = 0, list[Row](), 0
    for entry in listing.entries():
        first = seen.setdefault(_same(entry), entry.number)
        part.append((entry, None if first == entry.number else first))
        weight += PART if _takes_in(entry) else 1
        if weight >= PART:
            yield number, part
            number, part, weight = number + 1, [], 0
    if part:
        yield number, part


def _takes_in(entry: Entry) -> bool:
    """Does it mean ground, in which thousands of parcels may lie?"""
    drawn = entry.shape is not None and entry.shape.geom_type != "Point"
    return drawn or any(title.meaning(name) == "corners" for name in entry.cells)


def _same(entry: Entry) -> bytes:
    """What a row asks, without its own number or name."""
    cells = sorted((name, cell) for name, cell in entry.cells.items() if title.meaning(name) not in ("id", None))
    shape = shapely.to_wkb(entry.shape) if entry.shape else b""
    return hashlib.blake2b(json.dumps(cells).encode() + shape, digest_size=8).digest()


def _answer(batch: Batch, listing: Listing, rows: int, journal: Journal, runner: Runner, progress: Progress) -> int:
    """Answer every part that is not kept yet; how many parts there are."""
    sizes: dict[int, int] = {}
    done = kept = 0

    def missing() -> Iterator[tuple[int, list[Row]]]:
        nonlocal done
        for number, part in _parts(listing):
            sizes[number] = len(part)
            if journal.has(number):
                done += len(part)
            else:
                yield number, part

    for number, count, content in runner(missing(), batch):
        kept += len(content)
        if batch.most_bytes and kept > batch.most_bytes:
            raise Refused("batch-large-output", "file", most=batch.most_bytes // 1_000_000)
        journal.put(number, content)
        done += count
        progress("answer", Share(0.97 * done / rows, rows))
    return len(sizes)


def _written(
    batch: Batch, parts: int, journal: Journal, rulebook: Rulebook, progress: Callable[[float], None]
) -> tuple[Mapping[int, int], tuple[Path, ...]]:
    """The output out of all parts; the main file takes its place last."""
    counts = dict.fromkeys(range(len(table.NAMES)), 0)
    made = table.tables(rulebook, batch.outlines)
    try:
        outlet, put = open_outlet(batch.target, made, journal.scratch(), batch.today)
        with closing(outlet):
            for number in range(parts):
                progress(0.97 + 0.02 * number / parts)
                for kind, values, outline in journal.records(number):
                    outlet.add(kind, values, outline)
                    counts[kind] += 1
        for half, place in put:
            half.replace(place)
    except OSError as wrong:
        said = wrong.strerror or str(wrong)[:120]
        raise Refused("file-cannot-be-written", "--out", file=str(batch.target), wrong=said) from wrong
    return counts, tuple(place for _, place in reversed(put))


@lru_cache(maxsize=1)
def _law(folder: Path, edition: str) -> Rulebook:
    return read_rulebook(folder)


def law(folder: Path) -> Rulebook:
    """The rulebook, which takes a second to read."""
    return _law(folder, fingerprint(folder))
