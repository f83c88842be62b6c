"""One table of a TOML file, read entry by entry, so that what is wrong or unknown can be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from landinfo.intake.template import Template
from landinfo.model import Refused

_UNKNOWN = "không có mục này · no such entry"
_NOTHING: Mapping[type, Any] = {str: "", dict: {}, list: [], bool: False, date: date.min}
"""What an entry is that is wrong, until ``settle`` refuses the file."""


@dataclass(slots=True)
class Faults:
    """What is wrong with the entries of a file: (entry, what is needed), and the refusals of unknown ones."""

    wrong: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[Refused] = field(default_factory=list)


def wrong_entries(path: Path, wrong: Sequence[tuple[str, str]]) -> Refused:
    """The refusal of entries, each with what is needed."""
    entries = "; ".join(f"{entry}: {expected}" for entry, expected in wrong)
    return Refused("MAP-002", str(path), file=path.name, entries=entries)


class Section:
    """``path`` and ``name`` are for the messages; ``end`` notes what nobody asked for.

    What is wrong is noted, so that all of it is said at once: ``settle`` comes last and refuses.
    """

    def __init__(self, path: Path, name: str, raw: Mapping[str, Any], faults: Faults | None = None) -> None:
        self.path, self.name, self.raw, self.asked = path, name, raw, set[str]()
        self.faults = faults or Faults()

    def wrong(self, key: str, expected: str) -> None:
        """One entry is missing or wrong."""
        self.faults.wrong.append((f"[{self.name}] {key}" if self.name else f"[{key}]", expected))

    def settle(self) -> None:
        """Raises ``Refused``: MAP-002 with every entry that is wrong, or MAP-006."""
        unknown = [(f"{r.params['section']} {r.params['entry']}", _UNKNOWN) for r in self.faults.unknown]
        if self.faults.wrong:
            raise wrong_entries(self.path, [*self.faults.wrong, *unknown])
        if self.faults.unknown:
            raise self.faults.unknown[0]

    def take(self, key: str, kind: type, expected: str) -> Any:
        """The entry, of exactly this kind and not empty."""
        self.asked.add(key)
        value = self.raw.get(key)
        if type(value) is not kind or value == "":
            self.wrong(key, expected)
            return _NOTHING[kind]
        return value

    def section(self, key: str) -> Section:
        """A table inside; an empty one where it is missing, whose entries are missing then."""
        self.asked.add(key)
        name = f"{self.name}.{key}" if self.name else key
        raw = self.take(key, dict, f"[{name}]") if key in self.raw else {}
        return Section(self.path, name, raw, self.faults)

    def tables(self, key: str) -> list[Section]:
        """An array of tables; none where it is missing."""
        self.asked.add(key)
        name = f"{self.name}.{key}"
        tables = self.take(key, list, f"[[{name}]]") if key in self.raw else []
        if not all(isinstance(table, dict) for table in tables):
            self.wrong(key, f"[[{name}]]")
            return []
        return [Section(self.path, name, table, self.faults) for table in tables]

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there."""
        if default is not None and self.raw.get(key, "") == "":
            self.asked.add(key)
            return default
        return str(self.take(key, str, '"…"'))

    def optional(self, key: str) -> str | None:
        """A text, or None."""
        return self.text(key, "") or None

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of the words ``choices``."""
        value = self.text(key, default)
        if value not in choices:
            self.wrong(key, " | ".join(choices))
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        self.asked.add(key)
        return bool(self.take(key, bool, "true | false")) if key in self.raw else default

    def day(self, key: str) -> date:
        """A day, which TOML writes without quotes."""
        value: date = self.take(key, date, "2026-01-31")
        return value

    def template(self, key: str) -> Template:
        """A template; a bare number or day is a constant."""
        value = self.raw.get(key)
        if type(value) in (int, date):
            self.asked.add(key)
            return Template(str(value))
        made = Template(self.take(key, str, '"{…}"'))
        if made.broken:
            self.wrong(key, '"{…}" · "{…:1-3}" · "…[-{…}]"')
        return made

    def mapping(self, key: str) -> dict[str, str] | None:
        """A table of texts, or None where it is missing."""
        if key not in self.raw:
            return None
        value = self.take(key, dict, '{ "…" = "…" }')
        if not all(isinstance(code, str) for code in value.values()):
            self.wrong(key, '{ "…" = "…" }')
            return None
        return dict(value)

    def end(self) -> None:
        """Notes (MAP-006) when an entry stands there that nobody asked for."""
        unknown = sorted(self.raw.keys() - self.asked)
        if unknown:
            self.faults.unknown.append(
                Refused(
                    "MAP-006",
                    str(self.path),
                    file=self.path.name,
                    entry=", ".join(unknown),
                    section=f"[{self.name}]" if self.name else "–",
                    known=", ".join(sorted(self.asked)),
                )
            )
