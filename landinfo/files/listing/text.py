"""A list as CSV: its encoding and delimiter found out, its rows one by one, a broken one without the others."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from landinfo.model import BadInput, Refused

if TYPE_CHECKING:
    from landinfo.files.listing import Entry, Listing

DELIMITERS = ";,\t|"
LONGEST_LINE = 200_000
"""Letters: a boundary of 200 corners takes 6,000."""
MOST_LINES = 30
"""Of one row, whose quoted cells may hold line ends; behind that a quotation mark is taken for one too many."""
_BLOCK = 1 << 20
_PEEK = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FIT = {"windows-1258": "cp1258", "utf-16": "utf-16", "utf-8": "utf-8-sig"}
Lines = Iterator[tuple[int, str]]


def head(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """Titles and encoding. Raises ``Refused``."""
    codec = _named(encoding) if encoding else _found(path)
    _decodes(path, codec)
    for _, line in _lines(path, codec):
        if line.strip():
            return tuple(clean(cell) for cell in _cells(line, _delimiter(line))), codec
    raise Refused("batch-empty", "file", file=path.name)


def entries(listing: Listing) -> Iterator[Entry]:
    from landinfo.files.listing import Entry

    lines = ((n, line) for n, line in _lines(listing.path, listing.encoding) if line.strip())
    _, first = next(lines)
    delimiter, titles = _delimiter(first), listing.titles
    for number, cells, wrong in _rows(lines, delimiter):
        if wrong is None and any(cells[len(titles) :]):
            wrong = BadInput("batch-more-cells", "row", count=len(cells), titles=len(titles))
        held = {title: cell for title, cell in zip(titles, cells, strict=False) if cell and title}
        if held or wrong:
            yield Entry(number, held, None, wrong)


def clean(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).replace("\0", "\ufffd").split())


def _rows(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str], BadInput | None]]:
    """Rows whose quoted cells may go over several lines; a quotation mark that is never closed spoils one line only."""
    waiting: deque[tuple[int, str]] = deque()
    while (first := waiting.popleft() if waiting else next(lines, None)) is not None:
        taken = [first]
        line = taken[0][1]
        while line.count('"') % 2 and len(taken) < MOST_LINES:
            more = waiting.popleft() if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
            line += more[1]
        whole = _whole(line, delimiter)
        if whole is not None:
            yield taken[0][0], [clean(cell) for cell in whole], None
        else:
            waiting.extendleft(reversed(taken[1:]))
            yield _alone(*taken[0], delimiter)


def _whole(line: str, delimiter: str) -> list[str] | None:
    """The cells of one row; None: its quotation marks do not enclose cells, so it is not one row."""
    try:
        rows = list(csv.reader([line], delimiter=delimiter)) if line.count('"') % 2 == 0 else []
    except csv.Error:  # a mark amid a cell opens nothing, and the line ends inside the text
        return None
    return rows[0] if len(rows) == 1 else None


def _alone(number: int, line: str, delimiter: str) -> tuple[int, list[str], BadInput | None]:
    return number, [clean(cell) for cell in line.split(delimiter)], BadInput("batch-quotation", "row", line=line[:60])


def _cells(line: str, delimiter: str) -> Sequence[str]:
    return next(csv.reader([line.replace("\0", "\ufffd")], delimiter=delimiter), [])


def _delimiter(line: str) -> str:
    """That which parts the titles into most cells; the semicolon of Vietnamese spreadsheets where it is a draw."""
    return max(DELIMITERS, key=lambda mark: len(_cells(line, mark)))


def _lines(path: Path, codec: str) -> Lines:
    with path.open(encoding=codec, newline="") as file:
        for number, line in enumerate(iter(lambda: _line(file, path), ""), 1):
            yield number, line.replace("\0", "\ufffd")


def _line(file: TextIO, path: Path) -> str:
    line = file.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE:
        raise Refused("batch-long-line", "file", file=path.name, most=LONGEST_LINE)
    return line


def _named(encoding: str) -> str:
    try:
        return codecs.lookup(_FIT.get(encoding.lower(), encoding)).name
    except LookupError as wrong:
        raise Refused("FIL-007", "--encoding", encoding=encoding[:40], text="–") from wrong


def _found(path: Path) -> str:
    """By its mark; by the zero bytes of UTF-16; UTF-8 where all of it is; else Windows-1258."""
    with path.open("rb") as file:
        first = file.read(_PEEK)
    for mark, codec in _MARKS:
        if first.startswith(mark):
            return codec
    even, odd = first[::2].count(0), first[1::2].count(0)
    if max(even, odd) > len(first) // 8:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        _decodes(path, "utf-8")
    except Refused:
        return "cp1258"
    return "utf-8"


def _decodes(path: Path, codec: str) -> None:
    """Raises ``Refused``: where its bytes are no text of that encoding."""
    decoder, at = codecs.getincrementaldecoder(codec)(), 0
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
                at += len(block)
            decoder.decode(b"", True)
        except UnicodeDecodeError as wrong:
            shown = codec.replace("cp1258", "UTF-8, Windows-1258")
            raise Refused("batch-encoding", "file", file=path.name, encoding=shown, byte=at + wrong.start) from wrong
