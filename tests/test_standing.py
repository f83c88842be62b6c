"""The same ground under two names of a territory: numbers that are held already are refused, ground is remarked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from files_to_load import MAP, STORE_AND_THEME, TODAY, codes, field_map, held, load, parcels, square

from landinfo.intake import editions, lineage, standing
from landinfo.model import Busy, ParcelRef, Problem, Refused, State
from landinfo.store import Load, Store, edited, open_store

AGAIN = date(2026, 11, 25)
MAP_OF_2024 = MAP.replace("effective_from = 2020-01-01", "effective_from = 2024-01-01")


def other(path: Path, text: str = MAP, territory: str = "Phú Hòa", **sections: str) -> Path:
    return field_map(path, text.replace('territory = "25750@2024"', f'territory = "{territory}"'), **sections)


def first(tmp_path: Path, url: str, **more: Any) -> Path:
    file = parcels(tmp_path / "a.gpkg", [square(), square(10), square(20)], **more)
    assert load(file, field_map(tmp_path / "a.toml"), url, TODAY).published
    return file


def test_numbers_that_another_territory_holds_are_refused(tmp_path: Path, store_url: str) -> None:
    """The very file once more, under another name of its territory: nothing is written."""
    file = first(tmp_path, store_url)
    before = held(store_url)
    result = load(file, other(tmp_path / "b.toml"), store_url, AGAIN, new=False)
    (finding,) = (f for f in result.findings if f.refuses)
    assert (finding.kind.code, finding.count, finding.params["territory"]) == ("EDI-004", 3, "25750@2024")
    assert {p.name for p in finding.places} == {f"25750@2024/12/{n}" for n in (1, 2, 3)}
    assert not result.published
    assert held(store_url) == before


def test_one_number_of_many_is_enough(tmp_path: Path, store_url: str) -> None:
    first(tmp_path, store_url)
    file = parcels(tmp_path / "b.gpkg", [square(20), square(30)], THUA=["3", "9"])
    (finding,) = (f for f in load(file, other(tmp_path / "b.toml"), store_url, AGAIN, new=False).findings if f.refuses)
    assert (finding.kind.code, finding.count, finding.places[0].name) == ("EDI-004", 1, "25750@2024/12/3")


def test_a_number_of_other_days_is_no_double(tmp_path: Path, store_url: str) -> None:
    """It ended on 2022-01-01 in the held edition and begins anew on that very day."""
    ended = field_map(tmp_path / "e.toml", parcel='effective_to = "{D}"')
    file = parcels(tmp_path / "e.gpkg", [square(), square(10), square(20)], D=["2022-01-01"] * 3)
    assert load(file, ended, store_url, AGAIN).published
    after = parcels(tmp_path / "b.gpkg", [square(), square(10)], D=["2022-01-01", "2022-01-01"])
    result = load(
        after, other(tmp_path / "b.toml", parcel='effective_from = "{D}"'), store_url, date(2026, 11, 26), new=False
    )
    assert "EDI-004" not in codes(result)
    assert result.published
    early = parcels(tmp_path / "c.gpkg", [square(20)], THUA=["3"], D=["2021-12-31"])
    map = other(tmp_path / "c.toml", territory="ba", parcel='effective_from = "{D}"')
    assert "EDI-004" in codes(load(early, map, store_url, date(2026, 11, 26), new=False))


def test_what_an_edition_speaks_of_no_more_is_free(tmp_path: Path, store_url: str) -> None:
    """From 2024 on another edition stands in its place, in which number 3 is no more."""
    first(tmp_path, store_url)
    less = field_map(tmp_path / "l.toml", edition="replaces = true")
    less.write_text(
        less.read_text("utf-8").replace("effective_from = 2020-01-01", "effective_from = 2024-01-01"), "utf-8"
    )
    assert load(parcels(tmp_path / "l.gpkg", [square(), square(10)]), less, store_url, AGAIN, new=False).published
    for name, day, again in (("c", "2024-01-01", False), ("d", "2023-12-31", True)):
        file = parcels(tmp_path / f"{name}.gpkg", [square(20)], THUA=["3"], D=[day])
        map = other(tmp_path / f"{name}.toml", territory=name, parcel='effective_from = "{D}"')
        result = load(file, map, store_url, date(2026, 11, 26), new=False, draft=True)
        assert ("EDI-004" in codes(result)) is again


def test_the_same_ground_under_other_numbers_is_remarked(tmp_path: Path, store_url: str) -> None:
    first(tmp_path, store_url)
    file = parcels(tmp_path / "b.gpkg", [square(1, 1, 8), square(100)], THUA=["51", "52"])
    result = load(file, other(tmp_path / "b.toml"), store_url, AGAIN, new=False)
    (finding,) = (f for f in result.findings if f.kind.code == "EDI-005")
    assert finding.params["area"] == 100  # the held parcel whose middle lies in number 51
    assert result.published


def test_neighbours_and_those_far_away_are_not(tmp_path: Path, store_url: str) -> None:
    first(tmp_path, store_url)
    for name, shapes in (("b", [square(30), square(40)]), ("c", [square(0, -10)])):
        file = parcels(tmp_path / f"{name}.gpkg", shapes, THUA=[f"{name}{n}" for n in range(len(shapes))])
        result = load(file, other(tmp_path / f"{name}.toml", territory=name), store_url, AGAIN, new=False)
        assert not {"EDI-004", "EDI-005"} & set(codes(result))


@pytest.mark.parametrize(("east", "said"), [(0, True), (19, True), (19.85, False), (20, False)])
def test_a_theme_goes_by_its_coverage(tmp_path: Path, store_url: str, east: float, said: bool) -> None:
    """Held is x = 0–20; a part of 1 % of the smaller ground is a seam."""
    made = parcels(tmp_path / "a.gpkg", [square(), square(10)], MA=["A", "B"])
    assert load(made, field_map(tmp_path / "a.toml", STORE_AND_THEME), store_url, TODAY).published
    file = parcels(tmp_path / "b.gpkg", [square(east), square(east + 10)], MA=["A", "B"])
    result = load(file, other(tmp_path / "b.toml", STORE_AND_THEME), store_url, AGAIN, new=False)
    found = [f for f in result.findings if f.kind.code == "EDI-005"]
    assert (len(found) == 1) is said
    if said:
        assert found[0].params["area"] == (20 - east) * 10
    assert result.published


def test_what_was_taken_back_is_held_no_more(tmp_path: Path, store_url: str) -> None:
    file = first(tmp_path, store_url)
    store = open_store(store_url)
    editions.undo(store, store.editions()[0].id, "Lan", AGAIN)
    store.close()
    result = load(file, other(tmp_path / "b.toml"), store_url, date(2026, 11, 26), new=False)
    assert "EDI-004" not in codes(result)
    assert result.published


def draft(
    tmp_path: Path, url: str, territory: str, numbers: Sequence[str], east: float = 0, day: date = AGAIN, **more: Any
) -> str:
    """The id of an edition that is prepared: parcels side by side from ``east`` on."""
    shapes = [square(east + 10 * n) for n in range(len(numbers))]
    file = parcels(tmp_path / "d.gpkg", shapes, THUA=list(numbers))
    result = load(file, other(tmp_path / "d.toml", territory=territory, **more), url, day, new=False, draft=True)
    assert result.edition, codes(result)
    return result.edition.id


@pytest.fixture
def stood(tmp_path: Path, store_url: str) -> Iterator[Store]:
    """A store with one parcel (99) of a third territory."""
    base = parcels(tmp_path / "z.gpkg", [square(500)], THUA=["99"])
    assert load(base, other(tmp_path / "z.toml", territory="xa"), store_url, TODAY).published
    store = open_store(store_url)
    yield store
    store.close()


def live(store: Store) -> set[str]:
    return {e.id for e in store.editions() if e.withdrawn is None}


def test_a_number_is_held_wherever_it_is_drawn(tmp_path: Path, store_url: str) -> None:
    """1.5 km away, on ground that nobody holds."""
    first(tmp_path, store_url)
    before = held(store_url)
    file = parcels(tmp_path / "b.gpkg", [square(1500, 100), square(1510, 100)], THUA=["7", "2"])
    result = load(file, other(tmp_path / "b.toml"), store_url, AGAIN, new=False)
    (finding,) = (f for f in result.findings if f.refuses)
    assert (finding.kind.code, finding.count, finding.places[0].name) == ("EDI-004", 1, "25750@2024/12/2")
    assert held(store_url) == before


def test_a_suffix_makes_no_other_number(tmp_path: Path, store_url: str) -> None:
    """Equal numbers of one file are told apart by us; another edition's number 1 is still theirs."""
    file = parcels(tmp_path / "a.gpkg", [square(), square(20)], THUA=["1", "1"])
    assert load(file, field_map(tmp_path / "a.toml"), store_url, TODAY).published
    again = parcels(tmp_path / "b.gpkg", [square(700)], THUA=["1"])
    assert "EDI-004" in codes(load(again, other(tmp_path / "b.toml"), store_url, AGAIN, new=False))


def test_numbers_are_asked_for_in_parts(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at a time, three named: each is found in its own part, the first are told, all are counted."""
    first(tmp_path, store_url)
    monkeypatch.setattr(standing, "_AT_ONCE", 2)
    monkeypatch.setattr(standing, "MOST", 2)
    shapes, numbers = [square(900 + 10 * n) for n in range(6)], ["3", "40", "41", "42", "2", "1"]
    result = load(
        parcels(tmp_path / "b.gpkg", shapes, THUA=numbers), other(tmp_path / "b.toml"), store_url, AGAIN, new=False
    )
    (finding,) = (f for f in result.findings if f.refuses)
    assert (finding.count, [p.name[-1] for p in finding.places]) == (3, ["3", "2"])


def test_what_is_known_only_later_is_held_too(tmp_path: Path, store_url: str) -> None:
    """Loaded with a day before: from the other's day on both would answer."""
    file = first(tmp_path, store_url)
    result = load(file, other(tmp_path / "b.toml"), store_url, TODAY - timedelta(days=9), new=False)
    assert "EDI-004" in codes(result)


def test_held_elsewhere_is_the_same_on_every_engine(tmp_path: Path, store_url: str) -> None:
    first(tmp_path, store_url)
    store = open_store(store_url)
    name, long_ago = store.editions()[0].id, date(2020, 1, 1)
    asked = [ParcelRef("25750", "2024", "12", n, "9") for n in ("3", "1", "1", "4")]
    asked += [
        ParcelRef("25750", "2025", "12", "1"),
        ParcelRef("25750", "2024", "1", "2"),
        ParcelRef("", "'", '"', "\\"),
    ]
    found = store.held_elsewhere(asked, "Phú Hòa", TODAY)
    assert found == tuple((ParcelRef("25750", "2024", "12", n), long_ago, None, name) for n in ("1", "3"))
    assert store.held_elsewhere(asked, "25750@2024", TODAY) == store.held_elsewhere([], "Phú Hòa", TODAY) == ()
    editions.undo(store, name, "Lan", AGAIN)
    assert store.held_elsewhere(asked, "Phú Hòa", AGAIN) == ()
    assert len(store.held_elsewhere(asked, "Phú Hòa", TODAY)) == 2
    store.close()


def test_what_was_known_twice_in_the_past_stands_in_nobody_s_way(
    tmp_path: Path, store_url: str, stood: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of before held number 1 twice for a day; that is over, and the first is known on as if never ended."""
    one, two = draft(tmp_path, store_url, "một", ["1"]), draft(tmp_path, store_url, "hai", ["1"], 1500)
    day = timedelta(days=1)
    with monkeypatch.context() as before:
        before.setattr(edited, "refuse_doubles", lambda *given: None)
        stood.publish([], states=[State(one)], known=AGAIN)
        stood.publish([], states=[State(two)], known=AGAIN + day)
    stood.publish([], [two], known=AGAIN + 2 * day)
    stood.publish([], [one], known=AGAIN + 3 * day)
    stood.publish([], states=[State(one)], known=AGAIN + 3 * day)
    with pytest.raises(Refused, match="edition-holds-the-same"):
        stood.publish([], states=[State(two)], known=AGAIN + 3 * day)


def test_what_is_prepared_is_not_held(tmp_path: Path, store_url: str, stood: Store) -> None:
    one = draft(tmp_path, store_url, "một", ["1"])
    asked = [ParcelRef("25750", "2024", "12", "1")]
    assert stood.held_elsewhere(asked, "hai", AGAIN) == ()
    editions.publish(stood, one, "Lan", AGAIN)
    assert [edition for *_, edition in stood.held_elsewhere(asked, "hai", AGAIN)] == [one]


def test_ground_that_was_taken_back_is_nobody_s(tmp_path: Path, store_url: str, stood: Store) -> None:
    one = draft(tmp_path, store_url, "một", ["1"])
    editions.publish(stood, one, "Lan", AGAIN)
    file, map = parcels(tmp_path / "b.gpkg", [square()], THUA=["7"]), other(tmp_path / "b.toml", territory="hai")
    assert "EDI-005" in codes(load(file, map, store_url, AGAIN, new=False, draft=True))
    editions.undo(stood, one, "Lan", AGAIN)
    stood.discard(stood.drafts()[0].id)
    assert "EDI-005" not in codes(load(file, map, store_url, AGAIN, new=False, draft=True))


def test_two_that_were_prepared_side_by_side_are_not_both_published(
    tmp_path: Path, store_url: str, stood: Store
) -> None:
    """Nor where they are drawn apart."""
    one = draft(tmp_path, store_url, "một", ["1", "2"])
    two = draft(tmp_path, store_url, "hai", ["2", "3"], 1500)
    editions.publish(stood, one, "Lan", AGAIN)
    before = held(store_url)
    with pytest.raises(Refused) as told:
        editions.publish(stood, two, "Lan", AGAIN)
    assert told.value.code == "edition-holds-the-same"
    assert told.value.params == {"edition": two, "other": one, "territory": "một", "parcel": "25750@2024/12/2"}
    assert held(store_url) == before
    editions.undo(stood, one, "Lan", AGAIN)
    editions.publish(stood, two, "Lan", AGAIN)
    with pytest.raises(Refused, match="edition-holds-the-same"):
        editions.publish(stood, one, "Lan", AGAIN)


def test_the_store_itself_publishes_no_number_twice(tmp_path: Path, store_url: str, stood: Store) -> None:
    """Whoever calls: a prepared edition, one that was taken back, a load."""
    one, two = draft(tmp_path, store_url, "một", ["1"]), draft(tmp_path, store_url, "hai", ["1"], 1500)
    stood.publish([], states=[State(one)], known=AGAIN)
    for _ in range(2):
        with pytest.raises(Refused, match="edition-holds-the-same"):
            stood.publish([], states=[State(two)], known=AGAIN)
        stood.publish([], [one], known=AGAIN)
        stood.publish([], states=[State(two)], known=AGAIN)
        one, two = two, one
    again = replace(stood.content(two, (0, 0, 1e7, 1e7)).parcels[0], edition="x")
    edition = replace(stood.editions()[0], id="x", territory="ba", published=AGAIN, withdrawn=None)
    with pytest.raises(Refused, match="edition-holds-the-same"):
        stood.publish([Load(edition, parcels=[again])])
    assert "x" not in {e.id for e in stood.editions()}


@pytest.mark.parametrize(("day", "fine"), [(1, True), (0, False), (-1, False)])
def test_days_of_knowledge_in_common_are_enough(
    tmp_path: Path, store_url: str, stood: Store, day: int, fine: bool
) -> None:
    """The first was known from the 24th and is not from the 26th on; the second comes on the 25th and ``day`` days."""
    one = draft(tmp_path, store_url, "một", ["1"], day=TODAY)
    two = draft(tmp_path, store_url, "hai", ["1"], 1500, day=date(2026, 11, 20))
    stood.publish([], states=[State(one)], known=TODAY)
    stood.publish([], [one], known=date(2026, 11, 26))
    if fine:
        stood.publish([], states=[State(two)], known=AGAIN + timedelta(days=day))
    else:
        with pytest.raises(Refused, match="edition-holds-the-same"):
            stood.publish([], states=[State(two)], known=AGAIN + timedelta(days=day))


@pytest.mark.parametrize(("mine", "theirs", "twice"), [
    (("2020-01-01", "2022-01-01"), ("2022-01-01", ""), False),
    (("2022-01-01", ""), ("2020-01-01", "2022-01-01"), False),
    (("2020-01-01", "2022-01-02"), ("2022-01-01", ""), True),
    (("2022-01-01", ""), ("2020-01-01", "2022-01-02"), True),
    (("2020-01-01", ""), ("2021-01-01", "2021-01-02"), True),
])  # fmt: skip
def test_days_in_force_in_common_are_enough(
    tmp_path: Path, store_url: str, stood: Store, mine: Any, theirs: Any, twice: bool
) -> None:
    names = []
    for territory, (begin, end), east in (("một", mine, 0), ("hai", theirs, 1500)):
        file = parcels(tmp_path / "d.gpkg", [square(east)], D=[begin], K=[end])
        map = other(tmp_path / "d.toml", territory=territory, parcel='effective_from = "{D}"\neffective_to = "{K}"')
        result = load(file, map, store_url, AGAIN, new=False, draft=True)
        assert result.edition, codes(result)
        names.append(result.edition.id)
    editions.publish(stood, names[0], "Lan", AGAIN)
    if twice:
        with pytest.raises(Refused, match="edition-holds-the-same"):
            editions.publish(stood, names[1], "Lan", AGAIN)
    else:
        editions.publish(stood, names[1], "Lan", AGAIN)


def taken_over(tmp_path: Path, store_url: str, stood: Store) -> tuple[str, str, str]:
    """Number 3 by one territory until 2024, from then on by the other: the editions whole, less, after."""
    whole = draft(tmp_path, store_url, "một", ["1", "3"])
    editions.publish(stood, whole, "Lan", AGAIN)
    less = draft(tmp_path, store_url, "một", ["1"], text=MAP_OF_2024, edition="replaces = true")
    editions.publish(stood, less, "Lan", AGAIN)
    after = draft(tmp_path, store_url, "hai", ["3"], 1500, text=MAP_OF_2024)
    editions.publish(stood, after, "Lan", AGAIN)
    return whole, less, after


def test_of_days_that_a_later_edition_took_over_nothing_is_held(tmp_path: Path, store_url: str, stood: Store) -> None:
    """From 2024 on the first territory says no more of number 3; until then it does."""
    whole, less, after = taken_over(tmp_path, store_url, stood)
    with pytest.raises(Refused) as told:
        editions.undo(stood, less, "Lan", AGAIN)
    assert told.value.code == "edition-back-twice"
    assert told.value.params == {
        "edition": less, "back": whole, "other": after, "territory": "hai", "parcel": "25750@2024/12/3",
    }  # fmt: skip
    assert live(stood) >= {less, after}
    editions.undo(stood, after, "Lan", AGAIN)
    assert editions.undo(stood, less, "Lan", AGAIN) == (whole,)
    with pytest.raises(Refused, match="edition-holds-the-same"):
        editions.publish(stood, after, "Lan", AGAIN)


def test_what_comes_back_speaks_of_no_more_days_than_before(tmp_path: Path, store_url: str, stood: Store) -> None:
    """Number 3 was said until 2024 only, and is somebody else's since; the first says it until 2024 once more."""
    whole, less, after = taken_over(tmp_path, store_url, stood)
    every = draft(tmp_path, store_url, "một", ["1", "5"], edition="replaces = true")
    editions.publish(stood, every, "Lan", AGAIN)
    assert set(editions.undo(stood, every, "Lan", AGAIN)) == {whole, less}
    assert live(stood) >= {whole, less, after}


def test_what_was_wholly_replaced_comes_back_only_where_nobody_took_its_number(
    tmp_path: Path, store_url: str, stood: Store
) -> None:
    whole = draft(tmp_path, store_url, "một", ["1", "3"])
    editions.publish(stood, whole, "Lan", AGAIN)
    less = draft(tmp_path, store_url, "một", ["1"], edition="replaces = true")
    editions.publish(stood, less, "Lan", AGAIN)
    other_ = draft(tmp_path, store_url, "hai", ["3"], 1500)
    editions.publish(stood, other_, "Lan", AGAIN)
    before = held(store_url)
    with pytest.raises(Refused, match="edition-back-twice"):
        editions.undo(stood, less, "Lan", AGAIN)
    assert held(store_url) == before


class _Overtaken:
    """A store in which somebody else publishes after everything was looked at, before it is written; or undoes."""

    def __init__(self, store: Store, url: str, name: str, does: Callable[..., Any] = editions.publish) -> None:
        self._store, self._url, self._name, self._does = store, url, name, does

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def publish(self, *given: Any, **more: Any) -> None:
        other_ = open_store(self._url)
        self._does(other_, self._name, "Minh", AGAIN)
        other_.close()
        self._store.publish(*given, **more)


@pytest.mark.parametrize(("territory", "said"), [("hai", "edition-holds-the-same"), ("một", "store-changed")])
def test_what_was_decided_before_somebody_else_published_is_not_done(
    tmp_path: Path, store_url: str, stood: Store, territory: str, said: str
) -> None:
    """Of another territory, or of the same: then neither replaces the other, and both would stand."""
    one = draft(tmp_path, store_url, "một", ["1"])
    two = draft(tmp_path, store_url, territory, ["1"], 1500)
    overtaken: Any = _Overtaken(stood, store_url, one)
    with pytest.raises(Problem, match=said):
        editions.publish(overtaken, two, "Lan", AGAIN)
    assert one in live(stood)
    assert two not in live(stood)
    with pytest.raises(Problem, match=r"edition-(holds-the-same|stands-already)"):
        editions.publish(stood, two, "Lan", AGAIN)


@pytest.mark.parametrize("undone", [False, True])
def test_what_others_do_elsewhere_disturbs_nobody(tmp_path: Path, store_url: str, stood: Store, undone: bool) -> None:
    """Another territory with other numbers: a long load is not lost because of it."""
    one, two = draft(tmp_path, store_url, "một", ["1"]), draft(tmp_path, store_url, "hai", ["2"], 1500)
    if undone:
        editions.publish(stood, one, "Lan", AGAIN)
    overtaken: Any = _Overtaken(stood, store_url, two)
    (editions.undo if undone else editions.publish)(overtaken, one, "Lan", AGAIN)
    assert two in live(stood)
    assert (one in live(stood)) is not undone


def test_an_undo_that_was_overtaken_is_not_done(tmp_path: Path, store_url: str, stood: Store) -> None:
    one = draft(tmp_path, store_url, "một", ["1"])
    editions.publish(stood, one, "Lan", AGAIN)
    two = draft(tmp_path, store_url, "một", ["2"], 1500, edition="replaces = true")
    overtaken: Any = _Overtaken(stood, store_url, two)
    with pytest.raises(Busy, match="store-changed"):
        editions.undo(overtaken, one, "Lan", AGAIN)
    assert two in live(stood)


def test_a_publication_in_the_place_of_what_is_being_undone_is_not_done(
    tmp_path: Path, store_url: str, stood: Store
) -> None:
    one = draft(tmp_path, store_url, "một", ["1"])
    editions.publish(stood, one, "Lan", AGAIN)
    two = draft(tmp_path, store_url, "một", ["2"], 1500, edition="replaces = true")
    overtaken: Any = _Overtaken(stood, store_url, one, editions.undo)
    with pytest.raises(Busy, match="store-changed"):
        editions.publish(overtaken, two, "Lan", AGAIN)
    assert not {one, two} & live(stood)


class _Watched:
    """A store that notes how much it is asked for at once."""

    def __init__(self, store: Store) -> None:
        self._store, self.numbers, self.squares = store, list[int](), list[float]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def held_elsewhere(self, refs: Sequence[ParcelRef], *given: Any) -> Any:
        self.numbers.append(len(refs))
        return self._store.held_elsewhere(refs, *given)

    def content(self, edition: str, box: Any, **more: Any) -> Load:
        self.squares.append(box[2] - box[0])
        return self._store.content(edition, box, **more)


def test_a_large_load_is_compared_in_parts(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many numbers in one question, one square of ground at a time, and none where the load has nothing."""
    far = [square(4_000), square(2_000)]
    file = parcels(tmp_path / "a.gpkg", [square(), square(10), square(20), *far])
    assert load(file, field_map(tmp_path / "a.toml"), store_url, TODAY).published
    monkeypatch.setattr(standing, "_AT_ONCE", 2)
    monkeypatch.setattr(lineage, "WINDOW", 100.0)
    seen, compare = list[_Watched](), standing.beside_others

    def watched(ready: Load, store: Store, *given: Any) -> None:
        seen.append(_Watched(store))
        compare(ready, seen[0], *given)  # type: ignore[arg-type]

    monkeypatch.setattr(standing, "beside_others", watched)
    again = parcels(tmp_path / "b.gpkg", [square(), square(10), square(2_000)], THUA=["7", "8", "9"])
    result = load(again, other(tmp_path / "b.toml"), store_url, AGAIN, new=False, draft=True)
    assert "EDI-005" in codes(result)
    assert seen[0].numbers == [2, 1]
    assert set(seen[0].squares) == {100.0}
    assert len(seen[0].squares) <= 8


def test_of_a_theme_the_coverage_alone_is_read(tmp_path: Path, store_url: str) -> None:
    made = parcels(tmp_path / "a.gpkg", [square(), square(10)], MA=["A", "B"])
    assert load(made, field_map(tmp_path / "a.toml", STORE_AND_THEME), store_url, TODAY).published
    store = open_store(store_url)
    whole, bare = (store.content(store.editions()[0].id, (0, 0, 1e7, 1e7), bare=bare) for bare in (False, True))
    store.close()
    assert len(whole.features) == 2
    assert (bare.features, bare.coverage) == ([], whole.coverage)
    assert len(bare.coverage) == 1


def test_of_publishers_at_the_same_time_one_comes_first(tmp_path: Path, store_url: str, stood: Store) -> None:
    names = [draft(tmp_path, store_url, f"xã {n}", ["1"], 1500.0 * n) for n in range(3)]
    start, told = threading.Barrier(3), list[str]()

    def publish(name: str) -> None:
        store = open_store(store_url)
        start.wait()
        try:
            editions.publish(store, name, "Lan", AGAIN)
            told.append("published")
        except Problem as wrong:
            told.append(wrong.code)
        finally:
            store.close()

    threads = [threading.Thread(target=publish, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("published") == 1
    assert set(told) <= {"published", "edition-holds-the-same", "store-changed", "store-busy"}
    assert len(live(stood) & set(names)) == 1


def test_ground_counts_once_whatever_the_squares(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Squares of 7 m, narrower than the parcels: each held parcel is counted in the square of its middle alone."""
    monkeypatch.setattr(lineage, "WINDOW", 7.0)
    first(tmp_path, store_url)
    file = parcels(tmp_path / "b.gpkg", [square(1, 1, 8), square(12, 1, 7)], THUA=["51", "52"])
    result = load(file, other(tmp_path / "b.toml"), store_url, AGAIN, new=False)
    (finding,) = (f for f in result.findings if f.kind.code == "EDI-005")
    assert finding.params["area"] == 200


def test_ground_of_other_days_is_not_the_same(tmp_path: Path, store_url: str) -> None:
    """The held parcels ended on the day on which those begin that are drawn there now."""
    file = parcels(tmp_path / "a.gpkg", [square(), square(10)], D=["2022-01-01"] * 2)
    assert load(file, field_map(tmp_path / "a.toml", parcel='effective_to = "{D}"'), store_url, TODAY).published
    for day, said in (("2022-01-01", False), ("2021-12-31", True)):
        now = parcels(tmp_path / "b.gpkg", [square(), square(10)], THUA=["51", "52"], D=[day] * 2)
        map = other(tmp_path / "b.toml", parcel='effective_from = "{D}"')
        result = load(now, map, store_url, AGAIN, new=False, draft=True)
        assert ("EDI-005" in codes(result)) is said
