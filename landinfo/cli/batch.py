"""``batch``: a list of parcels, points or drawings answered at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from landinfo.batch import cluster, run, runner
from landinfo.batch.title import SEVERAL, SINGLE
from landinfo.cli.bar import Bar
from landinfo.cli.common import data, language_option, languages, pairs, print_both, store_option, today
from landinfo.intake.steps import Share
from landinfo.model import BadInput, Rulebook
from landinfo.texts import say

MOST_JOBS = 256


def add(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("batch", help="hỏi nhiều thửa một lần · many parcels at once")
    parser.add_argument("source", metavar="IN", help=".csv | .xlsx | .geojson")
    parser.add_argument("--out", required=True, metavar="OUT", help=".csv | .xlsx | .geojson | .gpkg | .parquet")
    parser.add_argument("--on", action="append", default=[], metavar="DAY", help="lặp lại được · may be repeated")
    parser.add_argument("--convert-to", action="append", default=[], metavar="CODE", help="lặp lại được · repeatable")
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · what was known on that day (default today)")
    parser.add_argument("--land-user", metavar="WHO", help="household (default) | organisation")
    parser.add_argument("--area", metavar="M2", help="diện tích chuyển · area to convert, m²")
    for name in ("strip", "fact", "price"):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME=VALUE", help="như · as in: parcel")
    parser.add_argument("--encoding", default="", metavar="NAME", help="bảng mã của CSV · of a CSV that shows none")
    parser.add_argument("--jobs", default="1", metavar="N", help="số tiến trình · processes (default 1)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="cụm Dask · of a Dask cluster: tcp://host:8786")
    language_option(parser)
    store_option(parser)
    parser.set_defaults(command=_batch)


def _batch(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    batch = run.Batch(
        source=Path(arguments.source),
        target=Path(arguments.out),
        store=arguments.store,
        data=data(),
        defaults=_asked(arguments),
        today=today(),
        encoding=arguments.encoding,
    )
    bar = Bar(rulebook.texts)

    def progress(step: str, done: Share) -> None:
        said = say(f"batch-step-{step}", {}, rulebook.texts)
        bar(f"{said['vi']} · {said['en']}", done)

    jobs = _jobs(arguments.jobs)
    answer = runner.alone if jobs == 1 else runner.several(jobs)
    done = run.run(batch, cluster.runner(arguments.scheduler) if arguments.scheduler else answer, progress)
    _tell(done, arguments, rulebook)
    return 0


def _asked(arguments: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    several = [(name, value) for name in SEVERAL for value in getattr(arguments, name)]
    single = [(name, getattr(arguments, name)) for name in SINGLE if getattr(arguments, name)]
    named = [pair for name in ("strip", "fact", "price") for pair in pairs(getattr(arguments, name), name)]
    return (*several, *single, *named)


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_JOBS):
        raise BadInput("setting-number", "--jobs", given=text[:40], most=MOST_JOBS)
    return int(text)


def _tell(done: run.Done, arguments: argparse.Namespace, rulebook: Rulebook) -> None:
    langs = languages(arguments)
    files = ", ".join(str(path) for path in done.files)
    words = {"rows": done.rows, "results": done.results, "errors": done.errors, "files": files}
    print_both(say("batch-done", words, rulebook.texts), None, langs)
    if done.unread:
        print_both(say("batch-unread", {"titles": ", ".join(done.unread)[:300]}, rulebook.texts), None, langs)
    if done.encoding == "cp1258":
        print_both(say("batch-read-as", {"encoding": "Windows-1258"}, rulebook.texts), None, langs)
