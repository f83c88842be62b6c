"""The four tables of a batch: their columns, and the answer object as their rows. Nothing is computed here.

An empty cell is "not known" or "does not apply"; which, says the word in the column of its state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landinfo.files.outlet import Table, columns
from landinfo.model import Rulebook
from landinfo.plain import Plain

RESULTS, LINES, THEMES, ERRORS = range(4)
NAMES = ("results", "estimate_lines", "themes", "errors")
_HEAD = "row:whole id"
_RESULT = (
    "parcel commune commune_name commune_now commune_now_name sheet number on known convert_to land_user land_uses "
    "registered_area:real drawn_area:real price_list price_state value_low:whole value_likely:whole value_high:whole "
    "land_use_planning allowed_area:real not_allowed_area:real unknown_area:real estimate_state levy:whole "
    "total_low:whole total_likely:whole total_high:whole estimate_reason estimate_reason_en changes_ahead next_change "
    "lat:real lon:real simulated:flag permanent"
)
_LINES = (
    "parcel on convert_to kind item item_name item_name_en part formula formula_en amount:whole low:whole "
    "high:whole law"
)
_THEMES = (
    "parcel on theme theme_name theme_name_en answer reason reason_en kind designation label label_en area:real "
    "percent:real documents"
)
_ERRORS = "parcel on convert_to code field error error_en nearest cells"
PLAN = "land_use_planning"


def tables(rulebook: Rulebook, outlines: bool) -> tuple[Table, ...]:
    """The tables; ``results`` has a column for each theme behind its own."""
    themes = " ".join(f"theme_{name}" for name in rulebook.themes)
    result = f"{_HEAD} {_RESULT} {themes} inside_percent:real same_as:whole"
    written = (result, f"{_HEAD} {_LINES}", f"{_HEAD} {_THEMES}", f"{_HEAD} {_ERRORS}")
    return tuple(
        Table(name, columns(words), outlines and n == RESULTS)
        for n, (name, words) in enumerate(zip(NAMES, written, strict=True))
    )


def result(answer: Plain, rulebook: Rulebook) -> list[Any]:
    """An answer as a row of ``results``, from ``parcel`` to the last theme."""
    parcel, question, price = answer["parcel"], answer["question"], answer["price"]
    now, ahead, themes = parcel["commune_now"] or {}, answer["changes_ahead"], {t["id"]: t for t in answer["themes"]}
    return [
        parcel["ref"], f"{parcel['commune']['code']}@{parcel['commune']['period']}", parcel["commune"]["name"],
        now.get("code"), now.get("name"), parcel["sheet"], parcel["number"],
        question["on"], question["known"], question["convert_to"], question["land_user"],
        "; ".join(f"{u['code']} {_or(u['area'])}" for u in parcel["land_uses"]),
        parcel["registered_area"], parcel["drawn_area"],
        price["list"] and price["list"]["id"], price["state"],
        *(_whole(price["value"][end]) for end in ("low", "likely", "high")),
        _shares(themes.get(PLAN)), *_allowed(answer), *_estimate(answer["estimate"]),
        ahead["state"], ahead["days"][0]["day"] if ahead["days"] else None,
        parcel["centre"]["lat"], parcel["centre"]["lon"], answer["simulated"], answer["permanent"],
        *(themes[name]["answer"] if name in themes else None for name in rulebook.themes),
    ]  # fmt: skip


def _or(value: Any) -> str:
    return "?" if value is None else f"{value}"


def _whole(value: int | float | None) -> int | None:
    """Money, which the answer has as whole đồng."""
    return None if value is None else int(value)


def _shares(theme: Plain | None) -> str | None:
    if theme is None:
        return None
    if not theme["rows"]:
        return str(theme["answer"])
    return "; ".join(f"{row['designation'] or row['kind']} {_or(row['percent'])} %" for row in theme["rows"])


def _allowed(answer: Plain) -> list[float | int | None]:
    """m² that may be converted, that may not, and of which nobody can tell."""
    if answer["question"]["convert_to"] is None:
        return [None, None, None]
    verdicts = answer["verdicts"]
    return [_sum([v["area"] for v in verdicts if v["allowed"] == said]) for said in ("yes", "no", "unknown")]


def _sum(areas: list[float | int]) -> float | int:
    """Of areas with at most two decimals, as they are printed."""
    return round(sum(areas), 2)


def _estimate(made: Plain | None) -> list[Any]:
    if made is None:
        return ["not_asked", *[None] * 6]
    levy, ends = made["levy"], made["range"]
    states = {item["state"] for item in made["items"]}
    state = "unknown" if made["total"] is None else "known" if states == {"known"} else "partly"
    reason = made["reason"] or (levy and levy["reason"]) or {}
    return [
        state,
        levy and _whole(levy["amount"]),
        *(_whole(ends[end]) for end in ("low", "likely", "high")),
        reason.get("vi"),
        reason.get("en"),
    ]


def lines(answer: Plain) -> Iterator[list[Any]]:
    """Every item of the estimate with its lines behind it, which sum to it."""
    made = answer["estimate"]
    if made is None:
        return
    question, parcel = answer["question"], answer["parcel"]["ref"]
    head = [parcel, question["on"], question["convert_to"]]
    for item in (*made["items"], *(c for c in made["charges"] if c not in made["items"])):
        name, reason = item["label"], item["reason"] or {"vi": None, "en": None}
        named = [item["code"], name["vi"], name["en"]]
        amounts = [_whole(item[end]) for end in ("likely", "low", "high")]
        yield [*head, "item", *named, None, reason["vi"], reason["en"], *amounts, None]
        for line in made["lines"]:
            if line["item"] == item["code"]:
                law = "; ".join(f"{c['document']} {c['article']}".strip() for c in line["citations"])
                said = [line["part"], line["formula"]["vi"], line["formula"]["en"], _whole(line["amount"])]
                yield [*head, "line", *named, *said, None, None, law]


def themes(answer: Plain) -> Iterator[list[Any]]:
    """Every row of every theme; a theme without rows is one row with its answer."""
    head = [answer["parcel"]["ref"], answer["question"]["on"]]
    for theme in answer["themes"]:
        reason = theme["reason"] or {"vi": None, "en": None}
        told = [theme["id"], theme["label"]["vi"], theme["label"]["en"], theme["answer"], reason["vi"], reason["en"]]
        if not theme["rows"]:
            yield [*head, *told, *[None] * 7]
        for row in theme["rows"]:
            documents = "; ".join(document["id"] for document in row["documents"])
            label = [row["designation"], row["label"]["vi"], row["label"]["en"]]
            yield [*head, *told, row["kind"], *label, row["area"], row["percent"], documents]
