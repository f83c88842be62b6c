"""The same ground under two names of a territory: numbers that are held already are refused, ground is remarked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from files_to_load import MAP, STORE_AND_THEME, TODAY, codes, field_map, held, load, parcels, square

from landinfo.intake import editions
from landinfo.model import Refused
from landinfo.store import open_store

AGAIN = date(2026, 11, 25)


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


def test_two_that_were_prepared_side_by_side_are_not_both_published(tmp_path: Path, store_url: str) -> None:
    base = parcels(tmp_path / "z.gpkg", [square(500)], THUA=["99"])
    assert load(base, other(tmp_path / "z.toml", territory="xa"), store_url, TODAY).published
    file, names = parcels(tmp_path / "a.gpkg", [square(), square(10)]), []
    for territory in ("một", "hai"):
        result = load(file, other(tmp_path / "m.toml", territory=territory), store_url, AGAIN, new=False, draft=True)
        assert "EDI-004" not in codes(result)
        assert result.edition
        names.append(result.edition.id)
    store = open_store(store_url)
    editions.publish(store, names[0], "Lan", AGAIN)
    with pytest.raises(Refused) as told:
        editions.publish(store, names[1], "Lan", AGAIN)
    assert (told.value.code, told.value.params["territory"]) == ("edition-holds-the-same", "một")
    editions.undo(store, names[0], "Lan", AGAIN)
    editions.publish(store, names[1], "Lan", AGAIN)
    with pytest.raises(Refused, match="edition-holds-the-same"):
        editions.publish(store, names[0], "Lan", AGAIN)
    store.close()
