"""What one answer says otherwise than another about the same parcel: areas, shares, price, verdicts, cost, sources.

On the answers as they are shown, so that one kept years ago can be compared with one of today, whatever rules and code
made it. Why money differs is ``difference``'s to say, which needs both questions to be answered anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from landinfo import texts
from landinfo.plain import Plain, Text
from landinfo.texts import LANGUAGES, Texts

Key = tuple[str, ...]
Labelled = Iterator[tuple[Key, Text, Any]]
_NOT_THERE = object()
_QUESTION = ("question", "permanent", "rulebook")
"""Of an answer: what was asked and by which rules; these are not what it says."""


def changes(before: Plain, after: Plain, words: Texts) -> list[Plain]:
    """Each value that differs: ``about``, ``label``, ``was`` and ``now`` as texts in both languages ("–": not there).

    Empty means that nothing a reader can see differs.
    """
    tell = _Teller(words)
    found = [change for about, pick in _PICKS for change in tell.compare(about, pick(tell, before), pick(tell, after))]
    if not found and _said(before) != _said(after):
        other = tell.say("changed-wording")
        found = [{"about": "other", "label": other, "was": _both("–"), "now": _both("–")}]
    return found


def _said(answer: Plain) -> Plain:
    return {name: value for name, value in answer.items() if name not in _QUESTION}


def _both(text: str) -> Text:
    return dict.fromkeys(LANGUAGES, text)


class _Teller:
    """Picks the values of an answer by what they are about, and says them."""

    def __init__(self, words: Texts) -> None:
        self.words = words

    def say(self, code: str, **params: Any) -> Text:
        return texts.say(code, params, self.words)

    def compare(self, about: str, before: Labelled, after: Labelled) -> Iterator[Plain]:
        one, other = _keyed(before), _keyed(after)
        for key in dict.fromkeys([*one, *other]):
            was, now = (side.get(key, (None, _NOT_THERE))[1] for side in (one, other))
            if was != now:
                label = (other.get(key) or one[key])[0]
                yield {"about": about, "label": label, "was": self._value(about, was), "now": self._value(about, now)}

    def _value(self, about: str, value: Any) -> Text:
        if value is _NOT_THERE:
            return _both("–")
        if isinstance(value, Mapping):
            return {lang: str(value[lang]) for lang in LANGUAGES}
        if value is None:
            return self.say("page-not-known")
        if isinstance(value, str):
            return _both(value)
        write: Callable[..., str] = texts.m2 if about in ("parcel", "share", "verdict") else texts.dong
        return {lang: write(value, lang) for lang in LANGUAGES}

    def parcel(self, answer: Plain) -> Labelled:
        parcel = answer["parcel"]
        yield ("registered",), self.say("page-registered"), parcel["registered_area"]
        yield ("drawn",), self.say("extract-drawn"), parcel["drawn_area"]
        for use in parcel["land_uses"]:
            yield ("use", use["code"]), _joined(self.say("page-uses"), use["code"]), use["area"]
        yield ("outline",), self.say("changed-outline"), self._outline(parcel["geometry"])

    def _outline(self, geometry: Plain) -> Plain:
        """How many corners there are; two with as many differ where a corner stands elsewhere."""
        corners = list(_corners(geometry["coordinates"]))
        return {**self.say("changed-corners", count=len(set(map(tuple, corners)))), "corners": corners}

    def shares(self, answer: Plain) -> Labelled:
        for theme in answer["themes"]:
            yield (theme["id"],), theme["label"], self.say(f"answer-{theme['answer']}")
            for row in theme["rows"]:
                label = {lang: f"{theme['label'][lang]}: {row['label'][lang]}" for lang in LANGUAGES}
                yield (theme["id"], row["kind"], row["designation"]), label, row["area"]

    def prices(self, answer: Plain) -> Labelled:
        price = answer["price"]
        yield ("list",), self.say("changed-list"), price["list"]["label"] if price["list"] else self.say("changed-none")
        for row in price["rows"]:
            section = row["section"]["id"] if row["section"] else ""
            label = _joined(self.say("changed-unit-price"), row["land_use"], section)
            yield (row["land_use"], section, str(row["position"])), label, row["unit_price"]
        for end in ("low", "likely", "high"):
            yield ("value", end), _joined(self.say("page-value"), self.say(f"page-{end}")), price["value"][end]

    def verdicts(self, answer: Plain) -> Labelled:
        for verdict in answer["verdicts"]:
            key = verdict["kind"], verdict["designation"]
            yield (*key, "allowed"), verdict["label"], self.say(f"page-allowed-{verdict['allowed']}")
            yield (*key, "area"), _joined(verdict["label"], self.say("page-area")), verdict["area"]

    def costs(self, answer: Plain) -> Labelled:
        made = answer["estimate"]
        if made is None:
            return
        for item in made["items"]:
            yield ("item", item["code"]), item["label"], item["amount"]
        for end in ("low", "likely", "high"):
            label = _joined(self.say("difference-total"), self.say(f"page-{end}"))
            yield ("total", end), label, made["range"][end]

    def sources(self, answer: Plain) -> Labelled:
        names = {theme["id"]: theme["label"] for theme in answer["themes"]}
        for source in answer["sources"]:
            layer = source["layer"]
            named = names[layer] if layer in names else self.say(f"page-layer-{layer}")
            yield (source["edition"],), _joined(self.say("page-sources"), named), source["edition"]


_PICKS: tuple[tuple[str, Callable[[_Teller, Plain], Labelled]], ...] = (
    ("parcel", _Teller.parcel),
    ("share", _Teller.shares),
    ("price", _Teller.prices),
    ("verdict", _Teller.verdicts),
    ("cost", _Teller.costs),
    ("source", _Teller.sources),
)


def _keyed(labelled: Labelled) -> dict[Key, tuple[Text, Any]]:
    """By key; the second of equal keys stands for itself."""
    found: dict[Key, tuple[Text, Any]] = {}
    for given, label, value in labelled:
        key = given
        while key in found:
            key = (*key, "again")
        found[key] = label, value
    return found


def _joined(*parts: Text | str) -> Text:
    return {lang: " · ".join(p if isinstance(p, str) else p[lang] for p in parts if p) for lang in LANGUAGES}


def _corners(nested: Iterable[Any]) -> Iterator[Any]:
    """The places in GeoJSON's lists of lists."""
    for each in nested:
        if isinstance(each[0], int | float):
            yield each
        else:
            yield from _corners(each)
