"""Parcel addresses, commune names and the map series a question looks into."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landinfo import search
from landinfo.model import BadInput, Commune, NotHere, ParcelRef, Problem, Union
from landinfo.search import ParcelAsked, fold, parse_parcel, resolve

MERGED = date(2025, 7, 1)
FIRST = date(2014, 7, 1)


def old(code: str, name: str, kind: str = "Phường") -> Commune:
    return Commune(code, "2024", FIRST, MERGED, ((FIRST, kind, name),), "Thủ Dầu Một", "74")


def new(code: str, name: str) -> Commune:
    return Commune(code, "2025", MERGED, None, ((MERGED, "Phường", name),), "", "79")


# Resolution 1685/NQ-UBTVQH15: Phú Lợi (new 25750) = Phú Lợi (25744), Phú Hòa (25750) and a part of Hiệp Thành (25741)
COMMUNES = (
    old("25741", "Hiệp Thành"),
    old("25744", "Phú Lợi"),
    old("25747", "Phú Cường"),
    new("25747", "Thủ Dầu Một"),
    old("25750", "Phú Hòa"),
    new("25750", "Phú Lợi"),
    Commune(
        "25843", "2024", FIRST, MERGED, ((FIRST, "Xã", "An Tây"), (date(2024, 5, 1), "Phường", "An Tây")), "", "74"
    ),
)
UNIONS = (
    Union("25741", "2024", "25747", "2025", MERGED, False),
    Union("25741", "2024", "25750", "2025", MERGED, False),
    Union("25744", "2024", "25750", "2025", MERGED, True),
    Union("25747", "2024", "25747", "2025", MERGED, True),
    Union("25750", "2024", "25750", "2025", MERGED, True),
)


def asked(commune: str, period: str | None = None) -> ParcelAsked:
    return ParcelAsked(commune, period, "12", "345", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25750/12/345", ParcelAsked("25750", None, "12", "345", None)),
        ("25750@2024/12/345", ParcelAsked("25750", "2024", "12", "345", None)),
        ("25750@2024/D4-12/12a~2", ParcelAsked("25750", "2024", "D4-12", "12a", "2")),
        (" Phú Lợi/012/0345 ", ParcelAsked("Phú Lợi", None, "012", "0345", None)),
    ],
)
def test_addresses(text: str, expected: ParcelAsked) -> None:
    assert parse_parcel(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "parcel-needs-three-parts"),
        ("25750/12", "parcel-needs-three-parts"),
        ("25750/12/345/6", "parcel-needs-three-parts"),
        ("25750/12/" + "9" * 200, "parcel-needs-three-parts"),
        ("25750/12/", "bad-sheet-or-number"),
        ("25750/12/🏠", "bad-sheet-or-number"),
        ("25750/1;2/3", "bad-sheet-or-number"),
        ("25750/12/345~", "bad-sheet-or-number"),
        ("25750/12/\x00", "bad-sheet-or-number"),
        ("25750@24/12/345", "bad-commune"),
        ("25750@/12/345", "bad-commune"),
        ("<b>/12/345", "bad-commune"),
        ("/12/345", "bad-commune"),
    ],
)
def test_what_is_not_an_address(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_parcel(text)
    assert refused.value.code == code


PART = st.text(st.sampled_from("0123456789abcDĐê.-"), min_size=1, max_size=20).map(
    lambda t: unicodedata.normalize("NFC", t)
)


@given(PART, PART, st.sampled_from(["", "1", "12"]))
def test_a_reference_reads_back(sheet: str, number: str, suffix: str) -> None:
    ref = ParcelRef("00012", "2024", sheet, number, suffix)
    assert parse_parcel(str(ref)) == ParcelAsked("00012", "2024", sheet, number, suffix or None)


@given(st.text(max_size=150))
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    try:
        found = resolve(parse_parcel(text), date(2026, 1, 1), COMMUNES, UNIONS)
    except Problem as problem:
        found, status = (), problem.status
    assert found or status in {400, 404}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Phường Hoà Phú", "phuong hòa  phu"),
        (unicodedata.normalize("NFD", "Đường Lê Hồng Phong"), "duong le hong phong"),
        ("Ðất ở ĐÔ THỊ", "dat o do thi"),
        ("ĐT.743A", "DT 743a"),
    ],
)
def test_folding(a: str, b: str) -> None:
    assert fold(a) == fold(b)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("commune", "day", "series"),
    [
        # a new commune is asked through its unions, the split one too
        ("25750", date(2026, 3, 1), ("25741@2024", "25744@2024", "25750@2024", "25750@2025")),
        ("25750", MERGED, ("25741@2024", "25744@2024", "25750@2024", "25750@2025")),
        # the day before the union the code is Phú Hòa's alone
        ("25750", date(2025, 6, 30), ("25750@2024",)),
        ("25744", date(2024, 1, 1), ("25744@2024",)),
        # an old code that nobody bears any more still finds its sheets
        ("25744", date(2026, 3, 1), ("25744@2024",)),
        # an old name that no commune bears today still finds its sheets; a name that lives on asks both
        ("phu hoa", date(2026, 3, 1), ("25750@2024",)),
        ("P. Phú Hoà", date(2026, 3, 1), ("25750@2024",)),
        ("Phú Lợi", date(2026, 3, 1), ("25741@2024", "25744@2024", "25750@2024", "25750@2025")),
        ("xã An Tây", date(2025, 1, 1), ("25843@2024",)),
        ("phuong an tay", date(2025, 1, 1), ("25843@2024",)),
    ],
)
def test_series(commune: str, day: date, series: tuple[str, ...]) -> None:
    assert resolve(asked(commune), day, COMMUNES, UNIONS) == series


def test_an_explicit_period_asks_one_series_on_any_day() -> None:
    assert resolve(asked("25750", "2024"), date(2026, 3, 1), COMMUNES, UNIONS) == ("25750@2024",)


@pytest.mark.parametrize(
    ("commune", "period", "day", "named"),
    [
        ("25750", "2019", date(2026, 3, 1), "25750@2025 Phường Phú Lợi"),
        ("Phú Lơi", "2024", date(2026, 3, 1), "Phường Phú Lợi"),
        ("phu loy", None, date(2026, 3, 1), "Phường Phú Lợi"),
        ("99999", None, date(2026, 3, 1), "–"),
    ],
)
def test_unknown_communes_name_what_was_meant(commune: str, period: str | None, day: date, named: str) -> None:
    with pytest.raises(NotHere) as missing:
        resolve(asked(commune, period), day, COMMUNES, UNIONS)
    assert missing.value.code == "unknown-commune"
    assert named in missing.value.params["similar"]


def test_before_the_first_day_known_nothing_is_denied() -> None:
    with pytest.raises(NotHere) as missing:
        resolve(asked("25744", None), date(1999, 3, 1), COMMUNES, UNIONS)
    assert (missing.value.code, missing.value.field) == ("commune-not-yet", "on")
    assert missing.value.params["first"] > date(1999, 3, 1)


def test_texts_are_not_guessed() -> None:
    assert search.parse_parcel("25750/012/1").sheet == "012"
