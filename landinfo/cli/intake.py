"""``sample``, ``load``, ``prices`` and ``guess``: what goes into a store or a price list."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from landinfo import asked
from landinfo.cli.bar import Bar
from landinfo.cli.common import DATA, SAMPLE, data, findings_options, languages, show_findings, teller, today
from landinfo.model import Rulebook, Status


def add(commands: Any) -> None:
    """Adds the four commands."""
    _sample_parser(commands)
    _load_parser(commands)
    _prices_parser(commands)
    _guess_parser(commands)


def _sample_parser(commands: Any) -> None:
    parser = commands.add_parser("sample", help="dựng dữ liệu mô phỏng · build the simulated cadastre")
    parser.add_argument("--out", default=str(SAMPLE), metavar="STORE", help="tệp .gpkg hoặc postgresql://…")
    parser.set_defaults(command=_sample)


def _load_parser(commands: Any) -> None:
    parser = commands.add_parser("load", help="nạp thửa đất hoặc lớp quy hoạch · load parcels or a theme from a file")
    parser.add_argument("file", type=Path)
    parser.add_argument("--map", type=Path, required=True, metavar="TOML", help="bảng nối trường · field map")
    parser.add_argument("--known", metavar="DAY", help="ngày công bố · day of publication (default today)")
    parser.add_argument("--store", required=True, help="tệp .gpkg hoặc postgresql://…")
    parser.add_argument("--new", action="store_true", help="tạo kho mới theo [store] của bảng nối · make the store")
    parser.add_argument("--draft", action="store_true", help="chuẩn bị, chưa công bố · prepare, do not publish yet")
    parser.add_argument("--by", default="", metavar="NAME", help="ai nạp · who loads it, kept with the edition")
    parser.add_argument(
        "--report", type=Path, metavar="FOLDER", help="ghi báo cáo kiểm tra · write the findings as files"
    )
    parser.add_argument(
        "--publish-rest",
        action="store_true",
        help="để riêng dòng lỗi, công bố dòng còn lại · leave rows with errors out",
    )
    findings_options(parser)
    parser.set_defaults(command=_load)


def _prices_parser(commands: Any) -> None:
    parser = commands.add_parser("prices", help="bảng giá đất · price lists")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    one = actions.add_parser("load", help="nạp một bảng giá từ CSV, XLSX · load a price list, all of it or nothing")
    one.add_argument("file", type=Path)
    one.add_argument("--document", required=True, metavar="ID", help="số văn bản · e.g. 36/2019/QĐ-UBND")
    one.add_argument("--from", dest="first", metavar="DAY", help="ngày đầu · first day (default as declared)")
    one.add_argument("--to", dest="end", metavar="DAY", help="hết hiệu lực từ ngày · first day out of force")
    one.add_argument("--status", default="assumed", choices=("verified", "secondary", "assumed"))
    one.add_argument("--source", help="lấy ở đâu · where the file comes from (default its name)")
    one.add_argument("--base", type=Path, metavar="FILE", help="giá chuẩn theo loại đường · prices by road class")
    one.add_argument("--agricultural", type=Path, metavar="FILE", help="giá đất nông nghiệp · prices by zone")
    one.add_argument("--replace", action="store_true", help="thay các dòng đang có · replace the rows that are held")
    findings_options(one)
    one.set_defaults(command=_load_prices)


def _guess_parser(commands: Any) -> None:
    parser = commands.add_parser("guess", help="đoán bảng nối trường, chỉ in ra · show a guessed field map")
    parser.add_argument("file", type=Path)
    parser.add_argument("--layer", help="tên lớp, khi tệp có nhiều lớp · which layer")
    parser.add_argument("--lines", default="", metavar="LAYERS", help="lớp ranh thửa · layers of boundaries")
    parser.add_argument("--labels", default="", metavar="LAYER", help="lớp nhãn thửa · layer of parcel labels")
    findings_options(parser)
    parser.set_defaults(command=_guess)


def _sample(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import sample

    sample.build(DATA / "sample" / "recipe.toml", arguments.out, today(), Bar(rulebook.texts))
    print(f"\n{arguments.out}")
    return 0


def _load(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import load, report

    if arguments.report:
        report.prepare(arguments.report)
    known = asked.read_day("known", arguments.known) if arguments.known else today()
    how = {"new": arguments.new, "draft": arguments.draft, "who": arguments.by, "rest": arguments.publish_rest}
    result = load.run(arguments.file, arguments.map, arguments.store, known, Bar(rulebook.texts), rulebook, **how)
    show_findings(result.findings, arguments, rulebook)
    tell = teller(arguments, rulebook)
    if arguments.report:
        written = report.write_report(result, arguments.report, rulebook.texts)
        tell("report-written", sys.stderr, files=", ".join(f.name for f in written))
    elif result.originals:
        tell("load-originals", sys.stderr, count=len(result.originals))
    if result.edition is None:
        errors = sum(f.refuses for f in result.findings)
        tell("load-refused", sys.stderr, errors=errors)
        return 2
    edition = result.edition
    told = {"rows": edition.rows, "layer": edition.layer, "territory": edition.territory, "edition": edition.id}
    tell("edition-prepared" if arguments.draft else "load-published", **told)
    if result.quarantined:
        tell("load-rest-published", count=len(result.quarantined))
    return 0


def _load_prices(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import pricelist, pricepublish
    from landinfo.intake.file_name import open_name

    first, end = (asked.read_day(n, d) if d else None for n, d in (("from", arguments.first), ("to", arguments.end)))
    wanted = pricepublish.Asked(
        document=arguments.document,
        status=Status(arguments.status),
        source=arguments.source or open_name(arguments.file.name),
        first=first,
        end=end,
        base=arguments.base,
        agricultural=arguments.agricultural,
        replaces=arguments.replace,
    )
    result = pricelist.load(arguments.file, wanted, data(), rulebook, today())
    show_findings(result.findings, arguments, rulebook)
    tell = teller(arguments, rulebook)
    if result.folder is None:
        errors = sum(f.refuses for f in result.findings)
        tell("prices-refused", sys.stderr, errors=errors)
        return 2
    told = {"rows": result.rows, "document": arguments.document, "first": result.first, "end": result.end}
    tell("prices-loaded", **told, folder=result.folder.name)
    return 0


def _guess(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake.guess import guess

    drawn = (arguments.lines, arguments.labels)
    made = guess(arguments.file, arguments.layer, rulebook, drawn, languages(arguments))
    print("\n".join(made.lines))
    show_findings(made.findings, arguments, rulebook)
    return 0
