"""The command line's part on editions: ``python -m landinfo edition …``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from landinfo import asked
from landinfo.cli.bar import Bar
from landinfo.cli.common import language_option, languages, opened, print_both, store_option, today
from landinfo.intake import edition_text, editions, preview, preview_text
from landinfo.intake.steps import Share
from landinfo.model import Refused, Rulebook
from landinfo.texts import say


def add(commands: Any) -> None:
    """Add ``edition list | show | preview | sign | publish | undo | discard | measure`` to the commands."""
    parser = commands.add_parser("edition", help="phiên bản dữ liệu · editions: prepared, signed, published, undone")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = _action(actions, "list", _list, "danh sách · every edition", named=False)
    listing.add_argument("--layer", metavar="LAYER", help="chỉ một lớp · one layer only")
    listing.add_argument("--json", action="store_true", help="in JSON")
    language_option(listing)
    showing = _action(actions, "show", _show, "một phiên bản · all that is kept of one")
    showing.add_argument("--json", action="store_true", help="in JSON")
    language_option(showing)
    for name, command, text in (
        ("sign", _sign, "người thứ hai ký · a second person signs"),
        ("publish", _publish, "công bố · publish what was prepared or undone"),
        ("undo", _undo, "hoàn tác · take a publication back"),
    ):
        made = _action(actions, name, command, text)
        made.add_argument("--by", default="", metavar="NAME", help="ai làm · who does it")
        made.add_argument("--known", metavar="DAY", help="ngày làm · day on which it is done (default today)")
        language_option(made)
    _preview_options(_action(actions, "preview", _preview, "xem trước · what it would change"))
    measuring = _action(
        actions, "measure", _measure, "đo trước mọi thửa · measure every parcel beforehand", named=False
    )
    measuring.add_argument("--on", metavar="DAY", help="ngày được hỏi · day asked about (default today)")
    measuring.add_argument("--known", metavar="DAY", help="ngày biết · day of knowledge (default today)")
    measuring.add_argument("--jobs", type=int, default=1, metavar="N", help="số tiến trình · processes (default 1)")
    language_option(measuring)
    language_option(_action(actions, "discard", _discard, "bỏ bản chuẩn bị · take a prepared edition away"))


def _preview_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on", metavar="DAY", help="hỏi cho ngày · day asked about (default: its first day, or --known)"
    )
    parser.add_argument("--known", metavar="DAY", help="ngày công bố · day of publication (default today)")
    parser.add_argument(
        "--convert-to", default="ODT", metavar="CODE", help="chuyển sang loại đất · target (default ODT)"
    )
    language_option(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="ghi bảng CSV · write a table")
    parser.add_argument("--html", type=Path, metavar="FILE", help="ghi trang có bản đồ · write a page with a map")


def _action(actions: Any, name: str, command: Any, text: str, *, named: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    if named:
        parser.add_argument("edition", metavar="EDITION")
    store_option(parser)
    parser.set_defaults(command=command)
    return parser


def _day(arguments: argparse.Namespace) -> date:
    return asked.read_day("known", arguments.known) if arguments.known else today()


def _print(arguments: argparse.Namespace, lines: Callable[[str], list[str]]) -> None:
    """In Vietnamese, then in English, or in the one that was asked for."""
    print("\n\n".join("\n".join(lines(lang)) for lang in languages(arguments)))


def _list(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    with opened(arguments) as store:
        found, asked_for = editions.listed(store, arguments.layer), () if arguments.layer else store.sign_offs()
    if arguments.json:
        print(json.dumps([edition_text.plain(told) for told in found], ensure_ascii=False, indent=1))
    else:
        _print(arguments, lambda lang: edition_text.listed(found, asked_for, rulebook.texts, lang))
    return 0


def _show(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    with opened(arguments) as store:
        told = editions.told(store, arguments.edition)
    if arguments.json:
        print(json.dumps(edition_text.plain(told), ensure_ascii=False, indent=1))
    else:
        _print(arguments, lambda lang: edition_text.shown(told, rulebook.texts, lang))
    return 0


def _sign(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    day = _day(arguments)
    with opened(arguments) as store:
        editions.sign(store, arguments.edition, arguments.by, day)
    return _said("edition-signed", arguments, rulebook, edition=arguments.edition, who=arguments.by, day=day)


def _publish(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    day = _day(arguments)
    with opened(arguments) as store:
        told = editions.publish(store, arguments.edition, arguments.by, day)
    event = told.last("published")
    others = ", ".join(name for name, _ in event.detail["replaced"]) if event else ""
    return _said("edition-now-published", arguments, rulebook, edition=told.edition.id, day=day, editions=others or "–")


def _undo(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    day = _day(arguments)
    with opened(arguments) as store:
        back = editions.undo(store, arguments.edition, arguments.by, day)
    others = ", ".join(back) or "–"
    return _said("edition-undone", arguments, rulebook, edition=arguments.edition, day=day, editions=others)


def _preview(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    known = _day(arguments)
    with opened(arguments) as store:
        first = editions.told(store, arguments.edition).edition.effective_from
        on = asked.read_day("on", arguments.on) if arguments.on else max(known, first)
        given = [("on", on.isoformat()), ("known", known.isoformat()), ("convert_to", arguments.convert_to)]
        query = asked.read_query(given, known)
        found = preview.preview(store, arguments.edition, query, rulebook)
    _print(arguments, lambda lang: preview_text.lines(found, rulebook, lang))
    for field, written in (("csv", preview_text.table), ("html", preview_text.page)):
        path: Path | None = getattr(arguments, field)
        if path:
            try:
                path.write_text(written(found, rulebook), "utf-8")
            except OSError as wrong:
                raise Refused("report-not-written", field, wrong=wrong.strerror or type(wrong).__name__) from wrong
            _said("preview-written", arguments, rulebook, path=path)
    return 0


def _measure(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake.measuring import measure

    known = _day(arguments)
    on = asked.read_day("on", arguments.on) if arguments.on else known
    bar, said = Bar(rulebook.texts), say("edition-measuring", {}, rulebook.texts)

    def progress(done: int, of: int) -> None:
        bar(f"{said['vi']} · {said['en']}", Share(done / of, of))

    found = measure(arguments.store, rulebook.themes, on, known, max(1, arguments.jobs), progress)
    _said("edition-measured", arguments, rulebook, day=on, **asdict(found))
    return 2 if found.unread else 0


def _discard(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    with opened(arguments) as store:
        store.discard(arguments.edition)
    return _said("edition-discarded", arguments, rulebook, edition=arguments.edition)


def _said(code: str, arguments: argparse.Namespace, rulebook: Rulebook, **values: Any) -> int:
    print_both(say(code, values, rulebook.texts), langs=languages(arguments))
    return 0
