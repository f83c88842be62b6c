"""What may stand in an address, as types: each parameter with its grammar, one example, and whether it must be there.

The doors read with ``asked*`` and say in words what is wrong; what stands here is the same grammar for programs. Tests
ask with everything that a type allows, and a refusal for its form is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from landinfo import asked, asked_search, asked_streets, case, present, price
from landinfo.contract.terms import DAY_PATTERN, OneOf
from landinfo.direction import COMPASS
from landinfo.position import SURFACES

_NUMBER = "([0-9]{1,15}|[0-9]{1,15}[.,]([0-9]{1,2}|[0-9]{4,6})|(0[0-9]{0,14}|[0-9]{4,15})[.,][0-9]{3})"
"""100.5 or 100,5; not 1.000, which may be a thousand or one (``case.fields.typed``)."""
_CORNER = r"[0-9]{1,8}(\.[0-9]{1,10})?,[0-9]{1,8}(\.[0-9]{1,10})?"
_DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,12})?"
PART = r"[0-9A-Za-z_.\-]{1,20}"
_YES_NO = ("true", "false")


def _text(pattern: str, **more: Any) -> Any:
    return Annotated[str, Field(pattern=f"^{pattern}$", json_schema_extra=more or None)]


DAY = Annotated[str, Field(pattern=DAY_PATTERN, json_schema_extra={"format": "date"})]
NUMBER, CODE = _text(_NUMBER), _text("[A-Z0-9]{2,4}")
WORDS = Annotated[str, Field(min_length=1, max_length=200)]


def schema_of(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema()


@dataclass(frozen=True, slots=True)
class Parameter:
    """``text`` is the key of its sentence in ``data/texts`` ("": ``api-parameter-<name>``).

    ``many``: a table of parameters whose names the type describes, such as ``price.<code>``.
    """

    name: str
    type: Any
    example: Any = None
    where: str = "query"
    required: bool = False
    text: str = ""
    many: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        return schema_of(self.type)

    @property
    def sentence(self) -> str:
        return self.text or f"api-parameter-{self.name.replace('.', '-').replace('_', '-')}"


def path(name: str, kind: Any, example: str, text: str = "") -> Parameter:
    return Parameter(name, kind, example, "path", True, text)


def one_of(words: Iterable[str]) -> Any:
    return Annotated[str, OneOf(words)]


def count(least: int, most: int) -> Any:
    return Annotated[int, Field(ge=least, le=most)]


def _priced(name: str) -> Any:
    """A table of given prices, whose names begin with ``name``."""
    code = Annotated[str, Field(pattern=rf"^{re.escape(name)}\.[A-Z0-9]{{2,4}}$")]
    only = Field(max_length=20, json_schema_extra={"additionalProperties": False})
    return Annotated[dict[code, NUMBER], only]  # type: ignore[valid-type]


def _listed(kind: Any) -> Any:
    return Annotated[list[kind], Field(max_length=4)]


def _fact(name: str) -> Parameter:
    if name in case.YES_NO:
        kind = one_of((*_YES_NO, "unknown"))
    elif name in case.CHOICES:
        kind = one_of((*case.CHOICES[name], "unknown"))
    else:
        kind = _text("[A-Za-z_]{1,40}") if name in price.FACTS else _text(f"({_NUMBER}|unknown)")
    ask = f"price-question-{name}" if name in price.FACTS else f"question-{name}"
    return Parameter(f"fact.{name}", kind, text=ask)


DAYS = (Parameter("on", DAY, "2026-03-01"), Parameter("known", DAY))
PRICES = Parameter("price", _priced("price"), many=True)
TOLD = (
    Parameter("convert_to", CODE, "ODT"),
    Parameter("land_user", one_of(case.LAND_USERS)),
    Parameter("area", NUMBER),
    *(_fact(name) for name in (*case.FACTS, *price.FACTS)),
    PRICES,
)
PIECE = (
    Parameter("piece", _text(f"{_CORNER}(;{_CORNER}){{2,{asked.MOST_CORNERS - 1}}};?")),
    *(Parameter(name, NUMBER) for name in ("strip.width", "strip.depth", "strip.from")),
    Parameter("strip.end", one_of(asked.ENDS)),
    Parameter("strip.faces", one_of(COMPASS)),
)
QUESTION = (*DAYS, *TOLD, *PIECE)
"""What ``asked.read_query`` reads."""
HAMPERED = ("bridge", "flyover", "power_line", "ramp", "canal", "inner_land")
"""The cases of the rule ``position_hampered``."""
_HAMPERED = "|".join(HAMPERED)
FORMAT = Parameter("format", one_of(present.FORMS))
_COMMUNE = r"[0-9A-Za-z_.\- ]{1,60}(@[0-9]{4})?"
QUESTIONED = rf"^/parcels/{_COMMUNE}/{PART}/{PART}(~{PART})?(\?[0-9A-Za-z_.=&%+,;@~-]*)?$"
"""The ``permanent`` address of an answer."""
PARCEL = (
    path("commune", _text(_COMMUNE), "25741@2024"),
    path("sheet", _text(PART), "2"),
    path("number", _text(f"{PART}(~{PART})?"), "147"),
)
PLACE = (
    Parameter("lat", _text(_DEGREES), "10.98463"),
    Parameter("lon", _text(_DEGREES), "106.67614"),
    Parameter("x", _text(r"[0-9]{7}(\.[0-9]{1,6})?")),
    Parameter("y", _text(r"[0-9]{6}(\.[0-9]{1,6})?")),
)
VIEW = (
    Parameter("bbox", _text(f"{_DEGREES}(,{_DEGREES}){{3}}"), "106.675,10.983,106.677,10.986", required=True),
    Parameter("layers", _text(r"[a-z_]{1,40}(,[a-z_]{1,40}){0,9}"), "parcels,land_use_planning"),
    *DAYS,
)
SEARCH = (
    Parameter("q", WORDS, "thua 147 to 2 hiep thanh", required=True),
    *DAYS,
    Parameter("limit", count(1, asked_search.MOST_HITS)),
)
SUGGEST = SEARCH[:3]
STREETS = (
    Parameter("q", WORDS, "huynh van nghe phu loi", text="api-parameter-q-street"),
    Parameter("commune", WORDS, text="api-parameter-commune-street"),
    DAYS[0],
    Parameter("limit", count(1, asked_streets.MOST_HITS)),
    Parameter("offset", count(0, 9999)),
)
SECTION = (
    path("section", _text(r"[0-9]{3,5}:[0-9]{1,4}"), "25750:17"),
    *DAYS,
    *(replace(each, example="100") if each.name == "area" else each for each in TOLD),
    *(Parameter(name, NUMBER, {"width": "4"}.get(name)) for name in asked_streets.MEASURES),
    Parameter("position", count(1, 4)),
    Parameter("fronts", count(0, 9)),
    Parameter("agricultural_position", count(1, 4)),
    Parameter("surface", one_of(SURFACES)),
    Parameter("hampered", _text(f"({_HAMPERED})(,({_HAMPERED})){{0,5}}")),
    Parameter("access", one_of(("road", "boat"))),
    Parameter("residential_area", one_of(_YES_NO)),
    Parameter("land_use", CODE, "CLN"),
)


def _second(of: Parameter) -> Parameter:
    if of.many:
        return replace(of, name="and.price", type=_priced("and.price"), text="api-parameter-and")
    example = "100" if of.name == "area" else None
    return replace(of, name=asked.AND + of.name, example=example, text="api-parameter-and")


DIFFERENCE = (*QUESTION, *map(_second, QUESTION))
COMPARE = (
    Parameter(
        "parcel",
        _listed(str),
        ["25741@2024/2/147", "25741@2024/2/148"],
    ),
    *QUESTION,
)


def _several(of: Parameter) -> Parameter:
    return replace(of, type=_listed(of.type), example=None)


BATCH = (
    _several(DAYS[0]),
    DAYS[1],
    _several(TOLD[0]),
    *TOLD[1:],
    *(each for each in PIECE if each.name.startswith("strip.")),
    Parameter("format", one_of(("xlsx", "csv", "geojson", "gpkg", "parquet")), text="api-parameter-format-batch"),
)
KNOWN = (DAYS[1],)
JOB, FILE, WORD = _text("[0-9a-f]{32}"), _text(r"[A-Za-z_.]{1,60}"), _text(r"[0-9A-Za-z\-]{1,60}")
