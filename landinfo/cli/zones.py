"""``zones derive``: price zones from street lines, alleys and the parcels of a store."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from landinfo import asked
from landinfo.cli.bar import Bar
from landinfo.cli.common import findings_options, show_findings, store_option, teller, today
from landinfo.model import Rulebook


def add(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("zones", help="vùng giá theo vị trí · price zones by position")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    one = actions.add_parser("derive", help="lập vùng giá từ tim đường, hẻm và thửa · derive from streets and alleys")
    one.add_argument("--streets", type=Path, required=True, metavar="FILE", help="tim đường · street lines")
    one.add_argument("--alleys", type=Path, metavar="FILE", help="tim hẻm · alleys")
    one.add_argument("--map", type=Path, required=True, metavar="TOML", help="bảng nối trường · field map")
    one.add_argument("--list", required=True, metavar="ID", help="bảng giá, ví dụ nq87-2025 · price list")
    one.add_argument("--on", metavar="DAY", help="thửa và quy định của ngày · day (default the list's first)")
    one.add_argument("--known", metavar="DAY", help="ngày công bố · day of publication (default today)")
    one.add_argument("--draft", action="store_true", help="chuẩn bị, chưa công bố · prepare, do not publish yet")
    one.add_argument("--by", default="", metavar="NAME", help="ai lập · who derives, kept with the edition")
    one.add_argument("--report", type=Path, metavar="FOLDER", help="ghi báo cáo kiểm tra · write the findings as files")
    findings_options(one)
    store_option(one)
    one.set_defaults(command=_derive)


def _derive(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import report, zones

    if arguments.report:
        report.prepare(arguments.report)
    wanted = zones.Asked(
        streets=arguments.streets,
        alleys=arguments.alleys,
        map=arguments.map,
        price_list=arguments.list,
        on=asked.read_day("on", arguments.on) if arguments.on else None,
        known=asked.read_day("known", arguments.known) if arguments.known else today(),
        draft=arguments.draft,
        who=arguments.by,
    )
    result = zones.run(wanted, arguments.store, Bar(rulebook.texts), rulebook)
    show_findings(result.findings, arguments, rulebook)
    tell = teller(arguments, rulebook)
    if arguments.report:
        written = report.write_report(result, arguments.report, rulebook.texts)
        tell("report-written", sys.stderr, files=", ".join(file.name for file in written))
    if result.edition is None:
        errors = sum(f.refuses for f in result.findings)
        tell("zones-refused" if errors else "zones-none", sys.stderr, errors=errors)
        return 2
    told = {"rows": result.edition.rows, "parcels": result.counts["parcels"], "edition": result.edition.id}
    tell("zones-prepared" if arguments.draft else "zones-derived", **told)
    return 0
