"""The life of an edition on every engine: prepared, signed, published, undone; what was said stays said."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import amount
import cadastre
import editions_to_publish as made
import files_to_load as office
import killed
import pytest
import test_readme
from cadastre import CORRECTED, EVERYWHERE, PUBLISHED, TODAY, box
from editions_to_publish import BUILT, CHANGED, UNDONE, answer, of_layer, questions, stage, written
from killed import parcels_again

from landinfo import cli
from landinfo.intake import editions
from landinfo.model import Event, Feature, Problem, State
from landinfo.store import DRAFT, Load, Store, editing, open_store

ROOT = Path(__file__).resolve().parent.parent
DAY = timedelta(days=1)


def refused(code: str, wanted: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(Problem) as wrong:
        wanted()
    assert wrong.value.code == code
    return wrong.value.params


@pytest.fixture
def sample(engine: str, store_url: str, copied: Callable[..., Store]) -> Iterator[Store]:
    """The sample cadastre, for this test alone."""
    store = copied(engine, store_url, "sample", made.fresh)
    yield store
    store.close()


def turned(feature: Feature) -> list[Feature]:
    """Half of the plan's housing becomes trade."""
    return [replace(feature, designation="TMD") if feature.designation == "ODT" and int(feature.id) % 2 else feature]


def new_plan(day: date = CHANGED) -> Load:
    return made.changed(of_layer("land_use_planning"), turned, day)


def new_zones(day: date = CHANGED) -> Load:
    return made.changed(of_layer("price_zones"), lambda z: [replace(z, position=min(4, z.position + 1))], day)


def new_parcels(day: date = CHANGED) -> Load:
    """The cadastre as a snapshot from 1 October 2026: the parcels of then, the numbers of sheet 1 ten thousand up."""
    first = date(2026, 10, 1)

    def later(parcel: Any) -> list[Any]:
        if parcel.effective_to is not None:
            return []
        ref = parcel.ref
        number = f"{int(ref.number) + 10_000}" if ref.sheet == "1" else ref.number
        return [replace(parcel, ref=replace(ref, number=number), effective_from=first)]

    return made.changed(of_layer("parcels"), later, day, effective_from=first)


def test_undo_restores_every_byte(sample: Store) -> None:
    """Known on one day throughout; and what was said in between stays what was said in between."""
    asked = questions(amount.of(16, 2000))
    before = {known: written(sample, asked, known) for known in (BUILT, CHANGED, UNDONE)}
    names = [stage(sample, load) for load in (new_plan(), new_zones(), new_parcels())]
    for known, said in before.items():
        assert written(sample, asked, known) == said, "a prepared edition is seen"
    for name in names:
        editions.publish(sample, name, "Minh", CHANGED)
    between = written(sample, asked, CHANGED)
    differ = sum(a != b for a, b in zip(between, before[CHANGED], strict=True))
    assert differ > len(asked) / 4
    assert written(sample, asked, BUILT) == before[BUILT]
    for name in reversed(names):
        editions.undo(sample, name, "Minh", UNDONE)
    assert written(sample, asked, UNDONE) == before[UNDONE]
    assert written(sample, asked, UNDONE - DAY) != before[UNDONE]
    assert written(sample, asked, CHANGED) == between
    assert written(sample, asked, BUILT) == before[BUILT]


def test_undone_on_its_day_it_never_was(sample: Store) -> None:
    asked = questions(20, 7)
    before = written(sample, asked, TODAY)
    was = sample.editions()
    name = stage(sample, new_plan())
    editions.publish(sample, name, "", CHANGED)
    assert written(sample, asked, TODAY) != before
    assert editions.undo(sample, name, "", CHANGED) == (of_layer("land_use_planning").edition.id,)
    assert written(sample, asked, TODAY) == before
    assert [e for e in sample.editions() if e.id != name] == list(was)
    editions.publish(sample, name, "", CHANGED)
    assert sample.editions(CHANGED) == sample.editions(TODAY)
    assert written(sample, asked, TODAY) != before


def test_a_snapshot_takes_over_from_its_first_day(sample: Store) -> None:
    """Valid time and time of knowledge are two: days before the snapshot are answered by what was there before."""
    number = next(p.ref for p in of_layer("parcels").parcels if p.effective_to is None and p.ref.sheet == "1")
    old, new = str(number), str(replace(number, number=str(int(number.number) + 10_000)))
    name = stage(sample, new_parcels())
    editions.publish(sample, name, "", CHANGED)

    def said(ref: str, on: str, known: date) -> Any:
        found = answer(sample, ref, {"on": on}, known)
        return found["parcel"]["edition"] if "parcel" in found else found["code"]

    first = of_layer("parcels").edition.id
    assert said(old, "2026-09-30", CHANGED) == said(old, "2026-10-01", CHANGED - DAY) == first
    assert said(new, "2026-10-01", CHANGED) == name
    assert said(old, "2026-10-01", CHANGED) == said(new, "2026-09-30", CHANGED) == "no-such-parcel"
    assert said(new, "2026-10-01", CHANGED - DAY) == "no-such-parcel"
    states = {told.edition.id: told.state for told in editions.listed(sample, "parcels")}
    assert states == {first: "superseded", name: "published"}
    editions.undo(sample, name, "", UNDONE)
    assert said(old, "2026-10-01", UNDONE) == said(old, "2026-11-24", UNDONE) == first


def test_a_plan_of_other_days_is_left_alone(sample: Store) -> None:
    """The plan of 2025 speaks of days before 1 July 2026: a correction of it does not touch the plan that follows."""
    first, second = [load for load in made.loads() if load.edition.layer == "land_use_planning"]
    name = stage(sample, made.changed(first, turned))
    editions.publish(sample, name, "", CHANGED)
    known = {e.id: e.effective_to for e in sample.editions(CHANGED) if e.layer == "land_use_planning"}
    assert known == {name: None, second.edition.id: None}
    corrected = stage(sample, new_plan(UNDONE))
    editions.publish(sample, corrected, "", UNDONE)
    known = {e.id for e in sample.editions(UNDONE) if e.layer == "land_use_planning"}
    assert known == {name, corrected}


def test_what_would_lose_later_days_is_refused(sample: Store) -> None:
    brief = made.changed(of_layer("road_safety_corridor"), lambda f: [replace(f, effective_to=date(2026, 1, 1))])
    brief = replace(brief, coverage=[replace(c, effective_to=date(2026, 1, 1)) for c in brief.coverage])
    name = stage(sample, brief)
    assert refused("edition-would-lose", lambda: editions.publish(sample, name, "", CHANGED))["end"] == date(2026, 1, 1)
    assert name not in {e.id for e in sample.editions()}


def correction(key: str, designation: str, day: date) -> Load:
    """The small cadastre's plan again, with one designation everywhere."""
    load = cadastre.corrected()
    rows = {"features": [replace(f, edition=key, designation=designation) for f in load.features]}
    rows |= {"coverage": [replace(c, edition=key) for c in load.coverage]}
    return Load(replace(load.edition, id=key, published=day), **rows)  # type: ignore[arg-type]


def designations(store: Store, known: date) -> list[str]:
    return [f.designation for f in store.layer("land_use_plan", box(0, 0, 40, 20), TODAY, known).features]


def test_corrections_stand_in_a_row(own_store: Store) -> None:
    """Two corrections, the second undone and published again: each day of knowledge has its own answer."""
    one, two = (stage(own_store, correction(f"plan-{c}", c, CORRECTED)) for c in ("AAA", "BBB"))
    editions.publish(own_store, one, "", CORRECTED)
    editions.publish(own_store, two, "", CORRECTED + 10 * DAY)
    refused("edition-not-undone", lambda: editions.undo(own_store, one, "", CORRECTED + 11 * DAY))
    refused("edition-not-undone", lambda: editions.undo(own_store, two, "", CORRECTED + 9 * DAY))
    assert editions.undo(own_store, two, "", CORRECTED + 20 * DAY) == (one,)
    refused("edition-not-undone", lambda: editions.undo(own_store, two, "", CORRECTED + 21 * DAY))
    editions.publish(own_store, two, "", CORRECTED + 30 * DAY)
    refused("edition-published", lambda: editions.publish(own_store, two, "", CORRECTED + 31 * DAY))
    first = ["CLN", "ODT", "TMD"]
    days = {-1: first, 0: ["AAA"], 9: ["AAA"], 10: ["BBB"], 19: ["BBB"], 20: ["AAA"], 29: ["AAA"], 30: ["BBB"]}
    assert {n: designations(own_store, CORRECTED + n * DAY) for n in days} == days
    assert editions.undo(own_store, two, "", CORRECTED + 40 * DAY) == (one,)
    assert editions.undo(own_store, one, "", CORRECTED + 40 * DAY) == ("plan-1",)
    assert designations(own_store, TODAY) == first
    assert {n: designations(own_store, CORRECTED + n * DAY) for n in days} == days
    done = [(e.action, e.edition) for e in own_store.events()]
    assert done[-2:] == [("undone", two), ("undone", one)]
    published = {e.id: e.published for e in own_store.editions()}
    assert published[two] == CORRECTED + 10 * DAY


def test_an_edition_cut_short_twice_is_given_back_as_it_was(own_store: Store) -> None:
    """The first plan up to 2026, one from 2026 on; a third from July 2025 on takes the place of both, and is undone."""

    def from_day(key: str, designation: str, first: date) -> str:
        load = correction(key, designation, CORRECTED)
        rows = {"features": [replace(f, effective_from=first) for f in load.features]}
        rows |= {"coverage": [replace(c, effective_from=first) for c in load.coverage]}
        return stage(own_store, replace(load, edition=replace(load.edition, effective_from=first), **rows))  # type: ignore[arg-type]

    def said(known: date) -> list[list[str]]:
        days = (date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31), date(2026, 1, 1))
        layers = [own_store.layer("land_use_plan", box(0, 0, 40, 20), day, known) for day in days]
        assert all(len({c.edition for c in layer.coverage}) == 1 for layer in layers)
        return [[f.designation for f in layer.features] for layer in layers]

    first = ["CLN", "DGT", "ODT"]
    second, third = from_day("plan-2", "BBB", date(2026, 1, 1)), from_day("plan-3", "CCC", date(2025, 7, 1))
    editions.publish(own_store, second, "", CORRECTED)
    assert said(CORRECTED) == [first, first, first, ["BBB"]]
    editions.publish(own_store, third, "", CORRECTED + DAY)
    assert said(CORRECTED + DAY) == [first, ["CCC"], ["CCC"], ["CCC"]]
    refused("edition-not-undone", lambda: editions.undo(own_store, "plan-1", "", CORRECTED + 2 * DAY))
    editions.undo(own_store, third, "", CORRECTED + 2 * DAY)
    assert said(CORRECTED + 2 * DAY) == said(CORRECTED) == [first, first, first, ["BBB"]]
    assert said(CORRECTED + DAY) == [first, ["CCC"], ["CCC"], ["CCC"]]
    told = refused("edition-day-passed", lambda: editions.publish(own_store, third, "", CORRECTED + DAY))
    assert (told["last"], told["other"]) == (CORRECTED + 2 * DAY, third)
    editions.undo(own_store, second, "", CORRECTED + 3 * DAY)
    assert said(CORRECTED + 3 * DAY) == said(CORRECTED - DAY) == [first, first, first, ["CLN", "ODT", "TMD"]]


def test_what_was_said_stays_said(own_store: Store) -> None:
    """Whatever is published and undone in whatever order, no answer of an earlier day of knowledge changes."""
    rng, said, day, after = random.Random(20261127), {PUBLISHED: ["CLN", "ODT", "TMD"]}, CORRECTED, []
    live: list[str] = []
    names = [stage(own_store, correction(f"plan-{n}", f"D{n}", CORRECTED)) for n in range(2, 8)]
    for _ in range(amount.of(25, 200)):
        day += rng.choice((0, 1, 3)) * DAY
        if live and rng.random() < 0.5:
            name = live.pop()
            editions.undo(own_store, name, "", day)
            assert designations(own_store, day) == after.pop()
        else:
            name = rng.choice([n for n in names if n not in live])
            after.append(designations(own_store, day))
            editions.publish(own_store, name, "", day)
            live.append(name)
            assert designations(own_store, day) == [f"D{name[-1]}"]
        said[day] = designations(own_store, day)
        for known, wanted in said.items():
            assert designations(own_store, known) == wanted, (name, known, day)


def test_a_prepared_edition_is_seen_by_nobody(own_store: Store, store_url: str) -> None:
    was = own_store.editions(), own_store.parcels_in(EVERYWHERE, TODAY, TODAY)
    name = stage(own_store, correction("plan-2", "AAA", CORRECTED))
    for store in (own_store, open_store(store_url)):
        assert (store.editions(), store.parcels_in(EVERYWHERE, TODAY, TODAY)) == was
        assert designations(store, date(2099, 12, 31)) == ["CLN", "ODT", "TMD"]
        assert [(e.id, e.published) for e in store.drafts()] == [(name, DRAFT)]
        assert designations(store, DRAFT) == ["AAA", "CLN", "ODT", "TMD"]
    store.close()
    assert stage(own_store, correction("plan-2", "AAA", CORRECTED)) == name
    assert len(own_store.layer("land_use_plan", EVERYWHERE, TODAY, DRAFT).features) == 5
    own_store.discard(name)
    assert own_store.drafts() == own_store.events() == ()
    assert designations(own_store, DRAFT) == ["CLN", "ODT", "TMD"]
    assert stage(own_store, correction("plan-2", "AAA", CORRECTED)) == name


def test_only_what_is_prepared_is_discarded(own_store: Store) -> None:
    for name in ("plan-1", "plan-9", ""):
        refused("edition-no-draft", lambda name=name: own_store.discard(name))
    assert len(own_store.editions()) == 4
    refused("store-edition-exists", lambda: stage(own_store, correction("plan-1", "AAA", CORRECTED)))


def test_a_load_that_cannot_be_kept_is_not_staged(own_store: Store) -> None:
    wrong = replace(correction("plan-2", "AAA", CORRECTED), edition=cadastre.edition("plan-2", "road_corridor"))
    refused("store-bad-load", lambda: stage(own_store, wrong))
    refused("edition-no-draft", lambda: own_store.discard("plan-2"))


@pytest.mark.parametrize("done", [1, 4, 8])
def test_a_killed_preparation_goes_on(
    own_store: Store, store_url: str, done: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert killed.ended(killed.staging, store_url, done / 8) is None
    assert own_store.drafts() == ()
    refused("store-no-such-edition", lambda: own_store.publish([], states=[State("parcels-2")], known=TODAY))
    monkeypatch.setattr(editing, "STEP", 2)
    steps: list[float] = []
    own_store.stage(parcels_again(), [Event("parcels-2", TODAY, "prepared")], steps.append)
    # 13 parcels and 1 coverage, two rows a step: 8 steps, of which those up to the kill are not written again
    assert steps == [n / 8 for n in range(done + 1, 9)]
    assert len(own_store.parcels_in(EVERYWHERE, TODAY, TODAY)) == 12
    own_store.publish([], ["parcels-1"], states=[State("parcels-2")], known=TODAY)
    found = own_store.parcels_in(EVERYWHERE, TODAY, TODAY)
    assert found == tuple(replace(p, edition="parcels-2") for p in own_store.parcels_in(EVERYWHERE, TODAY, PUBLISHED))


def test_a_preparation_in_another_order_begins_anew(own_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "STEP", 4)

    def broken(done: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        own_store.stage(parcels_again(), [], broken)
    steps: list[float] = []
    own_store.stage(parcels_again(backwards=True), [], steps.append)
    assert len(steps) == 5
    own_store.publish([], ["parcels-1"], states=[State("parcels-2")], known=TODAY)
    assert len(own_store.parcels_in(EVERYWHERE, TODAY, TODAY)) == 12


def test_a_preparation_goes_on_only_after_the_same_rows(own_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps are written; a load that differs in the first alone has another second mark, and begins anew."""
    monkeypatch.setattr(editing, "STEP", 4)
    load, steps = parcels_again(), list[float]()

    def broken(done: float) -> None:
        steps.append(done)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        own_store.stage(load, [], broken)
    assert own_store.unfinished() == ("parcels-2",)
    one, other, *rest = load.parcels
    own_store.stage(replace(load, parcels=[other, one, *rest]), [], steps.append)
    assert len(steps) == 2 + 5
    assert own_store.unfinished() == ()


def test_a_half_prepared_edition_can_be_taken_away(own_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "STEP", 4)

    def broken(done: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        own_store.stage(parcels_again(), [], broken)
    refused("edition-unknown", lambda: editions.publish(own_store, "parcels-2", "", TODAY))
    own_store.discard("parcels-2")
    refused("edition-no-draft", lambda: own_store.discard("parcels-2"))


def test_a_second_person_signs(own_store: Store, store_url: str) -> None:
    own_store.ask_sign_off(True, "Lan", TODAY)
    own_store = open_store(store_url)
    assert own_store.facts().sign_off
    name = stage(own_store, correction("plan-2", "AAA", CORRECTED), "Trần Thị Lan")
    state = [State(name)]
    for attempt in (
        lambda: editions.publish(own_store, name, "Minh", CORRECTED),
        lambda: own_store.publish([], states=state, known=CORRECTED),
    ):
        assert refused("edition-needs-signature", attempt)["who"] == "Trần Thị Lan"
    refused("edition-same-person", lambda: editions.sign(own_store, name, "trần  thị LAN ", CORRECTED))
    refused("edition-needs-name", lambda: editions.sign(own_store, name, " ", CORRECTED))
    own_store.publish([], events=[Event(name, CORRECTED, "signed", "Tra\u0302\u0300n Thị Lan")])
    refused("edition-needs-signature", lambda: editions.publish(own_store, name, "Minh", CORRECTED))
    refused("edition-needs-draft", lambda: own_store.publish([correction("plan-3", "BBB", CORRECTED)]))
    assert designations(own_store, TODAY) == ["CLN", "ODT", "TMD"]
    editions.sign(own_store, name, "Minh", CORRECTED)
    editions.publish(own_store, name, "Trần Thị Lan", CORRECTED)
    assert designations(own_store, TODAY) == ["AAA"]
    refused("edition-no-draft", lambda: editions.sign(own_store, name, "Hoa", CORRECTED))
    refused("edition-needs-name", lambda: editions.undo(own_store, name, " ", CORRECTED))
    editions.undo(own_store, name, "Lan", CORRECTED)
    # what was taken back is not published again on the signature of before
    assert refused("edition-needs-signature", lambda: editions.publish(own_store, name, "Lan", CORRECTED))
    editions.sign(own_store, name, "Minh", CORRECTED)
    refused("edition-needs-name", lambda: editions.publish(own_store, name, "", CORRECTED))
    editions.publish(own_store, name, "Lan", CORRECTED)
    own_store.ask_sign_off(False, "Lan", TODAY)
    own_store.publish([correction("plan-3", "BBB", CORRECTED)])
    own_store.close()


@pytest.mark.parametrize("again", ["lan.", "L a n", "LAN", "\uff2c\uff21\uff2e", "Lan,", "l-a-n", "\u200bLan"])
def test_a_name_is_its_letters_and_digits(own_store: Store, again: str) -> None:
    """However they are spaced, pointed, capitalised or wide (NFKC)."""
    own_store.ask_sign_off(True, "Lan", CORRECTED)
    name = stage(own_store, correction("plan-2", "AAA", CORRECTED), "Lan")
    refused("edition-same-person", lambda: editions.sign(own_store, name, again, CORRECTED))
    own_store.publish([], events=[Event(name, CORRECTED, "signed", again)])
    refused("edition-needs-signature", lambda: own_store.publish([], states=[State(name)], known=CORRECTED))
    editions.sign(own_store, name, "NV 013", CORRECTED)  # somebody else
    editions.publish(own_store, name, "Lan", CORRECTED)


@pytest.mark.parametrize("nobody", ["", " ", ".", "–", "\u200b"])
def test_signs_that_are_no_letters_name_nobody(own_store: Store, nobody: str) -> None:
    own_store.ask_sign_off(True, "Lan", CORRECTED)
    name = stage(own_store, correction("plan-2", "AAA", CORRECTED), "Lan")
    refused("edition-needs-name", lambda: editions.sign(own_store, name, nobody, CORRECTED))
    editions.sign(own_store, name, "Minh", CORRECTED)
    refused("edition-needs-name", lambda: editions.publish(own_store, name, nobody, CORRECTED))
    editions.publish(own_store, name, "Hoa", CORRECTED)
    refused("edition-needs-name", lambda: editions.undo(own_store, name, nobody, CORRECTED))


def test_who_prepared_it_is_not_known_so_two_must_sign(own_store: Store) -> None:
    """Prepared without a name before the store asked: the one who signs may be the one who prepared it."""
    name = stage(own_store, correction("plan-2", "AAA", CORRECTED), "")
    own_store.ask_sign_off(True, "Lan", CORRECTED)
    for signer in ("Minh", "minh."):
        editions.sign(own_store, name, signer, CORRECTED)
        refused("edition-needs-signature", lambda: editions.publish(own_store, name, "Lan", CORRECTED))
        refused("edition-needs-signature", lambda: own_store.publish([], states=[State(name)], known=CORRECTED))
    editions.sign(own_store, name, "Hoa", CORRECTED)
    editions.publish(own_store, name, "Lan", CORRECTED)


def test_who_asked_for_a_second_signature_is_kept(own_store: Store, store_url: str) -> None:
    assert own_store.sign_offs() == ()
    own_store.ask_sign_off(False, "", TODAY)  # nothing changes
    own_store.ask_sign_off(True, "", TODAY)
    for nobody in ("", " . "):
        refused("sign-off-needs-name", lambda nobody=nobody: own_store.ask_sign_off(False, nobody, TODAY))
    assert open_store(store_url).facts().sign_off
    own_store.ask_sign_off(True, "Hoa", TODAY)
    own_store.ask_sign_off(False, "Trần Thị Lan", TODAY + DAY)
    own_store.ask_sign_off(True, "Minh", TODAY + DAY)
    told = [Event("", TODAY, "sign-off-on"), Event("", TODAY + DAY, "sign-off-off", "Trần Thị Lan")]
    told.append(Event("", TODAY + DAY, "sign-off-on", "Minh"))
    assert own_store.sign_offs() == tuple(told) == open_store(store_url).sign_offs()
    assert own_store.events() == ()
    assert own_store.facts() == open_store(store_url).facts()


@pytest.mark.parametrize("undone", [False, True])
def test_it_is_not_published_before_it_was_prepared_and_signed(own_store: Store, undone: bool) -> None:
    name = stage(own_store, correction("plan-2", "AAA", CORRECTED))
    assert refused("edition-not-yet", lambda: editions.sign(own_store, name, "Minh", CORRECTED - DAY)) == {
        "edition": name, "day": CORRECTED - DAY, "last": CORRECTED,
    }  # fmt: skip
    refused("edition-not-yet", lambda: editions.publish(own_store, name, "Lan", CORRECTED - DAY))
    editions.sign(own_store, name, "Minh", CORRECTED + 2 * DAY)
    refused("edition-not-yet", lambda: editions.publish(own_store, name, "Lan", CORRECTED + DAY))
    assert designations(own_store, TODAY) == ["CLN", "ODT", "TMD"]
    editions.publish(own_store, name, "Lan", CORRECTED + 2 * DAY)
    if undone:
        # a signature of before counts no more, nor does its day
        editions.undo(own_store, name, "Lan", CORRECTED + 2 * DAY)
        editions.publish(own_store, name, "Lan", CORRECTED + 2 * DAY)
    assert designations(own_store, TODAY) == ["AAA"]


def test_nothing_can_be_made_of_what_is_not_there(own_store: Store) -> None:
    for wanted in (editions.publish, editions.sign, editions.undo):
        refused("edition-unknown", lambda wanted=wanted: wanted(own_store, "plan-9", "Lan", TODAY))
    refused("edition-no-draft", lambda: editions.sign(own_store, "plan-1", "Lan", TODAY))
    refused("edition-published", lambda: editions.publish(own_store, "plan-1", "Lan", TODAY))
    assert own_store.events() == ()


def test_it_must_say_that_it_replaces(own_store: Store) -> None:
    load = correction("plan-2", "AAA", CORRECTED)
    own_store.stage(load, [editions.prepared(load, "", CORRECTED, replaces=False)])
    assert refused("edition-stands-already", lambda: editions.publish(own_store, "plan-2", "", CORRECTED))["editions"]
    assert designations(own_store, TODAY) == ["CLN", "ODT", "TMD"]


def test_on_the_command_line(tmp_path: Path, store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A survey office's day: prepare, look, sign, publish, undo; nothing of the land users or of this machine."""

    def run(*words: str) -> tuple[int, str]:
        code = cli.main([*words, "--store", store_url])
        done = capsys.readouterr()
        return code, done.out + done.err

    first, second = tmp_path / "a.gpkg", tmp_path / "b.shp"
    office.parcels(first, TenChu=["Nguyễn Văn A", "Trần Thị B"])
    office.parcels(second, [office.square(side=8), office.square(10)])
    signed = office.field_map(tmp_path / "a.toml", store="sign_off = true")
    replacing = office.field_map(tmp_path / "b.toml", edition="replaces = true")
    draft = ("--draft", "--known", "2026-06-01")
    assert "--draft" in run("load", str(first), "--map", str(signed), "--new")[1]
    assert run("load", str(first), "--map", str(signed), "--new", *draft)[0] == 2
    assert not Path(store_url).exists()
    code, text = run("load", str(first), "--map", str(signed), "--new", *draft, "--by", "Lan")
    assert code == 0, text
    assert "chưa công bố" in text
    (told,) = json.loads(run("edition", "list", "--json")[1])
    assert (told["state"], told["rows"], told["layer"], told["territory"]) == ("draft", 2, "parcels", "25750@2024")
    assert told["files"].keys() == {"a.gpkg"}
    assert told["findings"] == {"EDI-003": 1, "PER-001": 1}  # the column TenChu, dropped
    name = told["edition"]
    code, text = run("edition", "publish", name, "--by", "Lan")
    assert (code, "chưa được người thứ hai ký" in text) == (2, True)
    assert run("edition", "sign", name, "--by", "lan")[0] == 2
    assert run("edition", "sign", name, "--by", "Minh", "--known", "2026-06-02")[0] == 0
    code, text = run("edition", "publish", name, "--by", "Lan", "--known", "2026-06-01")
    assert (code, "02/06/2026" in text) == (2, True)
    assert run("edition", "publish", name, "--by", "Lan", "--known", "2026-06-03")[0] == 0
    shown = run("edition", "show", name)[1]
    for words in ("Lan", "Minh", "01/06/2026", "02/06/2026", "03/06/2026", "a.gpkg", "EDI-003 × 1", "25750@2024"):
        assert words in shown
    assert "Nguyễn" not in shown
    assert str(tmp_path) not in shown
    code, text = run("load", str(second), "--map", str(replacing), "--draft", "--by", "Lan", "--known", "2026-07-01")
    assert code == 0, text
    other = next(e["edition"] for e in json.loads(run("edition", "list", "--json")[1]) if e["state"] == "draft")
    assert {"b.shp", "b.dbf", "b.shx", "b.prj"} <= json.loads(run("edition", "show", other, "--json")[1])[
        "files"
    ].keys()
    run("edition", "sign", other, "--by", "Minh", "--known", "2026-07-01")
    assert run("edition", "publish", other, "--known", "2026-07-02")[0] == 2  # by whom?
    code, text = run("edition", "publish", other, "--known", "2026-07-02", "--by", "Lan")
    assert (code, name in text) == (0, True)
    code, text = run("edition", "undo", other, "--known", "2026-07-05", "--by", "Hoa", "--lang", "vi")
    assert (code, name in text, "hoàn tác" in text, "Undid" in text) == (0, True, True, False)
    states = {e["edition"]: e["state"] for e in json.loads(run("edition", "list", "--layer", "parcels", "--json")[1])}
    assert states == {name: "published", other: "withdrawn"}
    none = run("edition", "list", "--layer", "zones", "--lang", "vi")[1]
    assert none.strip() == "Không có phiên bản dữ liệu nào"
    assert run("edition", "list", "--layer", "zones", "--lang", "en")[1].strip() == "There are no editions"
    assert run("edition", "discard", other)[0] == 2
    assert run("edition", "show", "x")[0] == 2
    code, text = run("store", "sign-off", "off")
    assert (code, "--by" in text) == (2, True)
    assert run("store", "sign-off", "off", "--by", "Hoa", "--known", "2026-07-06")[0] == 0
    assert "  06/07/2026 thôi yêu cầu người thứ hai ký: Hoa" in run("edition", "list", "--lang", "vi")[1].splitlines()
    assert "Hoa" not in run("edition", "list", "--layer", "zones")[1]


def test_a_direct_load_is_an_edition_too(tmp_path: Path, store_url: str) -> None:
    first = office.load(
        office.parcels(tmp_path / "a.gpkg"), office.field_map(tmp_path / "a.toml"), store_url, CORRECTED
    )
    file = office.parcels(tmp_path / "b.gpkg", [office.square(side=5)])
    again = office.field_map(tmp_path / "b.toml", edition="replaces = true")
    second = office.load(file, again, store_url, CORRECTED + DAY, new=False)
    assert first.edition
    assert second.edition
    store = open_store(store_url)
    assert [e.action for e in store.events(second.edition.id)] == ["prepared", "published"]
    assert editions.undo(store, second.edition.id, "", CORRECTED + DAY) == (first.edition.id,)
    assert [e.id for e in store.editions(TODAY)] == [first.edition.id]
    store.close()


def test_a_direct_load_that_cannot_replace_leaves_nothing(tmp_path: Path, store_url: str) -> None:
    """Published before what it would replace was known: refused, and not left prepared either."""
    office.load(office.parcels(tmp_path / "a.gpkg"), office.field_map(tmp_path / "a.toml"), store_url, CORRECTED)
    file = office.parcels(tmp_path / "b.gpkg", [office.square(side=5)])
    again = office.field_map(tmp_path / "b.toml", edition="replaces = true")
    before = office.held(store_url)
    refused("edition-day-passed", lambda: office.load(file, again, store_url, CORRECTED - DAY, new=False))
    assert office.held(store_url) == before
    store = open_store(store_url)
    assert store.drafts() == ()
    store.close()


def test_the_readme_s_commands_work(tmp_path: Path) -> None:
    """As they stand there, in a folder with a file, a map and a store."""
    office.parcels(tmp_path / "parcels.gpkg", [office.square(side=7)])
    first = office.field_map(tmp_path / "first.toml")
    office.load(office.parcels(tmp_path / "old.gpkg"), first, str(tmp_path / "my.gpkg"), date(2026, 1, 1))
    office.field_map(tmp_path / "fields.toml", edition="replaces = true")
    lines = [line for line in test_readme.section("Editions").splitlines() if line.startswith(test_readme.PYTHON)]
    assert len(lines) == 8
    edition = ""
    for line in lines:
        done = test_readme.run(line, tmp_path, EDITION=edition)
        assert done.returncode == 0, (line, done.stderr)
        edition = edition or done.stdout.split()[-1]
    assert edition in done.stdout
    assert "<svg" in (tmp_path / "preview.html").read_text("utf-8")
    assert (tmp_path / "preview.csv").read_text("utf-8").startswith("parcel,")
    store = open_store(str(tmp_path / "my.gpkg"))
    assert [e.withdrawn is None for e in store.editions()].count(True) == 1
    store.close()
