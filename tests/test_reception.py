"""Reports are kept once, followed, answered by one at a time; contacts go on their day: on both registers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from serving import DAY, HALVED, ask

from landinfo import reception
from landinfo.error_report import CONTACT, KIND, receipt, rows, states
from landinfo.error_report.present import geojson, listed, public
from landinfo.error_report.typed import Typed
from landinfo.model import Busy, NotHere, Refused
from landinfo.store.register import Entry, Register
from landinfo.web.settings import Settings

TODAY, ONCE = date(2026, 11, 24), "0123456789abcdef"
SECRET = "0903-nguyen-van-a"


@pytest.fixture(scope="module")
def answer(web: FlaskClient) -> dict[str, Any]:
    return ask(web, f"/api/parcels/{HALVED}?{DAY}&known=2026-11-24")


def received(
    register: Register, answer: dict[str, Any], *, wrong: str = "x", contact: str = "", once: str = ONCE, **more: Any
) -> str:
    given = {"today": TODAY, "contact_days": 90, "register": register} | more
    row = rows.row(answer, given.pop("kind", "use"), given.pop("row", "1"))
    return reception.receive(answer, row, Typed(wrong, "", "", contact), once, **given)


def test_it_is_kept_with_all_it_stood_on(register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer, wrong="Sai", kind="share", row="land_use_planning-0")
    held = reception.find(f" {key[:4].lower()}-{key[4:]} ", register)
    body = held.body
    assert (held.kind, held.day, held.revision) == (KIND, TODAY, 1)
    assert body["question"] == f"/parcels/{HALVED}?on=2026-03-01&known=2026-11-24"
    assert (body["parcel"], body["on"], body["known"]) == (HALVED, "2026-03-01", "2026-11-24")
    assert body["editions"] == ["plan", "p", "zones"]
    assert body["rulebook"] == answer["rulebook"]
    assert (body["kind"], body["row"], body["layer"]) == ("share", "land_use_planning-0", "land_use_planning")
    assert body["shown"]["area"] == answer["themes"][0]["rows"][0]["area"]
    assert body["communes"] == ["25750@2024", "25750@2025"]
    assert body["steps"] == [{"state": "received", "day": "2026-11-24", "note": None, "by": ""}]
    assert body["wrong"] == "Sai"


def test_sent_twice_it_is_kept_once(register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer, contact=SECRET)
    reception.answer(key, "under_review", {"vi": "", "en": ""}, "Lan", TODAY, register)
    assert received(register, answer, contact=SECRET) == key
    later = received(register, answer, contact=SECRET, today=TODAY + timedelta(1))
    assert later == key
    assert reception.find(key, register).revision == 2
    assert [entry.key for entry in register.listed(CONTACT)] == [f"2027-02-22/{key}"]
    others = {received(register, answer, wrong="y"), received(register, answer, once=ONCE[::-1])}
    assert len({key, *others}) == len(register.listed(KIND)) == 3


def test_sent_twice_at_once_it_is_kept_once(register: Register, answer: dict[str, Any]) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: received(register, answer, contact=SECRET), range(8)))
    assert len(keys) == len(register.listed(KIND)) == len(register.listed(CONTACT)) == 1


@pytest.mark.parametrize("days", [1, 30, 90])
def test_a_contact_goes_on_its_day(register: Register, answer: dict[str, Any], days: int) -> None:
    key = received(register, answer, contact=SECRET, contact_days=days)
    entry, last = reception.find(key, register), TODAY + timedelta(days - 1)
    assert reception.forget(register, last) == 0
    held = reception.contact(entry, register, last)
    assert held == reception.Contact(SECRET, TODAY + timedelta(days))
    # over, it is not shown even before it is removed
    assert reception.contact(entry, register, TODAY + timedelta(days)) is None
    assert reception.forget(register, TODAY + timedelta(days)) == 1
    assert reception.forget(register, TODAY + timedelta(days)) == 0
    assert reception.contact(entry, register, TODAY) is None
    assert register.listed(CONTACT) == ()
    assert reception.find(key, register) == entry


def test_each_report_that_comes_removes_what_is_over(register: Register, answer: dict[str, Any]) -> None:
    for n, days in enumerate((5, 1, 60, 2)):
        received(register, answer, contact=f"{SECRET}-{n}", contact_days=days, wrong=str(n))
    received(register, answer, wrong="later", today=TODAY + timedelta(5))
    assert [entry.body["contact"] for entry in register.listed(CONTACT)] == [f"{SECRET}-2"]


def test_more_than_a_page_of_contacts_goes_at_once(
    register: Register, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "_PAGE", 3)
    for n in range(8):
        received(register, answer, contact=SECRET, contact_days=1 if n < 7 else 2, wrong=str(n))
    assert reception.forget(register, TODAY + timedelta(1)) == 7
    assert len(register.listed(CONTACT)) == 1
    assert len(reception.listed(register)[0]) == 8


def test_nothing_that_shows_a_report_has_its_contact(register: Register, answer: dict[str, Any]) -> None:
    texts: dict[str, Any] = {}
    key = received(register, answer, contact=SECRET)
    ((entry,), _) = reception.listed(register)
    row = listed(entry.key, entry.body, entry.day, entry.revision, texts)
    shown: Sequence[object] = (entry.body, public(key, entry.body, entry.day, texts), row, geojson([row]))
    assert SECRET not in json.dumps(shown)


def test_they_are_listed_by_state_layer_and_commune(register: Register, answer: dict[str, Any]) -> None:
    share = received(register, answer, kind="share", row="land_use_planning-0", today=TODAY + timedelta(1))
    use = received(register, answer)
    reception.answer(use, "under_review", {"vi": "", "en": ""}, "Lan", TODAY, register)

    def keys(**asked: str) -> list[str]:
        return [entry.key for entry in reception.listed(register, **asked)[0]]

    assert keys() == [use, share]
    assert keys(state="under_review") == [use]
    assert keys(state="received") == [share]
    assert keys(layer="land_use_planning") == [share]
    assert keys(commune="25750@2024") == keys(commune="25750") == [use, share]
    assert keys(commune="25744") == keys(layer="price_zones") == keys(commune="2575") == []


def test_of_two_who_answer_one_report_the_second_is_told(register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer)
    note = {"vi": "vì", "en": ""}
    reception.answer(key, "under_review", note, "Lan", TODAY, register, revision=1)
    with pytest.raises(Refused) as told:
        reception.answer(key, "under_review", note, "Minh", TODAY, register, revision=1)
    assert (told.value.code, told.value.params["revision"]) == ("error-answered-meanwhile", 2)
    held = reception.find(key, register)
    assert [step["by"] for step in held.body["steps"]] == ["", "Lan"]
    assert reception.answer(key, "corrected", note, "Minh", TODAY, register, revision=2) == reception.find(
        key, register
    )


class Slow:
    """A register in which somebody else answers between reading and writing."""

    def __init__(self, register: Register) -> None:
        self._register, self._first = register, True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._register, name)

    def get(self, kind: str, key: str) -> Entry | None:
        found = self._register.get(kind, key)
        if self._first:
            self._first = False
            reception.answer(key, "under_review", {"vi": "một", "en": ""}, "Lan", TODAY, self._register)
        return found


def test_an_answer_between_reading_and_writing_is_not_lost(register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer)
    slow: Any = Slow(register)
    with pytest.raises(Refused) as told:
        reception.answer(key, "under_review", {"vi": "hai", "en": ""}, "Minh", TODAY, slow)
    assert told.value.code == "error-answered-meanwhile"
    assert [step["by"] for step in reception.find(key, register).body["steps"]] == ["", "Lan"]


@pytest.mark.parametrize(("said", "code"), [("x", "error-no-receipt"), ("AAAA-AAAA-AAAA", "error-not-kept-here")])
def test_a_receipt_that_is_not_there(register: Register, said: str, code: str) -> None:
    for ask_for in (
        lambda: reception.find(said, register),
        lambda: reception.answer(said, "under_review", {"vi": ""}, "Lan", TODAY, register),
    ):
        with pytest.raises(NotHere) as wrong:
            ask_for()
        assert wrong.value.code == code


class Broken:
    """A register that keeps a report and then breaks, before the contact is kept."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __getattr__(self, name: str) -> Any:
        return getattr(self._register, name)

    def add(self, kind: str, *given: Any) -> bool:
        if kind == CONTACT:
            raise Busy("register-cannot-be-used")
        return self._register.add(kind, *given)


def test_after_a_break_the_same_form_is_sent_again_and_is_whole(register: Register, answer: dict[str, Any]) -> None:
    broken: Any = Broken(register)
    with pytest.raises(Busy):
        received(broken, answer, contact=SECRET)
    key = received(register, answer, contact=SECRET)
    assert [entry.key for entry in register.listed(KIND)] == [key]
    held = reception.contact(reception.find(key, register), register, TODAY)
    assert held is not None
    assert held.text == SECRET


def test_every_state_and_kind_has_its_words() -> None:
    from landinfo.store.rulebook import read_texts

    texts = read_texts(Settings().data / "texts")
    for state in states.STATES:
        assert texts[f"error-state-{state}"]["en"] != texts[f"error-means-{state}"]["en"]
    assert {f"error-kind-{kind}" for kind in rows.KINDS} <= set(texts)


def test_a_page_of_the_list_reads_no_more_than_it_shows(register: Register, answer: dict[str, Any]) -> None:
    """Twelve reports of which every third is of a price, asked four at a time; what was read is counted."""
    rows = {"price": "0", "share": "land_use_planning-0"}
    for n in range(12):
        kind = "price" if n % 3 == 0 else "share"
        received(
            register,
            answer,
            kind=kind,
            row=rows[kind],
            wrong=f"sai {n}",
            once=f"{ONCE}{n}",
            today=TODAY - timedelta(days=n % 5),
        )
    whole, more = reception.listed(register)
    assert (len(whole), more) == (12, False)
    assert [e.day for e in whole] == sorted(e.day for e in whole)
    read = 0

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(register, name)

        def by_day(self, *given: Any) -> Any:
            nonlocal read
            page = register.by_day(*given)
            read += len(page)
            return page

    counting = cast(Register, Counting())
    assert reception.listed(counting, limit=4) == (whole[:4], True)
    assert read == 5
    paged: list[Entry] = []
    for wanted in (True, True, False):
        after = receipt.written(paged[-1].key) if paged else ""
        page, more = reception.listed(register, after=after, limit=4)
        assert (len(page), more) == (4, wanted)
        paged += page
    assert paged == whole
    prices = [e for e in whole if e.body["kind"] == "price"]
    assert reception.listed(register, layer=prices[0].body["layer"], limit=4) == (prices, False)
    assert reception.listed(register, layer=prices[0].body["layer"], limit=3) == (prices[:3], True)
    with pytest.raises(NotHere):
        reception.listed(register, after="AAAA-AAAA-AAAA")
