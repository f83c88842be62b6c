"""The tiers, and the keys that the operator's file gives to them: it holds each as its SHA-256 alone.

A key is 32 random bytes, so its digest needs no salt and no slow hash: there is nothing to guess.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from landinfo.model import BadInput
from landinfo.web.settings import RATE, Settings

ANONYMOUS, KEY, STAFF = TIERS = ("anonymous", "key", "staff")
TIMES = 10
"""So many times as much goes for a key, where the file does not say it."""
_HEX = frozenset("0123456789abcdef")
_WORDS, _COUNTS = ("rate_limit", "report_limit", "batch_limit"), {"batch_rows": 2_000_000, "batch_mb": 4_000}


@dataclass(frozen=True, slots=True)
class Tier:
    """What one address or one key may do; "" is no limit."""

    name: str
    rate_limit: str
    report_limit: str
    batch_limit: str
    batch_rows: int
    batch_mb: int


@dataclass(frozen=True, slots=True)
class Held:
    """A key of the file: its tier, and the first day on which it is no longer valid."""

    tier: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Keys:
    tiers: Mapping[str, Tier]
    held: Mapping[str, Held]
    """By SHA-256."""


def read(settings: Settings) -> Keys:
    """Of the file that the settings name; without one there is only who has no key. Raises ``BadInput``."""
    tiers = _without(settings)
    if not settings.keys:
        return Keys(tiers, {})
    path = Path(settings.keys)
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise _wrong(settings, "–", getattr(wrong, "strerror", None) or str(wrong)) from wrong
    given_tiers, given_keys = told.pop("tier", {}), told.pop("key", [])
    if told:
        raise _wrong(settings, ", ".join(told), "tier, key")
    if not isinstance(given_tiers, dict):
        raise _wrong(settings, "tier", "[tier.key]")
    if not isinstance(given_keys, list):
        raise _wrong(settings, "key", "[[key]]")
    for name, given in given_tiers.items():
        if name not in (KEY, STAFF) or not isinstance(given, dict):
            raise _wrong(settings, f"tier.{name}", f"{KEY}, {STAFF}")
        tiers[name] = _tier(tiers[name], given, settings)
    return Keys(tiers, dict(_key(each, settings) for each in given_keys))


def _without(settings: Settings) -> dict[str, Tier]:
    """The tiers as they are where no file says otherwise: what has no limit without a key has none with one."""
    words = {name: str(getattr(settings, name)) for name in _WORDS}
    counts = {name: int(getattr(settings, name)) for name in _COUNTS}
    told: dict[str, Any] = words | counts
    more: dict[str, Any] = {name: limit and times(limit, TIMES) for name, limit in words.items()}
    more |= {name: min(count * TIMES, _COUNTS[name]) for name, count in counts.items()}
    with_key = Tier(KEY, **more)
    return {
        ANONYMOUS: Tier(ANONYMOUS, **told),
        KEY: with_key,
        STAFF: replace(with_key, name=STAFF, rate_limit="", report_limit="", batch_limit=""),
    }


def _tier(tier: Tier, given: Mapping[str, Any], settings: Settings) -> Tier:
    changed: dict[str, Any] = {}
    for name, value in given.items():
        where = f"tier.{tier.name}.{name}"
        if name in _WORDS:
            if value != "none" and not (isinstance(value, str) and RATE.fullmatch(value)):
                raise _wrong(settings, where, "600 per minute | none")
            changed[name] = "" if value == "none" else value
        elif name in _COUNTS:
            if type(value) is not int or not 0 < value <= _COUNTS[name]:
                raise _wrong(settings, where, f"1 … {_COUNTS[name]}")
            changed[name] = value
        else:
            raise _wrong(settings, where, ", ".join((*_WORDS, *_COUNTS)))
    return replace(tier, **changed)


def _key(given: Any, settings: Settings) -> tuple[str, Held]:
    named = given.get("name", "–") if isinstance(given, dict) else "–"
    if not isinstance(given, dict) or given.keys() - {"name", "sha256", "tier", "until"}:
        raise _wrong(settings, f"key {named}", "name, sha256, tier, until")
    digest, tier, until = given.get("sha256"), given.get("tier"), given.get("until")
    if not isinstance(digest, str) or len(digest) != 64 or set(digest) - _HEX:
        raise _wrong(settings, f"key {named}", "sha256: 64 hex")
    if tier not in (KEY, STAFF):
        raise _wrong(settings, f"key {named}", f"tier: {KEY}, {STAFF}")
    if until is not None and type(until) is not date:
        raise _wrong(settings, f"key {named}", "until = 2027-01-01")
    return digest, Held(tier, until)


def _wrong(settings: Settings, entry: str, wrong: str) -> BadInput:
    return BadInput("keys-file", "LANDINFO_KEYS", file=settings.keys, entry=entry[:80], wrong=wrong[:80])


def times(limit: str, most: int) -> str:
    """``600 per minute`` so many times."""
    amount, _, period = limit.partition(" ")
    return f"{int(amount) * most} {period}"
