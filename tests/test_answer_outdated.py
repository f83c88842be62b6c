"""An answer that uses something past the day on which it should have been checked again says so, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pytest
import street
from street import ROOT

from landinfo import asked, asked_streets, letter, lookup, plain, present, present_streets, search
from landinfo import street as streets
from landinfo.intake.pricepublish import next_look
from landinfo.lookup import Report
from landinfo.model import Rulebook
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
FRESH, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = street.create(str(tmp_path_factory.mktemp("outdated") / "ground.gpkg"))
    yield made
    made.close()


def ask(store: Store, known: date, book: Rulebook = BOOK, **given: str) -> dict[str, Any]:
    pairs = list({"on": "2026-03-01", "known": known.isoformat(), **given}.items())
    query = asked.read_query(pairs, known)
    found = lookup.parcel(search.parse_parcel("25750@2024/1/1"), query, store, book)
    assert isinstance(found, Report)
    return present.answer(found, book)


def warned(answer: dict[str, Any]) -> str:
    """What the answer itself (not its estimate) says of age."""
    return " ".join(n["text"]["vi"] + n["text"]["en"] for n in answer["notices"] if n["code"] == "may-be-outdated")


def dated(book: Rulebook, **days: date) -> Rulebook:
    """The book with other days to check by: of its price list, its planning, its tables, its documents."""
    lists = tuple(_aged(one, days["lists"]) if "lists" in days else one for one in book.price_lists)
    basis = [b | {"check_by": days["planning"]} if "planning" in days else b for b in book.permissions["basis"]]
    tables = {n: _aged(t, days["tables"]) if "tables" in days else t for n, t in book.tables.items()}
    documents = {
        n: replace(d, check_by=days["documents"]) if "documents" in days else d for n, d in book.documents.items()
    }
    return replace(
        book,
        price_lists=lists,
        permissions=MappingProxyType({**book.permissions, "basis": basis}),
        tables=tables,
        documents=documents,
    )


def _aged(held: Any, day: date) -> Any:
    return replace(held, citation=replace(held.citation, check_by=day))


EVEN = {"lists": date(2030, 1, 1), "planning": date(2030, 1, 1), "tables": date(2030, 1, 1)}
ON = date(2026, 12, 1)


def test_on_its_day_the_answer_begins_to_say_so(ground: Store) -> None:
    assert warned(ask(ground, FRESH)) == ""
    said = warned(ask(ground, NEW_YEAR))
    assert "Có thể đã cũ: " in said
    assert "May be outdated: " in said
    assert "87/2025/NQ-HĐND" in said
    assert "01/01/2027" in said


@pytest.mark.parametrize(
    ("what", "named"), [("lists", "87/2025/NQ-HĐND"), ("planning", "254/2025/QH15"), ("tables", "1685/NQ-UBTVQH15")]
)
def test_each_thing_that_is_past_its_day_is_enough(ground: Store, what: str, named: str) -> None:
    for known, says in ((ON - timedelta(1), False), (ON, True)):
        answer = ask(ground, known, dated(BOOK, **{**EVEN, what: ON}), convert_to="ODT")
        assert (named in warned(answer)) is says


def test_the_documents_of_its_data_too(ground: Store) -> None:
    book = dated(BOOK, **EVEN, documents=ON)
    answer = ask(ground, ON, book)
    cited = [source["document"] for source in answer["sources"]]
    assert cited
    held = [c for c in cited if c["id"] in book.documents]
    assert all(c["outdated"] and c["check_by"] == "2026-12-01" for c in held)
    assert held == [] or warned(answer)


def test_what_is_known_earlier_is_as_it_was(ground: Store) -> None:
    """``known`` asks what the service said on that day."""
    assert ask(ground, FRESH)["price"] == ask(ground, FRESH, dated(BOOK))["price"]
    assert not list(plain.outdated(ask(ground, FRESH, convert_to="ODT")))


def test_the_letter_says_it_in_both_languages(ground: Store) -> None:
    said = letter.written(letter.answer, ask(ground, NEW_YEAR), BOOK.texts, ["vi", "en"])
    assert "Có thể đã cũ" in said
    assert "May be outdated" in said


def test_a_street_section_says_it_too() -> None:
    for known, says in ((FRESH, False), (NEW_YEAR, True)):
        pairs = [("on", "2026-03-01"), ("known", known.isoformat()), ("land_use", "CLN"), ("convert_to", "ODT")]
        found = streets.answer(asked_streets.read_street("25750:17", [*pairs, ("area", "100")], known), BOOK)
        answer = present_streets.answer(found, {}, BOOK)
        assert bool(warned(answer)) is says
        assert ("254/2025/QH15" in warned(answer)) is says  # the law of the estimate, which has no notices of its own


def test_prices_of_zones_and_classes_carry_the_day_of_their_list() -> None:
    for held in BOOK.price_lists:
        cited = [c for _, c in (*held.agricultural.values(), *held.base.values())]
        cited += [one.citation for one in (*held.sections.values(), *held.ratios.values())]
        assert {c.check_by for c in cited} <= {held.citation.check_by}
        assert held.citation.check_by is not None


def test_an_own_list_says_when_to_look_again() -> None:
    assert next_look(None, date(2026, 11, 27)) == date(2027, 1, 1)
    assert next_look(date(2026, 11, 28), date(2026, 11, 27)) == date(2027, 1, 1)
    assert next_look(date(2026, 11, 27), date(2026, 11, 27)) == date(2027, 7, 1)


def test_a_walk_finds_every_citation_that_is_past() -> None:
    citation = {"document": "1/2020", "check_by": "2020-01-01", "outdated": True}
    document = {"id": "2/2020", "check_by": "2019-01-01", "outdated": True}
    fresh = {"document": "3/2020", "check_by": "2020-01-01", "outdated": False}
    found = list(plain.outdated({"a": [citation, {"b": {"c": [document]}}], "d": fresh, "outdated": []}))
    assert found == [citation, document]
    (notice,) = plain.may_be_outdated(found)
    assert notice.params == {"documents": "1/2020, 2/2020", "first": date(2019, 1, 1)}
    assert plain.may_be_outdated([]) == []
