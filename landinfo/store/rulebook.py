"""Reads the repository's own data (``data/``) into one ``Rulebook``, and refuses a file it does not understand."""

from __future__ import annotations

import csv
import functools
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from landinfo.model import (
    Citation,
    Document,
    LandUseType,
    Refused,
    Rule,
    Rulebook,
    RuleValue,
    Status,
    Table,
    Theme,
    ThemeKind,
)
from landinfo.store.prices import read_price_lists

_VALUE_KEYS = {"from", "to", "value", "document", "article", "status", "checked", "check_by", "note"}


def read_rulebook(folder: Path) -> Rulebook:
    """All of ``folder`` (normally ``data/``), read once as long as no file of it changes.

    Raises ``Refused`` naming the file and the entry that is wrong.
    """
    return _read(folder, fingerprint(folder))


@functools.lru_cache(maxsize=2)
def _read(folder: Path, edition: str) -> Rulebook:
    rules, themes = dict(_rules(folder / "rules")), read_themes(folder / "themes.toml")
    _cases_known(folder / "themes.toml", themes, rules)
    return Rulebook(
        rules=MappingProxyType(rules),
        documents=MappingProxyType(_documents(folder)),
        price_lists=read_price_lists(folder / "prices"),
        themes=MappingProxyType(themes),
        land_use_types=MappingProxyType(_land_use_types(folder / "land_use_types.csv")),
        permissions=MappingProxyType(_toml(folder / "planning.toml")),
        texts=MappingProxyType(read_texts(folder / "texts")),
        edition=edition,
        tables=MappingProxyType(_tables(folder / "tables.toml")),
    )


def fingerprint(folder: Path) -> str:
    """First 16 hex digits of the SHA-256 over every rule, price, theme and code file: names the rulebook's edition."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".toml", ".csv"} and "sample" not in p.parts):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def read_texts(folder: Path) -> dict[str, Mapping[str, str]]:
    """Sentences by code from every ``*.toml`` in ``folder``; a code may stand only once."""
    texts: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        for code, entry in _toml(path).items():
            if code in texts or not isinstance(entry, dict) or not {"vi", "en"} <= entry.keys():
                raise Refused("data-file", str(path), entry=code, wrong="needs vi and en, and one place only")
            texts[code] = MappingProxyType(entry)
    return texts


def read_themes(path: Path) -> dict[str, Theme]:
    """The themes in the order of the file, which is the order of every answer."""
    return {key: _theme(path, key, raw) for key, raw in _toml(path).items()}


def _cases_known(path: Path, themes: Mapping[str, Theme], rules: Mapping[str, Rule]) -> None:
    """Raises ``Refused``: a theme hampers ground in a way that no rule of prices has a case for."""
    known = {case for value in rules["position_hampered"].values for case in value.value or ()}
    for key, theme in themes.items():
        if theme.hampers and theme.hampers not in known:
            raise Refused("data-file", str(path), entry=key, wrong=f"hampers must be one of {sorted(known)}")


def _theme(path: Path, key: str, raw: Mapping[str, Any]) -> Theme:
    try:
        return Theme(
            id=key,
            kind=ThemeKind(raw["kind"]),
            label_vi=raw["label_vi"],
            label_en=raw["label_en"],
            strip_width=float(raw["strip_width"]),
            system=raw["system"],
            office_vi=raw.get("office_vi", ""),
            office_en=raw.get("office_en", ""),
            designations=MappingProxyType(
                {code: (d["vi"], d["en"], d["colour"]) for code, d in raw.get("designations", {}).items()}
            ),
            decides_conversion=raw.get("decides_conversion", False),
            hampers=raw.get("hampers", ""),
        )
    except (KeyError, ValueError) as wrong:
        raise Refused("data-file", str(path), entry=key, wrong=str(wrong)) from wrong


def _rules(folder: Path) -> Iterator[tuple[str, Rule]]:
    seen: set[str] = set()
    for path in sorted(folder.glob("*.toml")):
        for key, raw in _toml(path).items():
            if key in seen:
                raise Refused("data-file", str(path), entry=key, wrong="this rule stands in another file too")
            seen.add(key)
            yield key, _rule(path, key, raw)


def _rule(path: Path, key: str, raw: Mapping[str, Any]) -> Rule:
    try:
        values = tuple(sorted((_value(v) for v in raw["values"]), key=lambda v: v.effective_from))
        return Rule(key, raw["label_vi"], raw["label_en"], raw["unit"], values)
    except (KeyError, ValueError, TypeError) as wrong:
        raise Refused("data-file", str(path), entry=key, wrong=str(wrong)) from wrong


def _value(raw: Mapping[str, Any]) -> RuleValue:
    unknown = raw.keys() - _VALUE_KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    status = Status(raw["status"])
    if status is Status.UNKNOWN and raw.get("value") is not None:
        raise ValueError("an unknown value has no number")
    return RuleValue(_day(raw["from"]), _day_or_none(raw.get("to")), _frozen(raw.get("value")), citation(raw))


def citation(raw: Mapping[str, Any]) -> Citation:
    """A citation from the keys ``document, article, status, checked, check_by, note`` of a table."""
    return Citation(
        document=str(raw["document"]),
        article=str(raw.get("article", "")),
        status=Status(raw["status"]),
        checked=_day_or_none(raw.get("checked")),
        check_by=_day_or_none(raw.get("check_by")),
        note=str(raw.get("note", "")),
    )


def _frozen(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, dict):
        return MappingProxyType({k: _frozen(v) for k, v in value.items()})
    return value


def _documents(folder: Path) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for path in sorted(folder.glob("documents*.toml")):
        for key, raw in _toml(path).items():
            if key in found:
                raise Refused("data-file", str(path), entry=key, wrong="this document stands in another file too")
            found[key] = _document(path, key, raw)
    return found


def _document(path: Path, key: str, raw: Mapping[str, Any]) -> Document:
    try:
        return Document(
            id=key,
            title_vi=raw["title_vi"],
            title_en=raw["title_en"],
            issuer=raw.get("issuer", ""),
            kind=raw["kind"],
            issued=_day_or_none(raw.get("issued")),
            effective_from=_day_or_none(raw.get("effective_from")),
            effective_to=_day_or_none(raw.get("effective_to")),
            status=Status(raw["status"]),
            source=raw.get("source", ""),
            checked=_day_or_none(raw.get("checked")),
            check_by=_day_or_none(raw.get("check_by")),
        )
    except (KeyError, ValueError) as wrong:
        raise Refused("data-file", str(path), entry=key, wrong=str(wrong)) from wrong


def _tables(path: Path) -> dict[str, Table]:
    try:
        return {k: Table(raw["label_vi"], raw["label_en"], citation(raw)) for k, raw in _toml(path).items()}
    except (KeyError, ValueError) as wrong:
        raise Refused("data-file", str(path), entry="", wrong=str(wrong)) from wrong


def _land_use_types(path: Path) -> dict[str, LandUseType]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: LandUseType(
                code=row["code"],
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                group=row["group"],
                colour=row["colour"],
                regimes=tuple(row["regimes"].split("|")),
                status=Status(row["status"]),
            )
            for row in csv.DictReader(file)
        }


class Term(NamedTuple):
    """A word of the field, said in plain words; ``document`` and ``article`` (may be empty) say where it comes from."""

    vi: str
    en: str
    meaning_vi: str
    meaning_en: str
    document: str
    article: str


def read_glossary(path: Path) -> dict[str, Term]:
    """The terms by key: an item or a fact of the estimate, a theme, or a word of the pages. Raises ``Refused``."""
    with path.open(encoding="utf-8", newline="") as file:
        terms = {row["key"]: Term(*(row[name] or "" for name in Term._fields)) for row in csv.DictReader(file)}
    for key, term in terms.items():
        if not all(term[:4]):
            raise Refused("data-file", str(path), entry=key, wrong="needs word and meaning in vi and en")
    return terms


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except (OSError, tomllib.TOMLDecodeError) as wrong:
        raise Refused("data-file", str(path), entry="", wrong=str(wrong)) from wrong


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"not a day: {value!r}")
    return value


def _day_or_none(value: object) -> date | None:
    return None if value is None else _day(value)
