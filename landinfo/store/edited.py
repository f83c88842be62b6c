"""What both engines do alike when they are written to: editions published, staged and taken away."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date

from landinfo.model import Edition, Event, Link, State
from landinfo.store import Load, Measures, StoreFacts, editing, measures, rows
from landinfo.store.checks import Part, check, parts, withdrawn_on
from landinfo.store.doubles import refuse_doubles


@dataclass(frozen=True, slots=True)
class Edit:
    """One open transaction: ``run`` statements, ``write`` shaped rows (the day is that of the change).

    ``settle``: what the engine does after many rows, before the transaction ends.
    """

    run: editing.Run
    write: Callable[[Part, date], None]
    settle: Callable[[], None]
    facts: StoreFacts


class Edited:
    """The writing half of ``landinfo.store.Store``; an engine gives the transaction."""

    _facts: StoreFacts

    @abstractmethod
    def _editing(self) -> AbstractContextManager[Edit]:
        """One transaction: all of it or nothing. Raises ``Busy`` and ``Refused`` as ``publish``."""

    def publish(
        self,
        loads: Iterable[Load],
        withdraw: Sequence[str] = (),
        *,
        known: date | None = None,
        states: Sequence[State] = (),
        events: Sequence[Event] = (),
        links: Sequence[Link] = (),
        seen: Sequence[Event] | None = None,
    ) -> None:
        published: list[date] = []
        more: list[tuple[Edition, date]] = []
        with self._editing() as edit:
            for state in states if seen is not None else ():
                editing.nothing_since(edit.run, state.edition, seen or ())
            for load in loads:
                for part in editing.write_load(edit.run, load, edit.facts):
                    edit.write(part, load.edition.published)
                published.append(load.edition.published)
                more.append((load.edition, load.edition.published))
            for state in (*(State(edition, known=False) for edition in withdraw), *states):
                day = withdrawn_on(known, published)
                if editing.set_state(edit.run, state, day, edit.facts):
                    more.append((editing.edition_of(edit.run, state.edition), day))
            for edition, day in more:
                refuse_doubles(edit.run, edition, day)
            editing.write_links(edit.run, links)
            editing.write_events(edit.run, events)
            edit.settle()

    def stage(self, load: Load, events: Sequence[Event], progress: Callable[[float], None] | None = None) -> None:
        steps, wrong = check(load, editing.STEP), None
        while True:
            with self._editing() as edit:
                staged = editing.begin_staging(edit.run, load.edition, wrong)
            if staged is None:
                return
            if self._written(load, staged, lambda done: progress and progress(done / steps)):
                break
            wrong = staged
        with self._editing() as edit:
            editing.end_staging(edit.run, load, events)
            edit.settle()

    def _written(self, load: Load, staged: editing.Staged, progress: Callable[[int], object]) -> bool:
        """Write the steps after those that are ``staged``, each whole; False: what is staged are not its rows."""
        mark, done = "", 0
        for part in parts(load, editing.STEP):
            if done == staged[0] and mark != staged[1]:
                return False
            mark, done = editing.mark_of(mark, part), done + 1
            if done > staged[0]:
                with self._editing() as edit:
                    edit.write(part, load.edition.effective_from)
                    editing.end_step(edit.run, load.edition.id, done, mark)
                progress(done)
        return done > staged[0] or (done, mark) == staged

    def discard(self, edition: str) -> None:
        with self._editing() as edit:
            editing.discard(edit.run, edition)

    def keep(self, measure: Callable[[], Iterable[Measures]], ways: Mapping[str, str], on: date, known: date) -> None:
        with self._editing() as edit:
            ends = rows.ends(edit.run(rows.SPANS, ()), known)
            ((held,),) = edit.run(f"SELECT {measures.HELD}", ())
            measures.write(edit.run, measure(), measures.run_key(ends, held, on, ways))

    def forget(self, known: date) -> None:
        with self._editing() as edit:
            measures.forget(edit.run, known)

    def ask_sign_off(self, wanted: bool, who: str, day: date) -> None:
        with self._editing() as edit:
            editing.ask_sign_off(edit.run, wanted, who, day, edit.facts)
        self._facts = replace(edit.facts, sign_off=wanted)
