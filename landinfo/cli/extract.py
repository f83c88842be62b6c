"""The files of an answer: ``--pdf``, ``--xlsx``, ``--geojson`` of ``parcel`` and ``at``."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

from landinfo import lookup
from landinfo.cli.common import print_both, today
from landinfo.model import BadInput, Refused, Rulebook
from landinfo.paper import address, extract, issuing, tables
from landinfo.paper.extract import Extract
from landinfo.store import Store
from landinfo.store.register import beside, open_register
from landinfo.texts import LANGUAGES, say

KINDS = ("pdf", "xlsx", "geojson")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pdf", metavar="FILE", help="ghi trích lục · write the extract")
    parser.add_argument("--xlsx", metavar="FILE", help="ghi bảng tính · write the estimate as a spreadsheet")
    parser.add_argument("--geojson", metavar="FILE", help="ghi các phần đất · write the parts")
    parser.add_argument(
        "--register",
        metavar="PLACE",
        default=os.environ.get("LANDINFO_REGISTER", ""),
        help="nơi giữ mã đã cấp · where issued codes are kept (default beside the store)",
    )


def wanted(arguments: argparse.Namespace) -> bool:
    return any(getattr(arguments, kind) for kind in KINDS)


def write(
    found: lookup.Report | lookup.Several, store: Store, arguments: argparse.Namespace, rulebook: Rulebook
) -> None:
    """Make all the files, keep their code, then write them. Raises ``BadInput``, ``Refused`` or ``Busy``."""
    if isinstance(found, lookup.Several):
        raise BadInput("extract-needs-one-parcel", "parcel", refs=", ".join(str(p.ref) for p in found.parcels))
    places = {kind: Path(getattr(arguments, kind)) for kind in KINDS if getattr(arguments, kind)}
    for kind, place in places.items():
        if [p.absolute() for p in places.values()].count(place.absolute()) > 1:
            raise BadInput("file-given-twice", f"--{kind}", file=str(place))
        _writable(place, f"--{kind}")
    made = extract.make(found, rulebook)
    contents = dict(_contents(made, store, list(places), arguments.lang, rulebook))
    kept = [contents[kind] for kind in places if kind != "geojson"]
    if kept:
        register = open_register(arguments.register or beside(arguments.store))
        issuing.keep(made, register, today(), kept)
    for kind, place in places.items():
        _put(place, contents[kind], f"--{kind}")
        print_both(say("extract-written", {"file": str(place), "extract": made.code}, rulebook.texts))


def _contents(
    made: Extract, store: Store, kinds: list[str], lang: str | None, rulebook: Rulebook
) -> Iterator[tuple[str, bytes]]:
    langs, reached = (lang,) if lang else LANGUAGES, address.public(os.environ)
    for kind in kinds:
        if kind == "pdf":
            yield kind, extract.pdf(made, extract.around(made.report, store), rulebook, reached, langs)
        elif kind == "xlsx":
            yield kind, tables.xlsx(made, rulebook, reached, langs)
        else:
            yield kind, json.dumps(tables.geojson(made), ensure_ascii=False, allow_nan=False).encode()


def _writable(place: Path, field: str) -> None:
    """Raises ``Refused`` before anything is kept or written."""
    if place.is_dir() or not place.absolute().parent.is_dir():
        wrong = "là thư mục · is a folder" if place.is_dir() else "không có thư mục · no such folder"
        raise Refused("file-cannot-be-written", field, file=str(place), wrong=wrong)


def _put(place: Path, content: bytes, field: str) -> None:
    """All of it or nothing."""
    half = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(place)
    except OSError as wrong:
        half.unlink(missing_ok=True)
        raise Refused("file-cannot-be-written", field, file=str(place), wrong=wrong.strerror or str(wrong)) from wrong
