"""``estimate``, ``explain`` and ``law``: questions that need no store."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from landinfo import asked, clock, present, present_estimate
from landinfo.cli.common import language_option, languages, print_both, today
from landinfo.model import BadInput, Rulebook


def add(commands: Any) -> None:
    """Adds the commands."""
    _estimate_parser(commands)
    _explain_parser(commands)
    _law_parser(commands)


def _estimate_parser(commands: Any) -> None:
    parser = commands.add_parser("estimate", help="chi phí chuyển mục đích theo hồ sơ · the cost of a case file")
    _case_arguments(parser)
    parser.set_defaults(command=_estimate)


def _explain_parser(commands: Any) -> None:
    """The same as ``estimate``, by the name that people look for."""
    parser = commands.add_parser("explain", help="cách tính từng khoản của hồ sơ · how each item of a case is found")
    _case_arguments(parser)
    parser.set_defaults(command=_estimate)


def _case_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "case", metavar="CASE.json", help="tệp JSON, hoặc - để đọc từ bàn phím · - reads standard input"
    )
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · what was known on that day (default today)")
    parser.add_argument("--json", action="store_true", help="in JSON")
    language_option(parser)


def _law_parser(commands: Any) -> None:
    parser = commands.add_parser("law", help="đồng hồ pháp luật · the law clock")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    due = actions.add_parser("due", help="giá trị phải kiểm tra lại · values to check again")
    due.add_argument("--on", metavar="DAY", help="tính đến ngày · as of that day (default today)")
    language_option(due)
    due.set_defaults(command=_due)


def _estimate(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    known = asked.read_day("known", arguments.known) if arguments.known else today()
    answer = present_estimate.of_case(_read_json(arguments.case), known, rulebook)
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        said = [answer[part][lang] for part in ("explanation", "disclaimer") for lang in languages(arguments)]
        print("\n\n".join(said))
    return 0


def _read_json(name: str) -> Any:
    try:
        text = sys.stdin.read().removeprefix("\ufeff") if name == "-" else Path(name).read_text("utf-8-sig")
    except UnicodeError as wrong:
        raise BadInput("case-file-not-json", name[-60:], wrong="UTF-8") from wrong
    except (OSError, ValueError) as wrong:
        raise BadInput("case-file-not-found", name[-60:], wrong=type(wrong).__name__) from wrong
    return present_estimate.read_json(text)


def _due(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    on = asked.read_day("on", arguments.on) if arguments.on else today()
    listed = clock.due(rulebook, on)
    for each in listed:
        print_both(present_estimate.due_text(each, rulebook), langs=languages(arguments))
    if not listed:
        print_both(present.say("due-none", {"day": on}, rulebook.texts), langs=languages(arguments))
    return 0
