"""The pieces that an extract is set from (``extract.typ`` draws each): plain values, all words already chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]
LEFT, RIGHT = "left", "right"


def head(text: str, level: int = 1) -> Block:
    return {"is": "head", "level": level, "text": text}


def text(words: str, look: str) -> Block:
    """``look``: quiet | note | warning | strong; of an estimate's lines step | line | small, each set in further."""
    return {"is": "text", "text": words, "look": look}


def pairs(rows: Sequence[tuple[str, str]]) -> Block:
    """Names and what stands for them, two columns of them on a page."""
    return {"is": "pairs", "rows": [list(row) for row in rows]}


def listed(rows: Sequence[str]) -> Block:
    return {"is": "list", "rows": list(rows)}


def bounds(rows: Sequence[tuple[str, str]], likely: int = 1) -> Block:
    """Numbers side by side, the ``likely``-th of them (from 0) the one that counts."""
    return {"is": "bounds", "rows": [list(row) for row in rows], "likely": likely}


def drawing(svg: str, width_mm: float, caption: str, piece: Sequence[str] = ()) -> Block:
    """``piece``: the key's words for the piece to convert, where the drawing has one."""
    return {"is": "drawing", "svg": svg, "width": width_mm, "text": caption, "piece": list(piece)}


def table(
    columns: Sequence[tuple[str, str, int]],
    rows: Sequence[Sequence[str]],
    *,
    foot: Sequence[str] = (),
    swatches: Sequence[str] = (),
) -> Block:
    """``columns`` are (title, side, share of the width; 0: as wide as needed). The heads are repeated on every page.

    ``swatches`` is a colour for the first cell of each row ("hatch": the one of a conflict).
    """
    return {
        "is": "table",
        "titles": [title for title, _, _ in columns],
        "sides": [side for _, side, _ in columns],
        "widths": [width for _, _, width in columns],
        "rows": [list(row) for row in rows],
        "foot": list(foot),
        "swatches": list(swatches),
    }
