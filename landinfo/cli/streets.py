"""``streets`` and ``street`` on the command line: search in the price list, one section of it at a place."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from landinfo import asked_streets, letter_streets, present_streets, price, street
from landinfo.cli.common import data, form_options, pairs, question_options, show_plain, today
from landinfo.model import Rulebook
from landinfo.store.communes import read_communes
from landinfo.street import finding, indexing

_GROUND = {
    "position": "vị trí 1–4 · position",
    "width": "bề rộng hẻm chỗ hẹp nhất, m · narrowest alley width",
    "depth": "khoảng cách đi bộ từ mép đường, m · walking distance from the road",
    "frontage": "chiều rộng thửa đất R, m · width of the parcel",
    "length": "chiều dài thửa đất, m · length of the parcel",
    "fronts": "số mặt tiền đường · street fronts",
    "surface": "mặt hẻm: paved | earth · alley surface",
    "hidden-area": "phần khuất, m² · part hidden behind the front",
    "hampered": "bridge | flyover | power_line | ramp | canal | inner_land (70 %)",
    "access": "road | boat (không có đường vào · no road or alley)",
    "residential-area": "trong khu dân cư: true | false · in a residential area",
    "agricultural-position": "vị trí đất nông nghiệp 1–3 · agricultural position",
    "land-use": "loại đất hiện nay, ví dụ CLN · present land use",
}


def add(commands: Any) -> None:
    """Adds both commands."""
    found = commands.add_parser("streets", help="tìm đường trong bảng giá · find a street in the price list")
    found.add_argument(
        "query", metavar="QUERY", help='tên đường, có thể kèm phường, xã · e.g. "huynh van nghe phu loi"'
    )
    found.add_argument("--commune", help="mã hay tên phường, xã, cũ hoặc mới · code or name, old or new")
    found.add_argument("--on", metavar="DAY", help="ngày của bảng giá · day of the list (default today)")
    found.add_argument("--limit", metavar="N", help="số dòng, nhiều nhất 100 · rows, at most 100 (default 20)")
    found.add_argument("--offset", metavar="N", help="bỏ qua N dòng đầu · rows passed over")
    form_options(found)
    found.set_defaults(command=_streets)
    one = commands.add_parser("street", help="giá ở một đoạn đường · prices at a section: 25750:9")
    one.add_argument("section", metavar="ID")
    for name, words in _GROUND.items():
        one.add_argument(f"--{name}", metavar="VALUE", help=words.replace("%", "%%"))
    question_options(one)
    one.set_defaults(command=_street)


def _indexes(day: date, rulebook: Rulebook) -> list[indexing.Index]:
    communes, unions = read_communes(data())
    return [indexing.index(held, communes, unions) for held in street.lists_near(day, rulebook)]


def _streets(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    given = [
        (n, getattr(arguments, n)) for n in ("commune", "on", "limit", "offset") if getattr(arguments, n) is not None
    ]
    asked = asked_streets.read_search([("q", arguments.query), *given], today())
    held, found = finding.ask(_indexes(asked.on, rulebook), asked.typed, asked.commune)
    plain = present_streets.found(asked, found, held, price.list_on(asked.on, rulebook.price_lists), rulebook)
    show_plain(plain, letter_streets.found, arguments, rulebook)
    return 0


def _street(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    names = ("on", "known", "convert_to", "land_user", "area", "piece", *(n.replace("-", "_") for n in _GROUND))
    given = [(n, str(getattr(arguments, n))) for n in names if getattr(arguments, n) is not None]
    given += pairs(arguments.strip, "strip") + pairs(arguments.fact, "fact") + pairs(arguments.price, "price")
    asked = asked_streets.read_street(arguments.section, given, today())
    answer = street.answer(asked, rulebook)
    communes, _ = read_communes(data())
    plain = present_streets.answer(answer, indexing.names_of(communes), rulebook)
    show_plain(plain, letter_streets.answer, arguments, rulebook)
    return 0
