"""``export``: published editions as open data."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from landinfo import asked
from landinfo.cli.bar import Bar
from landinfo.cli.common import language_option, languages, opened, print_both, store_option, today
from landinfo.model import Rulebook
from landinfo.paper import address
from landinfo.texts import say


def add(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("export", help="dữ liệu mở · published editions as open data")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="thư mục · files go into FOLDER/DAY")
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · published by that day (default today)")
    language_option(parser)
    store_option(parser)
    parser.set_defaults(command=_export)


def _export(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.opendata.export import export  # its libraries take half a second, which no other command needs

    known = asked.read_day("known", arguments.known) if arguments.known else today()
    with opened(arguments) as store:
        made = export(store, rulebook, Path(arguments.out), known, address.public(os.environ), Bar(rulebook.texts))
    print_both(say("export-done", {"folder": str(made)}, rulebook.texts), None, languages(arguments))
    return 0
