"""Capital-letter fonts of before Unicode (".VnTimeH"): the bytes of small letters, meant and printed as capitals.

The bytes do not tell. What does: a drawing that names the font of a text (DXF), or the field map that names a column.
A DGN names its fonts by a number of the office's own, and a table has no fonts: there only the field map tells.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from landinfo.files import legacy
from landinfo.files.table import Remark, Table
from landinfo.files.words import EXAMPLES, example

_FONT = re.compile(r"\.[Vv][Nn][\w -]*H")
_NAMED = re.compile(rb"\.[Vv][Nn][\w -]*H")
Texts = Sequence[object]


def is_capital_font(name: str) -> bool:
    """``.VnTimeH``, ``.VnArialH``: the faces of TCVN3 whose name ends in a large H."""
    return _FONT.fullmatch(name.strip()) is not None


def are_named(path: Path) -> bool:
    """Does a drawing name such a font at all? It spares a second reading."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _NAMED.search(content) is not None


def by_fonts(
    texts: Sequence[object], fonts: Sequence[str], remarks: Sequence[Remark]
) -> tuple[list[object], Remark | None]:
    """The texts, those in a capital font as capitals, with FIL-018; ``remarks`` say which encoding they came in."""
    meant = [is_capital_font(font) for font in fonts]
    made, changed = _raised(texts, meant, remarks)
    named = dict.fromkeys(fonts[i] for i in changed)
    return made, _remark("FIL-018", texts, made, changed, ", ".join(named)) if changed else None


def told(table: Table, columns: Sequence[str]) -> Table:
    """The table with the columns that the field map names as capitals, with FIL-019."""
    raised: dict[str, Texts] = dict(table.columns)
    found: list[Remark] = []
    for name in columns:
        before = table.columns.get(name, ())
        raised[name], changed = _raised(before, [True] * len(before), table.remarks)
        if changed:
            found.append(_remark("FIL-019", before, raised[name], changed, name))
    return replace(table, columns={n: raised[n] for n in table.columns}, remarks=(*table.remarks, *found))


def _raised(
    texts: Sequence[object], meant: Sequence[bool], remarks: Sequence[Remark]
) -> tuple[list[object], list[int]]:
    """What is Unicode already has the letters that it means: only ASCII and what was TCVN3 is raised."""
    tcvn3 = any(r.params.get("encoding") == legacy.TCVN3 and r.code in ("FIL-015", "FIL-016") for r in remarks)
    made = [
        text.upper() if is_meant and isinstance(text, str) and (tcvn3 or text.isascii()) else text
        for text, is_meant in zip(texts, meant, strict=True)
    ]
    return made, [i for i, (one, other) in enumerate(zip(texts, made, strict=True)) if one != other]


def _remark(
    code: str, before: Sequence[object], after: Sequence[object], changed: Sequence[int], evidence: str
) -> Remark:
    pairs = dict.fromkeys((str(before[i]), str(after[i])) for i in changed)
    shown = [example(one, other) for one, other in list(pairs)[:EXAMPLES]]
    facts: Mapping[str, object] = {"count": len(changed), "evidence": evidence, "examples": shown}
    return Remark(code, facts)
