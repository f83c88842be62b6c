"""Reports as lines of text for the staff, in one language or in both."""

from __future__ import annotations

from collections.abc import Iterator

from landinfo.letter import Words
from landinfo.plain import Plain
from landinfo.texts import day, shown

_TYPED = ("wrong", "right", "how")


def listed(plain: Plain, words: Words) -> Iterator[str]:
    """One line for each report."""
    reports = plain["reports"]
    yield words.say("error-listed", count=len(reports))
    for one in reports:
        where = f"{one['parcel']} {one['kind']}{'/' if one['row'] else ''}{one['row']}"
        first = one["wrong"].partition("\n")[0]
        said = shown(first if len(first) <= 60 else f"{first[:59]}…")
        yield f"{one['receipt']}  {day(one['day'])}  {words.told(one['state_text']):<16}  {shown(where)}  {said}"
    if plain["next"]:
        yield words.say("error-more", after=plain["next"])


def one(plain: Plain, words: Words) -> Iterator[str]:
    """All that is kept of a report."""
    yield words.say("error-one", receipt=plain["receipt"], day=plain["day"], revision=plain["revision"])
    yield f"{words.told(plain['kind_text'])} · {plain['parcel']} · {shown(plain['commune'])}"
    yield plain["question"]
    for line in plain["lines"]:
        yield shown(f"  {words.told(line['label'])}: {words.told(line['value'])}")
    yield f"  {plain['place']['lat']}, {plain['place']['lon']} · {', '.join(plain['editions'])}"
    for name in _TYPED:
        if plain[name]:
            yield from (words.head(f"error-{name}"), *(shown(line) for line in plain[name].splitlines()))
    yield words.head("error-contact")
    if plain["contact"]:
        yield words.say("error-contact-held", contact=plain["contact"], until=plain["contact_until"])
    else:
        yield words.say("error-contact-none")
    yield words.head("error-steps")
    for step in plain["steps"]:
        who = f" · {shown(step['by'])}" if step["by"] else ""
        yield f"{day(step['day'])}  {words.told(step['text'])}{who}"
        if step["note"]:
            yield from (f"    {shown(line)}" for line in words.told(step["note"]).splitlines())
