"""``parcel``, ``at``, ``difference``: a question about a parcel of the store."""

from __future__ import annotations

import argparse
from typing import Any

from landinfo import asked, difference, letter, lookup, present, present_difference, search
from landinfo.cli import extract
from landinfo.cli.common import given, opened, pairs, question_options, show_plain, today
from landinfo.model import Rulebook
from landinfo.store import Store


def add(commands: Any) -> None:
    """Adds the three commands."""
    _parcel_parser(commands)
    _at_parser(commands)
    _difference_parser(commands)


def _parcel_parser(commands: Any) -> None:
    parser = commands.add_parser("parcel", help="hỏi một thửa đất · one parcel: 25750/12/345 or 25750@2024/12/345")
    parser.add_argument("parcel", metavar="COMMUNE/SHEET/NUMBER")
    question_options(parser)
    extract.options(parser)
    parser.set_defaults(command=_parcel)


def _at_parser(commands: Any) -> None:
    parser = commands.add_parser("at", help="hỏi một điểm · the parcel at a point")
    parser.add_argument("--lat")
    parser.add_argument("--lon")
    parser.add_argument("--x", help="VN-2000 X = northing, m")
    parser.add_argument("--y", help="VN-2000 Y = easting, m")
    question_options(parser)
    extract.options(parser)
    parser.set_defaults(command=_at)


def _difference_parser(commands: Any) -> None:
    parser = commands.add_parser("difference", help="vì sao hai kết quả khác nhau · why two answers differ")
    parser.add_argument("parcel", metavar="COMMUNE/SHEET/NUMBER")
    parser.add_argument(
        "--and",
        dest="other",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="câu hỏi thứ hai · what the second question has otherwise, e.g. on=2026-07-01",
    )
    question_options(parser)
    parser.set_defaults(command=_difference)


def _parcel(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    wanted, query = search.parse_parcel(arguments.parcel), _query(arguments)
    with opened(arguments) as store:
        return _answered(lookup.parcel(wanted, query, store, rulebook), store, arguments, rulebook)


def _at(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    query = _query(arguments)
    with opened(arguments) as store:
        point = asked.read_place({n: getattr(arguments, n) for n in ("lat", "lon", "x", "y")}, store.facts().crs)
        return _answered(lookup.at(*point, query, store, rulebook), store, arguments, rulebook)


def _difference(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    wanted = search.parse_parcel(arguments.parcel)
    query, other = asked.read_two(given(arguments) + pairs(arguments.other, "and"), today())
    with opened(arguments) as store:
        found = lookup.both(wanted, query, other, store, rulebook)
    if isinstance(found, lookup.Several):
        return _show(found, arguments, rulebook)
    shown = present_difference.difference(difference.difference(*found, rulebook.rules), rulebook)
    show_plain(shown, present_difference.letter, arguments, rulebook)
    return 0


def _answered(
    found: lookup.Report | lookup.Several, store: Store, arguments: argparse.Namespace, rulebook: Rulebook
) -> int:
    """As files where files were asked for, otherwise on the terminal."""
    if extract.wanted(arguments):
        extract.write(found, store, arguments, rulebook)
        return 0
    return _show(found, arguments, rulebook)


def _show(found: lookup.Report | lookup.Several, arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    if isinstance(found, lookup.Several):
        show_plain(present.several(found, rulebook), letter.several, arguments, rulebook)
    else:
        show_plain(present.answer(found, rulebook), letter.answer, arguments, rulebook)
    return 0


def _query(arguments: argparse.Namespace) -> Any:
    return asked.read_query(given(arguments), today())
