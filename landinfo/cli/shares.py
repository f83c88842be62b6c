"""``shares``: what every plan says of every parcel, as one table."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from landinfo import asked, shares
from landinfo.cli.common import language_option, languages, opened, print_both, store_option, today
from landinfo.model import BadInput, Refused, Rulebook
from landinfo.texts import say

FORMATS = (".csv", ".parquet")


def add(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("shares", help="quy hoạch của mọi thửa · what all plans say of every parcel")
    parser.add_argument("--out", required=True, metavar="OUT", help=" | ".join(FORMATS))
    parser.add_argument("--on", metavar="DAY", help="tại ngày · the day asked about (default today)")
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · what was known on that day (default today)")
    language_option(parser)
    store_option(parser)
    parser.set_defaults(command=_shares)


def _shares(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.files.outlet import Table, columns, open_outlet

    target = Path(arguments.out)
    if target.suffix.lower() not in FORMATS:
        raise BadInput("shares-format", "--out", value=target.suffix[:20] or "–", known=", ".join(FORMATS))
    known = asked.read_day("known", arguments.known) if arguments.known else today()
    on = asked.read_day("on", arguments.on) if arguments.on else known
    table = Table("shares", columns("parcel theme kind designation area percent simulated:flag"))
    parcels = 0
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as half, opened(arguments) as store:
            outlet, put = open_outlet(target, [table], Path(half), known)
            simulated = any(edition.simulated for edition in store.editions(known))
            with closing(outlet):
                for ref, rows in shares.of_all(store, rulebook.themes, on, known):
                    parcels += 1
                    for row in rows:
                        outlet.add(0, [str(ref), *row[:3], str(row.area), str(row.percent), simulated])
            for made, place in put:
                made.replace(place)
    except OSError as wrong:
        said = wrong.strerror or str(wrong)[:120]
        raise Refused("file-cannot-be-written", "--out", file=str(target), wrong=said) from wrong
    words = {"count": parcels, "file": str(target), "day": on}
    print_both(say("shares-written", words, rulebook.texts), None, languages(arguments))
    return 0
