"""One table of a TOML file, read entry by entry, so that what is wrong or unknown can be named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from landinfo.intake.template import Template
from landinfo.model import Refused


class Section:
    """``path`` and ``name`` are for the messages; ``end`` refuses what nobody asked for."""

    def __init__(self, path: Path, name: str, raw: Mapping[str, Any]) -> None:
        self.path, self.name, self.raw, self.asked = path, name, raw, set[str]()

    def wrong(self, key: str, expected: str) -> Refused:
        """The refusal of one entry."""
        entry = f"[{self.name}] {key}" if self.name else f"[{key}]"
        return Refused("MAP-002", str(self.path), file=self.path.name, entry=entry, expected=expected)

    def take(self, key: str, kind: type, expected: str) -> Any:
        """The entry, of exactly this kind and not empty."""
        self.asked.add(key)
        value = self.raw.get(key)
        if type(value) is not kind or value == "":
            raise self.wrong(key, expected)
        return value

    def section(self, key: str, required: bool = True) -> Section:
        """A table inside; an empty one where it is missing and not required."""
        self.asked.add(key)
        name = f"{self.name}.{key}" if self.name else key
        if not required and key not in self.raw:
            return Section(self.path, name, {})
        return Section(self.path, name, self.take(key, dict, f"[{name}]"))

    def tables(self, key: str) -> list[Section]:
        """An array of tables; none where it is missing."""
        self.asked.add(key)
        name = f"{self.name}.{key}"
        tables = self.take(key, list, f"[[{name}]]") if key in self.raw else []
        if not all(isinstance(table, dict) for table in tables):
            raise self.wrong(key, f"[[{name}]]")
        return [Section(self.path, name, table) for table in tables]

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
            raise self.wrong(key, " | ".join(choices))
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
            raise self.wrong(key, '"{…}" · "{…:1-3}" · "…[-{…}]"')
        return made

    def mapping(self, key: str) -> dict[str, str] | None:
        """A table of texts, or None where it is missing."""
        if key not in self.raw:
            return None
        value = self.take(key, dict, '{ "…" = "…" }')
        if not all(isinstance(code, str) for code in value.values()):
            raise self.wrong(key, '{ "…" = "…" }')
        return dict(value)

    def end(self) -> None:
        """Raises ``Refused`` (MAP-006) when an entry stands there that nobody asked for."""
        unknown = sorted(self.raw.keys() - self.asked)
        if unknown:
            raise Refused(
                "MAP-006",
                str(self.path),
                file=self.path.name,
                entry=", ".join(unknown),
                section=f"[{self.name}]" if self.name else "–",
                known=", ".join(sorted(self.asked)),
            )
