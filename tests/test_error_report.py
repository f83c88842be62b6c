"""What computes of a report: receipts, texts, rows and states; no register, no clock."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from serving import DAY, HALVED, ask
from shapely.geometry import Point, shape

from landinfo.error_report import receipt, rows, states, typed
from landinfo.model import BadInput, NotHere, Refused

ONCE, DAY_ONE, DAY_TWO = "0123456789abcdef", date(2026, 11, 24), date(2026, 11, 25)


def refused_field(given: dict[str, str], days: int = 90) -> tuple[str, str]:
    with pytest.raises(BadInput) as wrong:
        typed.read(given, days)
    return wrong.value.code, wrong.value.field


def test_a_receipt_is_of_the_form_and_its_content() -> None:
    # printf '["0123456789abcdef",{"a":"é"}]' | sha256sum: its last 15 digits in groups of five bits, the last first
    key = receipt.made(ONCE, {"a": "é"})
    assert key == "01A0Z8DJRD3D"
    assert key == receipt.made(ONCE, {"a": "é"})
    assert len({key, receipt.made(ONCE, {"a": "e"}), receipt.made(ONCE[::-1], {"a": "é"})}) == 3
    assert set(key) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_receipts_use_all_letters_and_do_not_follow_each_other() -> None:
    keys = [receipt.made(f"{ONCE}{n}", {}) for n in range(300)]
    assert len(set(keys)) == 300
    assert keys != sorted(keys)
    for place in range(receipt.LETTERS):
        assert len({key[place] for key in keys}) > 25


@pytest.mark.parametrize("once", ["", "short", "a" * 65, "ü" * 20, "a b c d e f g h i", "0" * 15, "0" * 20 + "\n"])
def test_a_word_that_could_be_guessed_is_refused(once: str) -> None:
    with pytest.raises(BadInput) as wrong:
        receipt.made(once, {})
    assert (wrong.value.code, wrong.value.field) == ("error-bad-once", "once")


@given(st.text(receipt.ALPHABET, min_size=12, max_size=12))
def test_a_receipt_is_read_as_it_is_written(key: str) -> None:
    assert receipt.read(receipt.written(key)) == receipt.read(key.lower()) == key


@pytest.mark.parametrize(
    "said",
    ["k7mq-2xtr-9h10", "K7MQ 2XTR 9HIO", "k7mq2xtr9hlo", " K7MQ–2XTR—9H1O ", "K7MQ\u00a02XTR.9hi0", "k7mq_2xtr9H10"],
)
def test_a_receipt_is_read_as_people_type_it(said: str) -> None:
    assert receipt.read(said) == "K7MQ2XTR9H10"


@pytest.mark.parametrize(
    "said", ["", "K7MQ-2XTR-9HW", "K7MQ-2XTR-9HWNA", "K7MQ-2XTR-9HWU", "Ｋ7MQ2XTR9HWN", "ß" * 6, "-" * 99]
)
def test_what_is_no_receipt_is_none(said: str) -> None:
    assert receipt.read(said) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Phu\u0301 Lo\u031b\u0323i ", "Phú Lợi"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\x00\x07\x1b[31mb\u202e\u2066c\ufeff", "a[31mbc"),
        ("tab\there", "tab here"),
        ("half \ud83c of it", "half \ufffd of it"),
        ("👨‍👩‍👧 🏠", "👨‍👩‍👧 🏠"),
        ("<script>alert('1')</script>", "<script>alert('1')</script>"),
    ],
)
def test_texts_are_made_fit_at_the_border(said: str, kept: str) -> None:
    assert typed.read({"wrong": said}, 90).wrong == kept


@given(st.text())
def test_a_clean_text_is_nfc_and_can_be_kept(said: str) -> None:
    kept = typed.clean(said)
    assert unicodedata.is_normalized("NFC", kept)
    assert typed.clean(kept) == kept
    kept.encode()
    assert not [c for c in kept if unicodedata.category(c) == "Cc" and c != "\n"]


def test_lengths_are_counted_after_that() -> None:
    assert len(typed.read({"wrong": "e\u0301\r\n" * 1000}, 90).wrong) == 1999
    assert typed.read({"wrong": "🏠" * 2000}, 90).wrong == "🏠" * 2000
    assert refused_field({"wrong": "x" * 2001}) == ("error-too-long", "wrong")
    assert refused_field({"wrong": "x" * 100_000}) == ("error-too-long", "wrong")
    for name, most in (("right", 2000), ("how", 2000), ("contact", 200)):
        assert getattr(typed.read({"wrong": "x", name: "y" * most}, 90), name) == "y" * most
        assert refused_field({"wrong": "x", name: "y" * (most + 1)}) == ("error-too-long", name)


@pytest.mark.parametrize("said", ["", "  \n ", "\x00\x00", "\u200b\u200b", "\u202e", "\u0301"])
def test_nothing_said_is_asked_back(said: str) -> None:
    assert refused_field({"wrong": said, "right": "x"}) == ("error-needs-words", "wrong")


def test_a_contact_stands_on_one_line_and_is_refused_where_none_is_kept() -> None:
    assert typed.read({"wrong": "x", "contact": "Lan\r\n0903  000"}, 1).contact == "Lan 0903 000"
    assert refused_field({"wrong": "x", "contact": "Lan"}, 0) == ("error-no-contacts", "contact")
    assert typed.read({"wrong": "x", "contact": " "}, 0).contact == ""


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        (b"", "error-not-json", "body"),
        (b"[]", "error-not-json", "body"),
        (b"\xff", "error-not-json", "body"),
        (b"[" * 90_000, "error-not-json", "body"),
        (b'{"wrong":"a","wrong":"b"}', "error-not-json", "body"),
        (b'{"wrong":1}', "error-not-text", "wrong"),
        (b'{"contact":{"a":"b"}}', "error-not-text", "contact"),
        (b'{"state":"corrected"}', "unknown-parameter", "state"),
        (b'{"<b>":"x"}', "unknown-parameter", "<b>"),
    ],
)
def test_json_that_is_no_report_names_what_is_wrong(sent: bytes, code: str, field: str) -> None:
    with pytest.raises(BadInput) as wrong:
        typed.read_json(sent)
    assert (wrong.value.code, wrong.value.field) == (code, field)


def test_null_is_not_said() -> None:
    assert typed.read_json(b'{"wrong":"x","right":null}') == {"wrong": "x"}


@pytest.fixture(scope="module")
def answer(web: FlaskClient) -> dict[str, Any]:
    return ask(
        web, f"/api/parcels/{HALVED}?{DAY}&known=2026-11-24&convert_to=ODT&fact.first_conversion=true&price.CLN=9"
    )


def test_every_row_has_an_address_that_names_it(answer: dict[str, Any]) -> None:
    named = [("price", str(n)) for n in range(len(answer["price"]["rows"]))]
    named += [("share", f"{t['id']}-{n}") for t in answer["themes"] for n in range(len(t["rows"]))]
    named += [("use", str(n)) for n in range(len(answer["parcel"]["land_uses"]))] + [("boundary", ""), ("other", "")]
    assert {kind for kind, _ in named} == set(rows.KINDS)
    for kind, key in named:
        told = dict(parse_qsl(urlsplit(rows.address(answer, kind, key)).query))
        assert (told["kind"], told.get("row", "")) == (kind, key)
        ref, pairs = rows.read_question(told["question"])
        assert ref == HALVED
        assert pairs[:2] == [("on", "2026-03-01"), ("known", "2026-11-24")]
        assert rows.row(answer, kind, key).kind == kind


def test_what_a_row_does_not_depend_on_is_not_carried(answer: dict[str, Any]) -> None:
    carried = {kind: rows.address(answer, kind, 0) for kind in ("use", "price", "other")}
    assert "first_conversion" not in carried["use"] + carried["price"]
    assert "price.CLN" not in carried["use"]
    assert "price.CLN" in carried["price"]  # a given price is what this row says
    assert "first_conversion" in carried["other"]


def test_a_row_says_what_the_answer_says(answer: dict[str, Any]) -> None:
    share = rows.row(answer, "share", "land_use_planning-1")
    of = answer["themes"][0]["rows"][1]
    assert (share.layer, share.values["designation"], share.values["area"]) == (
        "land_use_planning", of["designation"], 305,
    )  # fmt: skip
    for n, part in enumerate(answer["themes"][0]["rows"]):
        place = rows.row(answer, "share", f"land_use_planning-{n}").place
        assert shape(part["geometry"]).contains(Point(place["lon"], place["lat"]))
    use = rows.row(answer, "use", "1")
    assert (use.layer, use.values["code"], use.values["area"]) == ("parcels", "CLN", 410)
    assert use.place == {name: answer["parcel"]["centre"][name] for name in ("lat", "lon")}
    assert rows.row(answer, "boundary", "").values == {"registered_area": 610, "drawn_area": 600}
    price = rows.row(answer, "price", "0")
    assert (price.layer, price.values["list"]) == ("price_zones", "nq87-2025")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        *(("price", key) for key in ("99", "-1", "", "00", "٠")),
        *(("share", key) for key in ("land_use_planning-2", "0", "nothing-0", "land_use_planning")),
        *(("use", key) for key in ("2", "0" * 500, "<script>")),
        ("boundary", "0"),
        ("other", "x"),
    ],
)
def test_a_row_that_is_not_in_the_answer_is_not_here(answer: dict[str, Any], kind: str, key: str) -> None:
    with pytest.raises(NotHere) as wrong:
        rows.row(answer, kind, key)
    assert (wrong.value.code, wrong.value.field) == ("error-no-such-row", "row")


def test_a_mark_changes_with_what_is_shown(answer: dict[str, Any]) -> None:
    row = rows.row(answer, "use", "0")
    other = {**answer, "parcel": {**answer["parcel"], "land_uses": [{**answer["parcel"]["land_uses"][0], "area": 201}]}}
    assert rows.seen(row) == rows.seen(rows.row(answer, "use", "0")) != rows.seen(rows.row(other, "use", "0"))


@pytest.mark.parametrize(
    "said", ["", "x", "/parcel/a/b/c", "https://evil.example/parcels/a/1/1", "//parcels/a", "a" * 13_000]
)
def test_what_is_no_permanent_address_is_refused(said: str) -> None:
    with pytest.raises(BadInput) as wrong:
        rows.read_question(said)
    assert wrong.value.field == "question"


def report(*path: str) -> dict[str, Any]:
    body: dict[str, Any] = {"wrong": "x", "steps": [states.first(DAY_ONE)]}
    for to in path:
        body = states.answered(body, to, DAY_TWO, {"vi": "vì", "en": ""}, "Lan")
    return body


@pytest.mark.parametrize("before", states.STATES)
@pytest.mark.parametrize("to", states.STATES)
def test_a_report_goes_from_state_to_state_as_it_may(before: str, to: str) -> None:
    """Received, then under review, then an end; from an end only back under review."""
    path = {"received": [], "under_review": ["under_review"]}.get(before, ["under_review", before])
    ends = ("corrected", "not_an_error", "cannot_tell")
    allowed = {("received", "under_review"), ("under_review", "under_review")}
    allowed |= {pair for end in ends for pair in (("under_review", end), (end, "under_review"))}
    held = report(*path)
    if (before, to) in allowed:
        assert states.state(states.answered(held, to, DAY_TWO, {"vi": "vì"}, "Lan")) == to
    else:
        with pytest.raises(Refused) as wrong:
            states.answered(held, to, DAY_TWO, {"vi": "vì"}, "Lan")
        assert wrong.value.code == "error-not-from-here"


def test_a_step_is_added_and_nothing_else_changes() -> None:
    held = report("under-review", "Not an error")
    assert held["wrong"] == "x"
    assert [step["state"] for step in held["steps"]] == ["received", "under_review", "not_an_error"]
    last = {"state": "not_an_error", "day": "2026-11-25", "note": {"vi": "vì", "en": "vì"}, "by": "Lan"}
    assert held["steps"][-1] == last
    once_more = states.answered(held, "under_review", DAY_TWO, {"vi": "", "en": ""}, "Minh")
    assert once_more["steps"][:-1] == held["steps"]
    assert once_more["steps"][-1]["note"] is None


@pytest.mark.parametrize(
    ("to", "note", "by", "field"),
    [
        ("gone", "x", "Lan", "state"),
        ("under_review", "x", " \x00", "by"),
        ("under_review", "x", "y" * 101, "by"),
        ("corrected", "", "Lan", "note"),
        ("corrected", "x" * 2001, "Lan", "note"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(to: str, note: str, by: str, field: str) -> None:
    with pytest.raises(BadInput) as wrong:
        states.answered(report("under_review"), to, DAY_TWO, {"vi": note, "en": ""}, by)
    assert wrong.value.field == field
