"""The staff's part on reported errors: ``python -m landinfo reports …``."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from landinfo import reception
from landinfo.cli.common import form_options, language_option, print_both, show_plain, store_option, today
from landinfo.error_report import letter, present, states
from landinfo.model import Rulebook
from landinfo.plain import Plain
from landinfo.store.register import Entry, Register, beside, open_register
from landinfo.texts import say

_AT_ONCE = 100
"""Reports that are listed where nobody says how many."""


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(text)
    return int(text)


def add(commands: Any) -> None:
    """Adds ``reports list | show | answer | forget``."""
    parser = commands.add_parser("reports", help="báo sai sót · errors that readers reported")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = _action(actions, "list", _list, "danh sách, không có liên hệ · every report, without contacts")
    listing.add_argument("--state", default="", metavar="STATE", help=" | ".join(states.STATES))
    listing.add_argument("--layer", default="", metavar="LAYER", help="parcels, price_zones, land_use_planning …")
    listing.add_argument("--commune", default="", metavar="CODE", help="25750 | 25750@2024")
    listing.add_argument("--after", default="", metavar="RECEIPT", help="những báo cáo sau · those behind this one")
    text = "nhiều nhất, 0: tất cả · at most; 0: all (default 100, with --geojson all)"
    listing.add_argument("--limit", type=_count, metavar="N", help=text)
    listing.add_argument("--geojson", action="store_true", help="các điểm cho QGIS · the places, for QGIS")
    form_options(listing)
    showing = _action(actions, "show", _show, "một báo cáo, với liên hệ · one report, with its contact")
    showing.add_argument("receipt", metavar="RECEIPT")
    form_options(showing)
    _answer_options(_action(actions, "answer", _answer, "trả lời · put a report into another state"))
    language_option(_action(actions, "forget", _forget, "xóa liên hệ hết hạn · delete contacts whose time is over"))


def _answer_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("receipt", metavar="RECEIPT")
    parser.add_argument("--state", required=True, metavar="STATE", help=" | ".join(states.STATES[1:]))
    parser.add_argument("--note", default="", metavar="TEXT", help="ghi chú cho người báo · note for the reporter")
    parser.add_argument("--note-en", default="", metavar="TEXT", help="bằng tiếng Anh · the same in English")
    parser.add_argument("--by", default="", metavar="NAME", help="ai trả lời, không công bố · who answers; not public")
    parser.add_argument("--revision", type=int, metavar="N", help="bản đã xem (show) · the revision you looked at")
    form_options(parser)


def _action(actions: Any, name: str, command: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    store_option(parser)
    parser.add_argument(
        "--register",
        metavar="PLACE",
        default=os.environ.get("LANDINFO_REGISTER", ""),
        help="nơi giữ báo cáo · where reports are kept (default beside the store)",
    )
    parser.set_defaults(command=command)
    return parser


def _register(arguments: argparse.Namespace) -> Register:
    """The register, after contacts whose time is over are gone from it."""
    register = open_register(arguments.register or beside(arguments.store))
    reception.forget(register, today())
    return register


def _plain(entry: Entry, rulebook: Rulebook) -> Plain:
    return present.listed(entry.key, entry.body, entry.day, entry.revision, rulebook.texts)


def _list(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    state = states.known_state(arguments.state) if arguments.state else ""
    limit = arguments.limit if arguments.limit is not None else 0 if arguments.geojson else _AT_ONCE
    chosen = state, arguments.layer, arguments.commune, arguments.after
    found, more = reception.listed(_register(arguments), *chosen, limit or None)
    reports = [_plain(entry, rulebook) for entry in found]
    if arguments.geojson:
        print(json.dumps(present.geojson(reports), ensure_ascii=False, indent=1))
    else:
        listed = {"reports": reports, "next": reports[-1]["receipt"] if more else None}
        show_plain(listed, letter.listed, arguments, rulebook)
    return 0


def _show(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    register = _register(arguments)
    entry = reception.find(arguments.receipt, register)
    held = reception.contact(entry, register, today())
    text, until = (held.text, held.until) if held else (None, None)
    one = present.staff(_plain(entry, rulebook), text, until)
    show_plain(one, letter.one, arguments, rulebook)
    return 0


def _answer(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    register, note = _register(arguments), {"vi": arguments.note, "en": arguments.note_en}
    entry = reception.answer(
        arguments.receipt, arguments.state, note, arguments.by, today(), register, arguments.revision
    )
    one = _plain(entry, rulebook)
    if arguments.json:
        print(json.dumps(one, ensure_ascii=False, indent=1))
    else:
        print_both(say("error-answered", {"receipt": one["receipt"], "state": one["state_text"]}, rulebook.texts))
    return 0


def _forget(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    gone = reception.forget(open_register(arguments.register or beside(arguments.store)), today())
    print_both(say("error-forgotten", {"count": gone}, rulebook.texts))
    return 0
