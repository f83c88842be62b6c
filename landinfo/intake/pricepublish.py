"""A price list that passed its checks goes into ``data/prices/<document>/``, whole.

``list.toml`` is the one file whose replacement publishes: the CSV files stand beside it under names of their content
before it is put in place, so a reader sees the old list or the new one, never a mixture.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from landinfo.intake.pricerows import Row
from landinfo.model import PriceList, Rulebook, Status
from landinfo.search import fold
from landinfo.store.prices import read_price_list


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator says of the file: its document, its days (None: as declared), where it comes from.

    ``base``: prices by class; ``agricultural``: prices by zone, where a zone may be a commune code; ``replaces``: rows
    of the document that are held already may be replaced.
    """

    document: str
    status: Status
    source: str
    first: date | None = None
    end: date | None = None
    base: Path | None = None
    agricultural: Path | None = None
    replaces: bool = False


@dataclass(slots=True)
class Draft:
    """The list as far as it is read. ``declared``: what the data hold of the document already."""

    asked: Asked
    declared: PriceList | None
    first: date
    end: date | None
    method: str = "section"
    rows: list[Row] = field(default_factory=list)
    base: list[dict[str, str]] = field(default_factory=list)
    agricultural: list[dict[str, str]] = field(default_factory=list)


def publish(draft: Draft, data: Path, rulebook: Rulebook, known: date) -> Path:
    """Write the list, read it back as every reader will, and put it in place. Returns its folder."""
    home = data / "prices"
    folder = home / (draft.declared.id if draft.declared else _free(home, draft.asked.document))
    with tempfile.TemporaryDirectory(prefix=".prices-", dir=data) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        named = {name: _write(made, name, lines) for name, lines in _files(draft).items() if lines}
        (made / "list.toml").write_text(_toml(draft, named, rulebook, known), "utf-8")
        read_price_list(made)
        if not folder.exists():
            made.rename(folder)
            return folder
        for name in named.values():
            shutil.copyfile(made / name, folder / name)
        (made / "list.toml").replace(folder / "list.toml")
    for old in folder.glob("*.csv"):
        if old.name not in named.values():
            with suppress(OSError):
                old.unlink()
    return folder


def _free(home: Path, document: str) -> str:
    """A folder name for a new document; the short one may be taken by a document of another issuer."""
    short = slug(document)
    return short if not (home / short).exists() else re.sub(r"\W+", "-", fold(document))


def slug(document: str) -> str:
    """``36/2019/QĐ-UBND`` → ``qd36-2019``: the folder of a document."""
    match = re.fullmatch(r"(\d+)/(\d{4})/(\w+)-.+", document)
    if match:
        return f"{fold(match[3])}{match[1]}-{match[2]}"
    return re.sub(r"[^a-z0-9]+", "-", fold(document)).strip("-")


def _files(draft: Draft) -> dict[str, list[dict[str, str]]]:
    return {"rows": [row.cells for row in draft.rows], "base": draft.base, "agricultural": draft.agricultural}


def _write(folder: Path, name: str, lines: Sequence[Mapping[str, str]]) -> str:
    columns = list(dict.fromkeys(column for line in lines for column in line))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(lines)
    content = text.getvalue().encode()
    file = f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.csv"
    (folder / file).write_bytes(content)
    return file


def _toml(draft: Draft, named: Mapping[str, str], rulebook: Rulebook, known: date) -> str:
    asked, declared = draft.asked, draft.declared
    document = rulebook.documents.get(asked.document)
    title_vi, title_en = (document.title_vi, document.title_en) if document else (asked.document, asked.document)
    words = {
        "document": asked.document,
        "label_vi": declared.label_vi if declared else title_vi,
        "label_en": declared.label_en if declared else title_en,
        "rules": declared.rules if declared else "",
        "article": declared.citation.article if declared else "",
        "method": draft.method,
        "status": asked.status.value,
        "source": asked.source,
        **named,
    }
    if declared and declared.k_citation:
        words["k_document"] = declared.k_citation.document
    lines = [f"{key} = {_text(value)}" for key, value in words.items()]
    lines += [f"from = {draft.first}", *([f"to = {draft.end}"] if draft.end else [])]
    lines += ["loaded = true", f"checked = {known}", f"check_by = {next_look(draft.end, known)}", *_tables(draft)]
    return "# Written by `python -m landinfo prices load`. Prices in the CSV files are 1,000 đồng/m².\n" + _joined(
        lines
    )


def next_look(end: date | None, known: date) -> date:
    """As the values of ``data/rules``: what is in force by the next 1 January, what has ended by mid-year."""
    return date(known.year + 1, 7 if end is not None and end <= known else 1, 1)


def _tables(draft: Draft) -> Iterable[str]:
    declared = draft.declared
    zones = dict(declared.zone_of) if declared else {}
    zones |= {row["zone"]: row["zone"] for row in draft.agricultural if row["zone"].isdecimal()}
    if declared and declared.rounding:
        yield f'rounding = {{ unit = {declared.rounding[0]}, mode = "{declared.rounding[1]}" }}'
    if zones:
        yield "\n[zones]"
        yield from (f"{_text(commune)} = {_text(zone)}" for commune, zone in sorted(zones.items()))
    if declared and declared.ratios:
        yield "\n[ratios]"
        for use, one in declared.ratios.items():
            words = f'of = {_text(one.of)}, ratio = {one.ratio}, status = "{one.citation.status.value}"'
            yield f"{use} = {{ {words}, article = {_text(one.citation.article)} }}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
