"""What several commands share: the options of a question, the day, the store, how an answer is printed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from landinfo import asked, letter, present
from landinfo.model import BadInput, Rulebook
from landinfo.store import Store, open_store

if TYPE_CHECKING:
    from landinfo.intake.findings import Finding
from landinfo.texts import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "data"
SAMPLE = DATA / "sample" / "sample.gpkg"


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Store]:
    """The store of ``--store``, closed at the end."""
    store = open_store(arguments.store)
    try:
        yield store
    finally:
        store.close()


def question_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", metavar="DAY", help="ngày quyết định (YYYY-MM-DD) · day of the permitting decision")
    parser.add_argument("--known", metavar="DAY", help="biết đến ngày · what was known on that day (default today)")
    parser.add_argument("--convert-to", metavar="CODE", help="chuyển sang loại đất · target land use, e.g. ODT")
    parser.add_argument("--land-user", metavar="WHO", help="household (default) | organisation")
    parser.add_argument("--area", metavar="M2", help="diện tích chuyển · area to convert, m²")
    parser.add_argument("--piece", metavar="X,Y;…", help="phần vẽ: các góc VN-2000 · corners of the piece to convert")
    parser.add_argument(
        "--strip",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="phần đo từ mặt đường · a piece measured from the street: width=, depth=, from= (m), end=, faces=",
    )
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
    form_options(parser)
    store_option(parser)


def form_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="in JSON")
    language_option(parser)


def language_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, help="một ngôn ngữ · one language (default both)")


def store_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", default=os.environ.get("LANDINFO_STORE") or str(SAMPLE), help="tệp .gpkg hoặc postgresql://…"
    )


def data() -> Path:
    """Where the rules, prices and texts stand."""
    return Path(os.environ.get("LANDINFO_DATA") or DATA)


def today() -> date:
    """The day in Việt Nam, whatever the machine's own zone is."""
    return datetime.now(UTC).astimezone(asked.VIETNAM).date()


def pairs(typed: Sequence[str], prefix: str) -> list[tuple[str, str]]:
    """``NAME=VALUE`` as the parameter ``prefix.NAME``. Raises ``BadInput``: no equals sign."""
    read = []
    for pair in typed:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("needs-name-and-value", f"--{prefix}", value=pair[:60])
        read.append((f"{prefix}.{name}", value))
    return read


def given(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """The parameters of a question, as the web takes them."""
    names = ("on", "known", "convert_to", "land_user", "area", "piece")
    single = [(n, getattr(arguments, n)) for n in names if getattr(arguments, n) is not None]
    return single + pairs(arguments.strip, "strip") + pairs(arguments.fact, "fact") + pairs(arguments.price, "price")


def show_plain(plain: dict[str, Any], write: letter.Write, arguments: argparse.Namespace, rulebook: Rulebook) -> None:
    """In JSON, or as a letter: Vietnamese, then English, or the one that was asked for."""
    if arguments.json:
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    else:
        print(letter.written(write, plain, rulebook.texts, languages(arguments)))


def languages(arguments: argparse.Namespace) -> Sequence[str]:
    """Vietnamese, then English, or the one of ``--lang``."""
    return [arguments.lang] if arguments.lang else LANGUAGES


def print_both(text: dict[str, str], to: TextIO | None = None, langs: Sequence[str] = LANGUAGES) -> None:
    print("\n".join(text[lang] for lang in langs), file=to)


def findings_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="in mọi chỗ · every place of every finding")
    language_option(parser)


def show_findings(found: Sequence[Finding], arguments: argparse.Namespace, rulebook: Rulebook) -> None:
    """The findings as lines on standard error, language after language."""
    from landinfo.intake import findings

    most = None if arguments.all else findings.SHOWN
    blocks = ["\n".join(findings.written(found, rulebook.texts, lang, most)) for lang in languages(arguments)]
    if found:
        print("\n\n".join(blocks), file=sys.stderr)


def teller(arguments: argparse.Namespace, rulebook: Rulebook) -> Callable[..., None]:
    """Prints a sentence by its code, on standard output where no other stream is given."""

    def tell(code: str, to: TextIO | None = None, **params: Any) -> None:
        print_both(present.say(code, params, rulebook.texts), to, languages(arguments))

    return tell
