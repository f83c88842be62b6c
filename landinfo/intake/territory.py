"""The name of a territory in one spelling: ``25750`` and ``25750@2024`` may be the same commune's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from landinfo.intake.fieldmap import Words
from landinfo.model import Commune, Edition

_CODE = re.compile(r"(\d{1,8})(?:@(\d{1,8}))?", re.ASCII)


def spelled(words: Words, layer: str, period: str, communes: Iterable[Commune], held: Sequence[Edition]) -> str:
    """``code@period`` where one period can be meant, else as it stands; text that is no code stays.

    Meant is ``period``, that of the rows, where it is known, or that of the commune which has the code on the
    edition's first day. What the store holds of the layer under the other spelling keeps its name.
    """
    match = _CODE.fullmatch(words.territory)
    if not match:
        return words.territory
    code, on = match[1], words.effective_from
    there = [c for c in communes if c.code == code and (not period or c.period == period)]
    if len(there) > 1:
        there = [c for c in there if c.effective_from <= on and (c.effective_to is None or on < c.effective_to)]
    meant = match[2] or (there[0].period if len(there) == 1 else "")
    whole = f"{code}@{meant}" if meant else code
    live = {e.territory for e in held if e.layer == layer and e.withdrawn is None}
    return code if whole not in live and code in live else whole
