"""One price list from a file: read, checked, and published whole into ``data/prices/<document>/`` or refused whole."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from landinfo.files.read import read_sheet
from landinfo.intake import pricechecks, pricerows
from landinfo.intake.findings import KINDS, Collector, Finding, found
from landinfo.intake.harmless import LONGEST, is_statement
from landinfo.intake.pricepublish import Asked, Draft, publish
from landinfo.model import PriceList, Refused, Rulebook
from landinfo.store.communes import read_communes


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to. ``folder`` is None where it was refused: then nothing was changed."""

    folder: Path | None
    findings: tuple[Finding, ...]
    first: date | None = None
    end: date | None = None
    rows: int = 0


def load(file: Path, asked: Asked, data: Path, rulebook: Rulebook, known: date) -> Loaded:
    """Load ``file`` as the list of a document into the folder ``data``, checked on the day ``known``.

    Whatever is wrong with the file is a finding of the result; the rulebook that was read before does not change.
    """
    collect = Collector()
    try:
        draft = _begun(asked, rulebook)
        if asked.document not in rulebook.documents:
            collect.put(found("PRI-037", document=asked.document))
        _read(file, draft, data, rulebook, collect)
        _check(draft, rulebook, collect)
    except Refused as wrong:
        if wrong.code not in KINDS:
            raise
        collect.put(found(wrong.code, **wrong.params))
        return Loaded(None, collect.all())
    if any(f.refuses for f in collect.all()):
        return Loaded(None, collect.all(), draft.first, draft.end, len(draft.rows))
    folder = publish(draft, data, rulebook, known)
    return Loaded(folder, collect.all(), draft.first, draft.end, len(draft.rows))


def _begun(asked: Asked, rulebook: Rulebook) -> Draft:
    for option, text in (("--document", asked.document), ("--source", asked.source)):
        if not is_statement(text):
            raise Refused("PRI-007", option, option=option, most=LONGEST)
    declared = next((x for x in rulebook.price_lists if x.document == asked.document), None)
    document = rulebook.documents.get(asked.document)
    if declared and declared.loaded and not asked.replaces:
        raise Refused("PRI-005", "document", document=asked.document)
    days = declared or document
    first = asked.first or (days.effective_from if days else None)
    end = asked.end or (days.effective_to if days else None)
    if first is None or (end is not None and end <= first):
        raise Refused("PRI-004", "from", first=first, end=end)
    return Draft(asked, declared, first, end)


def _read(file: Path, draft: Draft, data: Path, rulebook: Rulebook, collect: Collector) -> None:
    sheet = read_sheet(file)
    by_class = pricerows.by_class(sheet)
    draft.method = "class_coefficient" if by_class else "section"
    communes = [
        c.code for c in read_communes(data)[0] if c.effective_from <= draft.first < (c.effective_to or date.max)
    ]
    codes = _districts(data) if by_class else communes
    wanted = (*pricerows.WANTED, *(pricerows.BY_CLASS if by_class else pricerows.BY_SECTION))
    draft.rows = pricerows.rows(pricerows.named(sheet, wanted, file), codes, collect)
    uses = rulebook.land_use_types.keys()
    if by_class:
        if draft.asked.base is None:
            raise Refused("PRI-002", "base", file="--base", missing=", ".join(pricerows.BASE), columns="–")
        lines = pricerows.named(read_sheet(draft.asked.base), pricerows.BASE, draft.asked.base)
        draft.base = pricerows.table(lines, pricerows.BASE[:-1], codes, uses, collect)
    if draft.asked.agricultural is not None:
        lines = pricerows.named(read_sheet(draft.asked.agricultural), pricerows.AGRICULTURAL, draft.asked.agricultural)
        areas = {*communes, *(draft.declared.zone_of.values() if draft.declared else ())}
        draft.agricultural = pricerows.table(lines, pricerows.AGRICULTURAL[:-1], areas, uses, collect)


def _districts(data: Path) -> list[str]:
    with (data / "prices" / "districts.csv").open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def _check(draft: Draft, rulebook: Rulebook, collect: Collector) -> None:
    pricechecks.stretches(draft.rows, collect)
    pricechecks.shares(draft.rows, collect)
    pricechecks.unread(draft.rows, collect)
    base = {
        (b["district"], b["area_kind"], b["road_class"], b["use"], int(b["position"])): Decimal(b["price"]) * 1000
        for b in draft.base
        if b["price"] and b["position"].isdecimal()
    }
    pricechecks.without_base(draft.rows, base, collect)
    others = [x for x in rulebook.price_lists if x.document != draft.asked.document]
    before = [x for x in others if x.effective_from < draft.first and x.sections]
    pricechecks.jumps(draft.rows, base, max(before, key=lambda x: x.effective_from, default=None), collect)
    overlapping = [x.document for x in others if _overlap(x, draft)]
    if overlapping:
        collect.put(found("PRI-036", others=", ".join(overlapping)))


def _overlap(one: PriceList, draft: Draft) -> bool:
    last = date.max
    return one.effective_from < (draft.end or last) and draft.first < (one.effective_to or last)
