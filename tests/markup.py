"""A page as a tree, read with the standard library's parser as a browser would read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "hr"}


@dataclass
class Node:
    """An element. ``text`` is all that is written in it, spaces drawn together (not the no-break ones)."""

    tag: str
    attrs: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        pieces = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join("".join(pieces).replace("\u00a0", "§").split()).replace("§", "\u00a0")

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str = "", kind: str = "", **attrs: str) -> list[Node]:
        """Elements by tag, class ``kind`` and attributes (``data_part`` is ``data-part``), in their order."""
        wanted = {key.replace("_", "-"): value for key, value in attrs.items()}
        return [
            node
            for node in self.walk()
            if (not tag or node.tag == tag)
            and (not kind or kind in node.attrs.get("class", "").split())
            and all(node.attrs.get(key) == value for key, value in wanted.items())
        ]

    def one(self, tag: str = "", kind: str = "", **attrs: str) -> Node:
        (found,) = self.all(tag, kind, **attrs)
        return found

    def texts(self, tag: str = "", kind: str = "") -> list[str]:
        return [node.text for node in self.all(tag, kind)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: str) -> Node:
    """The tree of ``page``; an element that is not closed, or closed twice, fails."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, [node.tag for node in reader.open]
    return reader.open[0]
