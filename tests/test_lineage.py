"""Which parcel became which, worked out by hand on small drawings, on the sample, and between editions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import cadastre
import editions_to_publish as made
import pytest
import shapely
from cadastre import DRAWN, MERGED, TODAY, parcel, rectangle
from editions_to_publish import BOOK, CHANGED, UNDONE, answer, of_layer
from hypothesis import given
from hypothesis import strategies as some

from landinfo import letter, lineage, search
from landinfo.intake import editions
from landinfo.intake.lineage import linked, read_limits
from landinfo.model import Link, Parcel, ParcelRef, Refused
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes

ROOT = Path(__file__).resolve().parent.parent
LIMITS = read_limits()
DAY = timedelta(days=1)
COMMUNES, UNIONS = read_communes(ROOT / "data")


def told(before: list[Parcel], after: list[Parcel], limits: lineage.Limits = LIMITS) -> list[tuple[str, str, str, str]]:
    """(kind, before, after, m²) of each link."""
    found = lineage.links(lineage.shared(before, after, MERGED, limits), "e")
    return [(x.kind, x.before.number, x.after.number, str(x.shared)) for x in found]


def strip(number: str, low: float, high: float) -> Parcel:
    """A parcel 10 m wide from ``low`` to ``high``: ten m² for each metre."""
    return parcel(number, rectangle(0, low, 10, high))


def test_a_division() -> None:
    assert told([strip("1", 0, 10)], [strip("1", 0, 4), strip("2", 4, 10)]) == [
        ("split", "1", "1", "40.0"),
        ("split", "1", "2", "60.0"),
    ]


def test_a_merger() -> None:
    assert told([strip("1", 0, 4), strip("2", 4, 10)], [strip("3", 0, 10)]) == [
        ("merge", "1", "3", "40.0"),
        ("merge", "2", "3", "60.0"),
    ]


def test_a_boundary_that_moves() -> None:
    """1 gives 2 m of its 10 m to 2: 20 m² of the 100 m² that each had at first."""
    assert told([strip("1", 0, 10), strip("2", 10, 20)], [strip("1", 0, 8), strip("2", 8, 20)]) == [
        ("boundary", "1", "1", "80.0"),
        ("boundary", "1", "2", "20.0"),
        ("boundary", "2", "2", "100.0"),
    ]
    assert told([strip("1", 0, 10)], [strip("1", 0, 9)]) == [("boundary", "1", "1", "90.0")]


def test_a_new_number_and_a_rearrangement() -> None:
    assert told([strip("1", 0, 10)], [strip("8", 0, 10)]) == [("renumbered", "1", "8", "100.0")]
    assert told([strip("1", 0, 10), strip("2", 10, 20)], [strip("3", 0, 5), strip("4", 5, 20)]) == [
        ("rearranged", "1", "3", "50.0"),
        ("rearranged", "1", "4", "50.0"),
        ("rearranged", "2", "4", "100.0"),
    ]


def test_two_changes_of_one_day_are_two() -> None:
    before = [strip("1", 0, 10), strip("2", 50, 60)]
    after = [strip("3", 0, 5), strip("4", 5, 10), strip("5", 50, 60)]
    assert [kind for kind, *_ in told(before, after)] == ["split", "split", "renumbered"]


def test_what_is_too_little_is_no_link() -> None:
    """10 % of the smaller parcel, and 1 m²: 1 has 10 m of ground, of which 0.9 m or 1.0 m go to 2."""
    after = [strip("1", 0, 9.1), strip("2", 9.1, 20)]
    assert [n for *_, n in told([strip("1", 0, 10), strip("2", 10, 20)], after)] == ["91.0", "100.0"]
    after = [strip("1", 0, 9), strip("2", 9, 20)]
    assert [n for *_, n in told([strip("1", 0, 10), strip("2", 10, 20)], after)] == ["90.0", "10.0", "100.0"]
    assert told([strip("1", 0, 0.09)], [strip("2", 0, 0.09)]) == []
    assert told([strip("1", 0, 0.1)], [strip("2", 0, 0.1)]) == [("renumbered", "1", "2", "1.0")]
    narrow = lineage.Limits(1.0, 0.05, 0.999)
    assert len(told([strip("1", 0, 10), strip("2", 10, 20)], [strip("1", 0, 9.1), strip("2", 9.1, 20)], narrow)) == 3


def test_neighbours_drawn_over_one_another_are_not_kin() -> None:
    """2 lies over 2 m of 1 on both sides and does not change; only 1 is divided."""
    over = strip("2", 8, 20)
    assert told([strip("1", 0, 10), over], [strip("3", 0, 5), strip("4", 5, 10), over]) == [
        ("split", "1", "3", "50.0"),
        ("split", "1", "4", "50.0"),
    ]
    shifted = parcel("2", rectangle(0.001, 8, 10.001, 20))
    assert told([over], [shifted]) == []


def test_holes_and_several_pieces_count_as_they_are() -> None:
    pierced = parcel("1", shapely.difference(rectangle(0, 0, 10, 10), rectangle(2, 2, 4, 4)))
    apart = parcel("2", shapely.union(rectangle(0, 0, 10, 3), rectangle(0, 6, 10, 10)))
    # 10 × 3 less 2 × 1 of the hole, and 10 × 4: the hole ends at 4
    assert told([pierced], [apart]) == [("renumbered", "1", "2", "68.0")]
    bow = shapely.Polygon([(605000, 1216000), (605010, 1216010), (605010, 1216000), (605000, 1216010)])
    assert told([parcel("1", bow)], [parcel("2", rectangle(0, 0, 10, 10))]) == [("renumbered", "1", "2", "50.0")]


@given(some.lists(some.integers(1, 8), min_size=1, max_size=5), some.lists(some.integers(1, 8), min_size=1, max_size=5))
def test_shared_ground_adds_up(before: list[int], after: list[int]) -> None:
    """Without limits, what leads away is what of it is on the other side; turned round, the same pairs."""

    def strips(widths: list[int], start: int) -> list[Parcel]:
        ends = [sum(widths[: n + 1]) for n in range(len(widths))]
        return [
            strip(str(start + n), end - width, end) for n, (width, end) in enumerate(zip(widths, ends, strict=True))
        ]

    one, other = strips(before, 1), strips(after, 100)
    none = lineage.Limits(0.01, 0.0, 0.999)
    found = list(lineage.shared(one, other, MERGED, none))
    reach = min(sum(before), sum(after)) * 10
    assert abs(sum(s.area for s in found) - reach) < 1e-6
    back = list(lineage.shared(other, one, MERGED, none))
    assert {(s.before, s.after) for s in found} == {(s.after, s.before) for s in back}


def test_within_an_edition_by_its_days() -> None:
    """Parcel 6 of the small cadastre: 400 m², divided into 6 and 7 on 1 July 2025."""
    found = lineage.within(cadastre.parcels(), LIMITS, "parcels-1")
    assert [(x.kind, x.day, x.before.number, x.after.number, x.shared) for x in found] == [
        ("split", MERGED, "6", "6", Decimal("200.0")),
        ("split", MERGED, "6", "7", Decimal("200.0")),
    ]


def test_broken_limits_are_refused(tmp_path: Path) -> None:
    for text in ("", "[link]\nshared_area = 1.0\n", "[link]\nshared_area = 'x'\nshared_ratio = 1\nsame_ratio = 1", "["):
        (tmp_path / "lineage.toml").write_text(text, "utf-8")
        with pytest.raises(Refused, match="data-file"):
            read_limits(tmp_path)


def ref(number: str, suffix: str = "") -> ParcelRef:
    return ParcelRef("25744", "2024", "1", number, suffix)


def test_a_store_keeps_links_and_gives_them_from_both_sides(empty_store: Store) -> None:
    links = [
        Link("merge", MERGED, ref("7"), ref("9"), Decimal("1.50"), "parcels-1"),
        Link("split", DRAWN, ref("6"), ref("7"), Decimal("200.0"), "parcels-1"),
        Link("split", DRAWN, ref("6"), ref("6"), Decimal("1E+2"), "parcels-1"),
        Link("renumbered", MERGED, replace(ref("7", "2"), sheet="2"), ref("7", "2"), Decimal(3), "parcels-1"),
    ]
    first = cadastre.loads()[0]
    empty_store.publish([replace(first, links=links)])
    found = empty_store.lineage(["25744@2024", "25744@2024", "x"], "1", "7", TODAY)
    assert [(x.before.number, x.after.number) for x in found] == [("6", "7"), ("7", "9"), ("7", "7")]
    assert set(found) == {links[0], links[1], links[3]}
    assert found[1].shared.as_tuple() == Decimal("1.50").as_tuple()
    assert empty_store.lineage(["25744@2024"], "1", "6", TODAY) == (links[2], links[1])
    for asked in ((["25750@2024"], "1", "7", TODAY), (["25744@2024"], "2", "9", TODAY), ([], "1", "7", TODAY)):
        assert empty_store.lineage(*asked) == ()
    assert empty_store.lineage(["25744@2024"], "1", "7", cadastre.PUBLISHED - DAY) == ()
    empty_store.publish([], ["parcels-1"], known=cadastre.CORRECTED)
    assert empty_store.lineage(["25744@2024"], "1", "7", TODAY) == ()
    assert len(empty_store.lineage(["25744@2024"], "1", "7", cadastre.PUBLISHED)) == 3
    other = replace(first, edition=replace(first.edition, id="parcels-2"), parcels=(), coverage=(), links=links)
    with pytest.raises(Refused, match="store-bad-load"):
        empty_store.publish([other])


@pytest.fixture(scope="module")
def sample(engine: str, new_place: Any, copied: Any) -> Iterator[Store]:
    store = copied(engine, new_place(engine), "sample", made.fresh)
    yield store
    store.close()


def test_the_sample_was_divided_merged_renumbered_and_surveyed_again() -> None:
    """The recipe: 10 pairs made one, 4 lots divided of which one half kept the number, 20 halved, blocks resurveyed."""
    load = of_layer("parcels")
    by_day: dict[date, Counter[str]] = defaultdict(Counter)
    for link in load.links:
        by_day[link.day][link.kind] += 1
    assert by_day[date(2016, 5, 10)] == {"split": 8}
    assert by_day[date(2024, 8, 15)] == {"merge": 20}
    assert set(by_day[date(2025, 10, 15)]) == {"split"}
    assert len({x.before for x in load.links if x.day == date(2025, 10, 15)}) == 20
    assert by_day[date(2025, 12, 1)]["renumbered"] > 50
    assert set(by_day) == {date(2016, 5, 10), date(2024, 8, 15), date(2025, 10, 15), date(2025, 12, 1)}
    ended = {(p.ref, p.effective_to): p for p in load.parcels if p.effective_to in by_day}
    total: dict[tuple[ParcelRef, date | None], Decimal] = defaultdict(Decimal)
    for link in load.links:
        total[link.before, link.day] += link.shared
    assert ended.keys() == total.keys()
    apart = [abs(float(total[key]) - p.shape.area) / p.shape.area for key, p in ended.items()]
    assert sum(a < 0.01 for a in apart) > 0.9 * len(apart)  # the others are misdrawn, half a metre off
    assert max(apart) < 0.2


def test_a_retired_number_leads_to_its_successors_and_back(sample: Store) -> None:
    checked: Counter[str] = Counter()
    links = of_layer("parcels").links
    for link in links[::5] + links[-5:]:
        if link.before == link.after or (link.before.suffix or link.after.suffix):
            continue
        found = answer(sample, str(link.before), {"on": "2026-11-24"}, TODAY)
        if "parcel" in found:
            continue  # the number was given again
        assert found["code"] == "no-such-parcel"
        assert found["nearest"], link
        for near in found["nearest"]:
            heir = answer(sample, near["ref"], {"on": "2026-11-24"}, TODAY)["parcel"]
            back = {step["ref"] for step in heir["history"]["predecessors"]}
            assert back, near
            checked[link.kind] += 1
        assert {s["ref"] for s in found["successors"]} == {n["ref"] for n in found["nearest"]}
        day_before = answer(sample, str(link.before), {"on": (link.day - DAY).isoformat()}, TODAY)["parcel"]
        heirs = {s["ref"]: s for s in day_before["history"]["successors"]}
        assert heirs[str(link.after)]["area"] == float(link.shared)
        assert heirs[str(link.after)]["day"] == link.day.isoformat()
        young = answer(sample, str(link.after), {"on": (link.day - DAY).isoformat()}, TODAY)
        assert str(link.before) in {s["ref"] for s in young["predecessors"]}
    assert set(checked) == {"split", "merge", "renumbered"}


def test_a_number_retired_twice_over_leads_to_what_stands_now(empty_store: Store) -> None:
    """1 is divided into 2 and 3 in 2021, 2 becomes 4 in 2022; in 2023 the numbers 1 and 2 are given to other ground.

    That ground has the numbers 5 and 6 from 2024 on. 7 is divided in 2023, and one half keeps its number.
    """
    days = [date(year, 1, 1) for year in (2020, 2021, 2022, 2023, 2024)]

    def lot(number: str, low: float, high: float, first: int, end: int | None) -> Parcel:
        last = None if end is None else days[end]
        return replace(strip(number, low, high), effective_from=days[first], effective_to=last)

    lots = [lot("1", 0, 10, 0, 1), lot("2", 0, 4, 1, 2), lot("3", 4, 10, 1, None), lot("4", 0, 4, 2, None)]
    lots += [lot("9", 50, 60, 0, 3), lot("1", 50, 60, 3, 4), lot("5", 50, 60, 4, None)]
    lots += [lot("8", 70, 80, 0, 3), lot("2", 70, 80, 3, 4), lot("6", 70, 80, 4, None)]
    lots += [lot("7", 90, 99, 0, 3), lot("7", 90, 95, 3, None), lot("10", 95, 99, 3, None)]
    load = linked(Load(cadastre.edition("parcels-1", "parcels"), parcels=lots), LIMITS)
    empty_store.publish([load])

    def near(number: str, on: str) -> tuple[list[str], str]:
        found = answer(empty_store, f"25744@2024/1/{number}", {"on": on}, TODAY)
        return [n["ref"].rpartition("/")[2] for n in found["nearest"]], found["detail"]

    assert near("1", "2021-06-01")[0] == ["2", "3"]
    refs, text = near("1", "2022-06-01")
    assert refs == ["3", "4"]
    assert "01/01/2021" in text
    assert "25744@2024/1/3, 25744@2024/1/4" in text
    assert near("2", "2022-06-01")[0] == ["4"]
    assert near("9", "2023-06-01")[0] == ["1"]
    assert near("9", "2026-01-01")[0] == ["5"]
    assert near("1", "2026-01-01")[0] == ["5"]
    assert near("2", "2026-01-01")[0] == ["6"]
    assert near("5", "2020-06-01")[0] == ["9"]
    assert near("5", "2023-06-01")[0] == ["1"]
    assert near("4", "2020-06-01")[0] == ["1"]
    assert near("4", "2021-06-01")[0] == ["2"]
    assert near("3", "2020-06-01")[0] == ["1"]

    def steps(number: str, on: str) -> list[list[str]]:
        found = answer(empty_store, f"25744@2024/1/{number}", {"on": on}, TODAY)["parcel"]["history"]
        sides = found["predecessors"], found["successors"]
        return [[step["ref"].rpartition("/")[2] for step in side] for side in sides]

    assert steps("1", "2020-06-01") == [[], ["2", "3"]]
    assert steps("1", "2023-06-01") == [["9"], ["5"]]
    assert steps("2", "2021-06-01") == [["1"], ["4"]]
    assert steps("7", "2020-06-01") == [[], ["10", "7"]]
    assert steps("7", "2026-01-01") == [["7"], []]
    first = answer(empty_store, "25744@2024/1/1", {"on": "2020-06-01"}, TODAY)["parcel"]["history"]["successors"][0]
    assert "known=2026-11-24" in first["href"]
    assert "on=2021-01-01" in first["href"]


def test_shown_in_letter(sample: Store) -> None:
    link = next(x for x in of_layer("parcels").links if x.kind == "merge")
    plain = answer(sample, str(link.after), {"on": "2025-01-01"}, TODAY)
    text = letter.written(letter.answer, plain, BOOK.texts)
    assert f"từ {link.before} (hợp thửa)" in text
    assert "15/08/2024" in text
    assert f"from {link.before} (merger)" in text


def test_between_editions(sample: Store) -> None:
    """A snapshot from 1 October 2026 with other numbers on sheet 1: the old ones lead there, until it is undone."""
    first = date(2026, 10, 1)

    def later(p: Parcel) -> list[Parcel]:
        number = f"{int(p.ref.number) + 10_000}" if p.ref.sheet == "1" else p.ref.number
        again = replace(p, ref=replace(p.ref, number=number), effective_from=first)
        return [again] if p.effective_to is None else []

    load = made.changed(of_layer("parcels"), later, effective_from=first)
    one = next(p for p in of_layer("parcels").parcels if p.effective_to is None and p.ref.sheet == "1")
    new = replace(one.ref, number=f"{int(one.ref.number) + 10_000}")
    name = made.stage(sample, load)
    editions.publish(sample, name, "", CHANGED)
    gone = answer(sample, str(one.ref), {"on": "2026-11-24"}, CHANGED)
    assert [n["ref"] for n in gone["nearest"]] == [str(new)]
    assert [(s["kind"], s["day"]) for s in gone["successors"]] == [("renumbered", "2026-10-01")]
    before = answer(sample, str(one.ref), {"on": "2026-09-30"}, CHANGED)["parcel"]["history"]["successors"]
    assert [s["ref"] for s in before] == [str(new)]
    drawn = Decimal(str(round(one.shape.area, 1)))
    assert abs(Decimal(str(before[0]["area"])) - drawn) <= Decimal("0.1")
    after = answer(sample, str(new), {"on": "2026-11-24"}, CHANGED)["parcel"]["history"]["predecessors"]
    assert [s["ref"] for s in after] == [str(one.ref)]
    assert "successors" not in answer(sample, str(one.ref), {"on": "2026-11-24"}, CHANGED - DAY)
    kept = next(p for p in of_layer("parcels").parcels if p.effective_to is None and p.ref.sheet == "2")
    assert sample.lineage([kept.ref.series], kept.ref.sheet, kept.ref.number, CHANGED) == tuple(
        x for x in of_layer("parcels").links if kept.ref in (x.before, x.after)
    )
    editions.undo(sample, name, "", UNDONE)
    assert answer(sample, str(one.ref), {"on": "2026-11-24"}, UNDONE)["parcel"]["history"]["successors"] == []


def test_a_correction_of_all_days_leads_from_the_numbers_that_are_gone(own_store: Store) -> None:
    """The small cadastre again, 2 and 3 under the numbers 20 and 30: they lead there from the day they were drawn."""
    first = cadastre.loads()[0]
    numbers = {"2": "20", "3": "30"}
    again = [
        replace(p, edition="parcels-2", ref=replace(p.ref, number=numbers.get(p.ref.number, p.ref.number)))
        for p in first.parcels
    ]
    cover = [replace(c, edition="parcels-2") for c in first.coverage]
    load = linked(Load(replace(first.edition, id="parcels-2"), coverage=cover, parcels=again), LIMITS)
    own_store.stage(load, [editions.prepared(load, "", CHANGED)])
    editions.publish(own_store, "parcels-2", "", CHANGED)
    found = [x for n in ("1", "2", "3", "4", "5", "6", "7") for x in own_store.lineage(["25744@2024"], "1", n, TODAY)]
    kinds = {(x.before.number, x.after.number, x.kind, x.day) for x in found}
    assert kinds == {
        ("2", "20", "renumbered", DRAWN),
        ("3", "30", "renumbered", DRAWN),
        ("6", "6", "split", MERGED),
        ("6", "7", "split", MERGED),
    }


@pytest.fixture(scope="module")
def communes(engine: str, new_place: Any) -> Iterator[Store]:
    """One parcel of each old commune in each new one that its ground went to; number: that of the union."""
    store = create_store(new_place(engine), StoreFacts("Thử", "EPSG:9210", SCHEMA_VERSION, True), COMMUNES, UNIONS)
    lots = [
        parcel(
            str(n),
            rectangle(n * 20, 0, n * 20 + 10, 10),
            series=(u.old_code, u.old_period),
            commune_now=u.new_code,
            effective_from=date(2014, 7, 1),
        )
        for n, u in enumerate(UNIONS, 1)
    ]
    edition = replace(cadastre.edition("parcels-1", "parcels"), effective_from=date(2014, 7, 1))
    store.publish([Load(edition, parcels=lots)])
    yield store
    store.close()


def test_old_and_new_names_and_codes_find_the_parcel(communes: Store) -> None:
    """Every union of Resolution 1685: by either name on either side of 1 July 2025, by either code with its period.

    A name that an old commune bore means that one on days before the union; another is told from which day it holds.
    """
    names = {c.series: c for c in COMMUNES}
    split = Counter((u.old_code, u.old_period) for u in UNIONS)
    assert sum(n > 1 for n in split.values()) == 16
    borne = {search.fold(f"{kind} {name}") for c in COMMUNES if c.period == "2024" for _, kind, name in c.names}
    borne_now = {search.fold(c.name) for c in COMMUNES if c.period == "2025"}
    borne |= {search.fold(name) for c in COMMUNES if c.period == "2024" for _, _, name in c.names}
    for n, union in enumerate(UNIONS, 1):
        old, new = names[f"{union.old_code}@{union.old_period}"], names[f"{union.new_code}@{union.new_period}"]
        wanted = f"{old.series}/1/{n}"
        asks = [(old.series, "2026-03-01"), (old.series, "2024-03-01"), (old.code, "2024-03-01")]
        asks += [(new.code, "2026-03-01")]
        asks += [(old.name, "2024-03-01"), (new.name, "2026-03-01")]
        if search.fold(old.name) not in borne_now or search.fold(old.name) == search.fold(new.name):
            asks.append((old.name, "2026-03-01"))
        else:  # the name now means another commune; the answer names the parcel all the same
            told = answer(communes, f"{old.name}/1/{n}", {"on": "2026-03-01"}, TODAY)
            assert [near["ref"] for near in told["nearest"]] == [wanted]
        if search.fold(new.name) not in borne:
            early = answer(communes, f"{new.name}/1/{n}", {"on": "2024-03-01"}, TODAY)
            assert (early["code"], "01/07/2025" in early["detail"]) == ("commune-not-yet", True)
        for place, day in asks:
            found = answer(communes, f"{place}/1/{n}", {"on": day}, TODAY)
            assert "parcel" in found, (place, day, found.get("detail"))
            assert found["parcel"]["ref"] == wanted
        found = answer(communes, wanted, {"on": "2026-03-01"}, TODAY)
        told_ = found["parcel"]["history"]["communes"]
        assert [(c["code"], c["period"]) for c in told_][-1] == (new.code, "2025")
        assert told_[-1]["effective_from"] == "2025-07-01"
        assert told_[0]["effective_from"] == old.names[0][0].isoformat()
        assert [c["effective_to"] for c in told_][-2:] == ["2025-07-01", None]
        others = [u for u in UNIONS if (u.old_code, u.old_period) == (union.old_code, union.old_period)]
        for other in others:
            if other.new_code != union.new_code:
                missed = answer(communes, f"{other.new_code}/1/{n}", {"on": "2026-03-01"}, TODAY)
                assert "parcel" not in missed, (other, n)


def test_a_name_that_changed_holds_from_its_day(communes: Store) -> None:
    """An Điền became a phường on 1 May 2024 and kept its ground and code."""
    old = next(c for c in COMMUNES if len(c.names) > 1 and c.names[-1][2] == "An Điền")
    n = next(n for n, u in enumerate(UNIONS, 1) if u.old_code == old.code)
    told_ = answer(communes, f"{old.series}/1/{n}", {"on": "2026-03-01"}, TODAY)["parcel"]["history"]["communes"]
    named = [(c["name"], c["effective_from"], c["effective_to"]) for c in told_]
    assert named[:2] == [
        ("Xã An Điền", old.names[0][0].isoformat(), "2024-05-01"),
        ("Phường An Điền", "2024-05-01", "2025-07-01"),
    ]


def test_a_problem_without_history_says_nothing_of_it(sample: Store) -> None:
    found = answer(sample, "25741@2024/1/99999", {"on": "2026-03-01"}, TODAY)
    assert found["code"] == "no-such-parcel"
    assert not {"successors", "predecessors"} & found.keys()
