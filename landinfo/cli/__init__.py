"""The command line: the second shell beside the web. Exit code 2 is a question that cannot be answered as asked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from landinfo import present
from landinfo.cli import (
    batch,
    edition,
    error_reports,
    export,
    intake,
    keys,
    law,
    parcels,
    shares,
    stores,
    streets,
    zones,
)
from landinfo.cli.common import data
from landinfo.model import Problem, Rulebook
from landinfo.store.rulebook import read_rulebook


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code (0 answered, 2 the question or the input is wrong)."""
    arguments = _parser(_JsonParser if "--json" in argv else _Parser).parse_args(argv)
    try:
        rulebook = read_rulebook(data())
    except Problem as wrong:
        where = f"{wrong.field}: {wrong.params.get('entry', '')} {wrong.params.get('wrong', '')}"
        print(f"Không đọc được dữ liệu quy định / the rule data cannot be read: {where}", file=sys.stderr)
        return 2
    try:
        command: Callable[[argparse.Namespace, Rulebook], int] = arguments.command
        return command(arguments, rulebook)
    except Problem as wrong:
        said = present.problem(wrong, rulebook)
        if getattr(arguments, "json", False):
            print(json.dumps(said, ensure_ascii=False, indent=1), file=sys.stderr)
            return 2
        print(f"{said['title']}: {said['detail']}\n{said['title_en']}: {said['detail_en']}", file=sys.stderr)
        for near in said.get("nearest", ()):
            print(f"  → {near['ref']}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _Parser(argparse.ArgumentParser):
    """argparse speaks English only."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"Câu lệnh chưa đúng; xem --help. / {self.prog}: {message}\n")


class _JsonParser(_Parser):
    """For those who asked for JSON, errors too."""

    def error(self, message: str) -> NoReturn:
        said = {
            "detail": "Câu lệnh chưa đúng; xem --help.",
            "detail_en": f"{self.prog}: {message}",
            "code": "bad-command",
        }
        self.exit(2, json.dumps(said, ensure_ascii=False, indent=1) + "\n")


def _parser(kind: type[_Parser]) -> argparse.ArgumentParser:
    parser = kind(
        prog="python -m landinfo", description="Giá đất, quy hoạch, chi phí chuyển mục đích · Land information"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    parcels.add(commands)
    law.add(commands)
    intake.add(commands)
    edition.add(commands)
    stores.add(commands)
    streets.add(commands)
    zones.add(commands)
    error_reports.add(commands)
    batch.add(commands)
    export.add(commands)
    shares.add(commands)
    keys.add(commands)
    return parser
