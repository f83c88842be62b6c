"""The estimate's part of an extract: its items as a table, and everything that ``explain`` says about them."""

from __future__ import annotations

from collections.abc import Iterator

from landinfo import explain
from landinfo.letter import Words
from landinfo.paper.blocks import LEFT, RIGHT, Block, head, listed, table, text
from landinfo.plain import Plain
from landinfo.texts import day

_LOOKS = {0: "step", 3: "line", 5: "small"}
"""How far ``explain`` sets a line in, and how it is set here."""


def law(cited: Plain, words: Words) -> str:
    """Document, article, status and the day of the last check; whether that is too long ago."""
    article = cited["article"] or (words.say("article-not-known") if cited["document"] else "")
    where = ", ".join(part for part in (cited["document"] or words.told(cited["title"]), article) if part)
    checked = f" · {day(cited['checked'])}" if cited["checked"] else ""
    old = f" · {words.say('page-outdated')}" if cited["outdated"] else ""
    return f"{where} [{words.told(cited['status_text'])}{checked}{old}]"


def estimate(made: Plain, words: Words) -> Iterator[Block]:
    """Items with their bounds, then how each was found, payment, readings, assumptions, questions."""
    if made["items"]:
        columns = [
            (words.say("extract-item"), LEFT, 1),
            (words.say("page-low"), RIGHT, 0),
            (words.say("page-likely"), RIGHT, 0),
            (words.say("page-high"), RIGHT, 0),
        ]
        ends = ("low", "likely", "high")
        rows = [[words.told(i["label"]), *(words.dong(i[end]) for end in ends)] for i in made["items"]]
        total = [words.say("difference-total"), *(words.dong(made["range"][end]) for end in ends)]
        yield table(columns, rows, foot=total)
    if made["parts"]:
        yield listed([_part(part, words) for part in made["parts"]])
    if made["items"]:
        yield head(words.say("page-lines"), 2)
        for line in explain.text(made, words.lang, words.texts).splitlines():
            bare = line.lstrip(" ")
            yield text(bare, _LOOKS.get(len(line) - len(bare), "normal"))
    else:
        if made["reason"]:
            yield text(words.told(made["reason"]), "note")
        for notice in made["notices"]:
            yield text(words.told(notice["text"]), notice["severity"])


def _part(part: Plain, words: Words) -> str:
    return words.say("page-part", area=part["area"], use=part["land_use"], designation=part["designation"] or "–")
