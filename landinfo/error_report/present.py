"""A report as plain values, for its page, its JSON and the staff; a contact is in none of them but ``staff``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from landinfo.error_report import receipt
from landinfo.error_report.rows import Row
from landinfo.error_report.typed import Typed
from landinfo.plain import Plain, Text
from landinfo.texts import FILTERS, LANGUAGES, Texts, say

_KEPT = ("question", "parcel", "on", "known", "kind", "row", "layer", "shown", "place", "editions", "rulebook")
_TYPED = ("wrong", "right", "how")


def body(answer: Plain, row: Row, typed: Typed) -> Plain:
    """What is kept of a report beside its steps: the question, the row as it was shown and what it stood on."""
    parcel = answer["parcel"]
    now = parcel["commune_now"]
    return {
        "question": answer["permanent"],
        **{name: answer["question"][name] for name in ("parcel", "on", "known")},
        "communes": [f"{c['code']}@{c['period']}" for c in (parcel["commune"], now) if c],
        "commune": (now or parcel["commune"])["name"],
        "kind": row.kind,
        "row": row.key,
        "layer": row.layer,
        "shown": row.values,
        "place": row.place,
        "editions": [source["edition"] for source in answer["sources"]],
        "rulebook": answer["rulebook"],
        **{name: getattr(typed, name) for name in _TYPED},
    }


def public(key: str, held: Mapping[str, Any], day: date, texts: Texts) -> Plain:
    """What whoever has the receipt may read: no contact, and not who answered."""
    steps = [_step(step, texts) for step in held["steps"]]
    return {
        "receipt": receipt.written(key),
        "permanent": f"/report/{receipt.written(key)}",
        "day": day.isoformat(),
        "state": steps[-1]["state"],
        "state_text": steps[-1]["text"],
        "steps": steps,
        **{name: held[name] for name in (*_KEPT, *_TYPED)},
        "kind_text": say(f"error-kind-{held['kind']}", {}, texts),
        "lines": lines(held["kind"], held["shown"], texts),
    }


def _step(step: Mapping[str, Any], texts: Texts) -> Plain:
    text = say(f"error-state-{step['state']}", {}, texts)
    return {"state": step["state"], "text": text, "day": step["day"], "note": step["note"]}


def listed(key: str, held: Mapping[str, Any], day: date, revision: int, texts: Texts) -> Plain:
    """A report in the list of the staff."""
    steps = [{**_step(step, texts), "by": step["by"]} for step in held["steps"]]
    more = {"communes": held["communes"], "commune": held["commune"], "revision": revision}
    return {**public(key, held, day, texts), "steps": steps, **more}


def staff(one: Plain, contact: str | None, until: date | None) -> Plain:
    """A listed report with the contact, for as long as it is kept."""
    return {**one, "contact": contact, "contact_until": until and until.isoformat()}


def geojson(reports: Iterable[Plain]) -> Plain:
    """The places of listed reports, for a geographic information system; flat values, no contact."""
    names = ("receipt", "state", "day", "parcel", "kind", "row", "layer", "commune", "wrong", "right", "question")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": one["receipt"],
                "geometry": {"type": "Point", "coordinates": [one["place"]["lon"], one["place"]["lat"]]},
                "properties": {name: one[name] for name in names} | {"changed": one["steps"][-1]["day"]},
            }
            for one in reports
        ],
    }


def lines(kind: str, shown: Mapping[str, Any], texts: Texts) -> list[Plain]:
    """A row as labels and values in both languages; what it does not have is left out."""
    found = _lines(kind, shown, texts)
    return [{"label": say(label, {}, texts), "value": value} for label, value in found if value is not None]


def _lines(kind: str, shown: Mapping[str, Any], texts: Texts) -> Sequence[tuple[str, Text | None]]:
    if kind == "price":
        place = shown["section"] and {**shown["section"], "position": shown["position"]}
        return (
            ("page-uses", _coded(shown["land_use"], shown["label"])),
            ("page-area", _formed("m2", shown["area"])),
            ("extract-unit-price", _formed("number", shown["unit_price"])),
            ("extract-amount", _formed("dong", shown["amount"])),
            ("error-section", say("page-section", place, texts) if place else None),
        )
    if kind == "share":
        named = shown["designation"] if shown["kind"] == "designation" else ""
        papers = ", ".join(filter(None, (part for d in shown["documents"] for part in (d["id"], d["article"]))))
        return (
            ("error-theme", shown["theme"]),
            ("page-designation", _coded(named, shown["label"])),
            ("page-area", _formed("m2", shown["area"])),
            ("error-share", _formed("share", shown["percent"])),
            ("error-documents", dict.fromkeys(LANGUAGES, papers) if papers else None),
        )
    if kind == "use":
        return ("page-uses", _coded(shown["code"], shown["name"])), ("page-area", _formed("m2", shown["area"]))
    if kind == "boundary":
        return tuple(
            (label, _formed("m2", shown[name] if name == "registered_area" else round(shown[name], 1)))
            for label, name in (("page-registered", "registered_area"), ("extract-drawn", "drawn_area"))
            if shown[name] is not None
        )
    return ()


def _coded(code: str, name: Text) -> Text:
    return {lang: f"{code} – {name[lang]}" if code else name[lang] for lang in LANGUAGES}


def _formed(form: str, value: Any) -> Text | None:
    return None if value is None else {lang: FILTERS[form](value, lang) for lang in LANGUAGES}
