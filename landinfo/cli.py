"""The command line: the second shell beside the web. Exit code 2 is a question that cannot be answered as asked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn, TextIO

from landinfo import (
    asked,
    cli_edition,
    cli_intake,
    cli_streets,
    clock,
    difference,
    letter,
    lookup,
    present,
    present_difference,
    present_estimate,
    search,
)
from landinfo.model import BadInput, Problem, Rulebook, Status
from landinfo.store import open_store
from landinfo.store.rulebook import read_rulebook
from landinfo.texts import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
SAMPLE = DATA / "sample" / "sample.gpkg"


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code (0 answered, 2 the question or the input is wrong)."""
    arguments = _parser().parse_args(argv)
    try:
        rulebook = read_rulebook(_data())
    except Problem as wrong:
        where = f"{wrong.field}: {wrong.params.get('entry', '')} {wrong.params.get('wrong', '')}"
        print(f"Không đọc được dữ liệu quy định / the rule data cannot be read: {where}", file=sys.stderr)
        return 2
    try:
        command: Callable[[argparse.Namespace, Rulebook], int] = arguments.command
        return command(arguments, rulebook)
    except Problem as wrong:
        said = present.problem(wrong, rulebook)
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m landinfo", description="Giá đất, quy hoạch, chi phí chuyển mục đích · Land information"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _parcel_parser(commands)
    _at_parser(commands)
    _difference_parser(commands)
    _estimate_parser(commands)
    _law_parser(commands)
    _sample_parser(commands)
    _load_parser(commands)
    _prices_parser(commands)
    cli_edition.add(commands, _store_option, _today)
    cli_intake.add(commands)
    _store_parser(commands)
    cli_streets.add(commands, _question_options, _form_options, _print, _today, DATA)
    return parser


def _question_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", metavar="DAY", help="ngày quyết định (YYYY-MM-DD) · day of the permitting decision")
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · what was known on that day (default today)")
    parser.add_argument("--convert-to", metavar="CODE", help="chuyển sang loại đất · target land use, e.g. ODT")
    parser.add_argument("--land-user", metavar="WHO", help="household (default) | organisation")
    parser.add_argument("--area", metavar="M2", help="diện tích chuyển · area to convert, m²")
    parser.add_argument("--piece", metavar="X,Y;…", help="phần vẽ: các góc VN-2000 · corners of the piece to convert")
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="điều chỉ người hỏi biết · e.g. first_conversion=true",
    )
    parser.add_argument(
        "--price", action="append", default=[], metavar="CODE=DONG", help="giá cho trước, đồng/m² · e.g. ODT=20000000"
    )
    _form_options(parser)
    _store_option(parser)


def _form_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="in JSON")
    parser.add_argument("--lang", choices=LANGUAGES, help="một ngôn ngữ · one language (default both)")


def _store_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", default=os.environ.get("LANDINFO_STORE") or str(SAMPLE), help="tệp .gpkg hoặc postgresql://…"
    )


def _parcel_parser(commands: Any) -> None:
    parser = commands.add_parser("parcel", help="hỏi một thửa đất · one parcel: 25750/12/345 or 25750@2024/12/345")
    parser.add_argument("parcel", metavar="COMMUNE/SHEET/NUMBER")
    _question_options(parser)
    parser.set_defaults(command=_parcel)


def _at_parser(commands: Any) -> None:
    parser = commands.add_parser("at", help="hỏi một điểm · the parcel at a point")
    parser.add_argument("--lat")
    parser.add_argument("--lon")
    parser.add_argument("--x", help="VN-2000 X = northing, m")
    parser.add_argument("--y", help="VN-2000 Y = easting, m")
    _question_options(parser)
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
    _question_options(parser)
    parser.set_defaults(command=_difference)


def _estimate_parser(commands: Any) -> None:
    parser = commands.add_parser("estimate", help="chi phí chuyển mục đích theo hồ sơ · the cost of a case file")
    parser.add_argument(
        "case", metavar="CASE.json", help="tệp JSON, hoặc - để đọc từ bàn phím · - reads standard input"
    )
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · what was known on that day (default today)")
    parser.add_argument("--json", action="store_true", help="in JSON")
    parser.set_defaults(command=_estimate)


def _law_parser(commands: Any) -> None:
    parser = commands.add_parser("law", help="đồng hồ pháp luật · the law clock")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    due = actions.add_parser("due", help="giá trị phải kiểm tra lại · values to check again")
    due.add_argument("--on", metavar="DAY", help="tính đến ngày · as of that day (default today)")
    due.set_defaults(command=_due)


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
    one.set_defaults(command=_load_prices)


def _store_parser(commands: Any) -> None:
    parser = commands.add_parser("store", help="bảo trì kho dữ liệu · store maintenance")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    upgrade = actions.add_parser("upgrade", help="nâng cấp lược đồ, tất cả hoặc không · upgrade the schema")
    _store_option(upgrade)
    upgrade.set_defaults(command=_upgrade)
    sign_off = actions.add_parser("sign-off", help="cần người thứ hai ký · ask for a second signature, or no more")
    sign_off.add_argument("wanted", choices=("on", "off"))
    _store_option(sign_off)
    sign_off.set_defaults(command=_sign_off)


def _data() -> Path:
    return Path(os.environ.get("LANDINFO_DATA") or DATA)


def _today() -> date:
    """The day in Việt Nam, whatever the machine's own zone is."""
    return datetime.now(UTC).astimezone(asked.VIETNAM).date()


def _pairs(given: Sequence[str], prefix: str) -> list[tuple[str, str]]:
    pairs = []
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("needs-name-and-value", f"--{prefix}", value=pair[:60])
        pairs.append((f"{prefix}.{name}", value))
    return pairs


def _query(arguments: argparse.Namespace) -> Any:
    return asked.read_query(_given(arguments), _today())


def _given(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    names = ("on", "known", "convert_to", "land_user", "area", "piece")
    given = [(n, getattr(arguments, n)) for n in names if getattr(arguments, n) is not None]
    return given + _pairs(arguments.fact, "fact") + _pairs(arguments.price, "price")


def _parcel(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    wanted, query = search.parse_parcel(arguments.parcel), _query(arguments)
    store = open_store(arguments.store)
    try:
        return _show(lookup.parcel(wanted, query, store, rulebook), arguments, rulebook)
    finally:
        store.close()


def _at(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    query = _query(arguments)
    store = open_store(arguments.store)
    try:
        point = asked.read_place({n: getattr(arguments, n) for n in ("lat", "lon", "x", "y")}, store.facts().crs)
        return _show(lookup.at(*point, query, store, rulebook), arguments, rulebook)
    finally:
        store.close()


def _difference(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    wanted = search.parse_parcel(arguments.parcel)
    query, other = asked.read_two(_given(arguments) + _pairs(arguments.other, "and"), _today())
    store = open_store(arguments.store)
    try:
        found = lookup.both(wanted, query, other, store, rulebook)
    finally:
        store.close()
    if isinstance(found, lookup.Several):
        return _show(found, arguments, rulebook)
    shown = present_difference.difference(difference.difference(*found, rulebook.rules), rulebook)
    _print(shown, present_difference.letter, arguments, rulebook)
    return 0


def _show(found: lookup.Report | lookup.Several, arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    if isinstance(found, lookup.Several):
        _print(present.several(found, rulebook), letter.several, arguments, rulebook)
    else:
        _print(present.answer(found, rulebook), letter.answer, arguments, rulebook)
    return 0


def _print(plain: dict[str, Any], write: letter.Write, arguments: argparse.Namespace, rulebook: Rulebook) -> None:
    """In JSON, or as a letter: Vietnamese, then English, or the one that was asked for."""
    if arguments.json:
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    else:
        print(letter.written(write, plain, rulebook.texts, [arguments.lang] if arguments.lang else LANGUAGES))


def _estimate(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    known = asked.read_day("known", arguments.known) if arguments.known else _today()
    answer = present_estimate.of_case(_read_json(arguments.case), known, rulebook)
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print("\n\n".join((*answer["explanation"].values(), *answer["disclaimer"].values())))
    return 0


def _read_json(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, ValueError) as wrong:
        raise BadInput("case-file-not-found", name[-60:], wrong=type(wrong).__name__) from wrong
    return present_estimate.read_json(text)


def _due(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    on = asked.read_day("on", arguments.on) if arguments.on else _today()
    listed = clock.due(rulebook, on)
    for each in listed:
        _print_both(present_estimate.due_text(each, rulebook))
    if not listed:
        _print_both(present.say("due-none", {"day": on}, rulebook.texts))
    return 0


def _sample(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import sample

    sample.build(DATA / "sample" / "recipe.toml", arguments.out, _today(), _progress)
    print(f"\n{arguments.out}")
    return 0


def _load(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import findings, load, report

    if arguments.report:
        report.prepare(arguments.report)
    known = asked.read_day("known", arguments.known) if arguments.known else _today()
    how = {"new": arguments.new, "draft": arguments.draft, "who": arguments.by, "rest": arguments.publish_rest}
    result = load.run(arguments.file, arguments.map, arguments.store, known, _progress, rulebook, **how)
    print("\n" + "\n".join(findings.written(result.findings, rulebook.texts)), file=sys.stderr)
    if arguments.report:
        from landinfo.intake.report import write_report

        written = write_report(result, arguments.report, rulebook.texts)
        _print_both(
            present.say("report-written", {"files": ", ".join(f.name for f in written)}, rulebook.texts), sys.stderr
        )
    elif result.originals:
        _print_both(present.say("load-originals", {"count": len(result.originals)}, rulebook.texts), sys.stderr)
    if result.edition is None:
        errors = sum(f.refuses for f in result.findings)
        _print_both(present.say("load-refused", {"errors": errors}, rulebook.texts), sys.stderr)
        return 2
    edition = result.edition
    told = {"rows": edition.rows, "layer": edition.layer, "territory": edition.territory, "edition": edition.id}
    _print_both(present.say("edition-prepared" if arguments.draft else "load-published", told, rulebook.texts))
    if result.quarantined:
        _print_both(present.say("load-rest-published", {"count": len(result.quarantined)}, rulebook.texts))
    return 0


def _load_prices(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import findings, pricelist, pricepublish

    first, end = (asked.read_day(n, d) if d else None for n, d in (("from", arguments.first), ("to", arguments.end)))
    wanted = pricepublish.Asked(
        document=arguments.document,
        status=Status(arguments.status),
        source=arguments.source or arguments.file.name,
        first=first,
        end=end,
        base=arguments.base,
        agricultural=arguments.agricultural,
        replaces=arguments.replace,
    )
    result = pricelist.load(arguments.file, wanted, _data(), rulebook, _today())
    print("\n".join(findings.written(result.findings, rulebook.texts)), file=sys.stderr)
    if result.folder is None:
        errors = sum(f.refuses for f in result.findings)
        _print_both(present.say("prices-refused", {"errors": errors}, rulebook.texts), sys.stderr)
        return 2
    told = {"rows": result.rows, "document": arguments.document, "first": result.first, "end": result.end}
    _print_both(present.say("prices-loaded", {**told, "folder": result.folder.name}, rulebook.texts))
    return 0


def _print_both(text: dict[str, str], to: TextIO | None = None) -> None:
    print(text["vi"] + "\n" + text["en"], file=to)


def _upgrade(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.store.upgrade import upgrade

    before, after = upgrade(arguments.store)
    code = "store-upgraded" if before != after else "store-current"
    _print_both(present.say(code, {"before": before, "after": after}, rulebook.texts))
    return 0


def _sign_off(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    store = open_store(arguments.store)
    try:
        store.ask_sign_off(arguments.wanted == "on")
    finally:
        store.close()
    _print_both(present.say(f"edition-sign-off-{arguments.wanted}", {}, rulebook.texts))
    return 0


def _progress(step: str, done: float) -> None:
    end = "\n" if done >= 1 else ""
    print(f"\r{step:<40} {done:6.0%}", end=end, file=sys.stderr, flush=True)
