"""Plain values as XML, by the one rule of W3C (XPath and XQuery Functions 3.1, 17.5: ``json-to-xml``).

Every value is an element named by its kind – ``map``, ``array``, ``string``, ``number``, ``boolean``, ``null`` – with
its name in ``key``: nothing is lost, and XSLT and XQuery turn it back (``xml-to-json``).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

NAMESPACE = "http://www.w3.org/2005/xpath-functions"
# What may not stand in XML 1.0, and the backslash by which it is then written as in JSON.
_ESCAPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINES = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def document(value: Any) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_element(value, None, NAMESPACE))}\n'


def _element(value: Any, key: str | None, namespace: str = "") -> Iterator[str]:
    kind, text, escaped = _read(value)
    named = f' xmlns="{namespace}"' if namespace else ""
    if key is not None:
        clean, marked = _written(key)
        named += f' key="{clean}"' + (' escaped-key="true"' if marked else "")
    if escaped:
        named += ' escaped="true"'
    yield f"<{kind}{named}>{text}"
    if isinstance(value, dict):
        for name in sorted(value):
            yield from _element(value[name], name)
    elif isinstance(value, list):
        for inner in value:
            yield from _element(inner, None)
    yield f"</{kind}>"


def _read(value: Any) -> tuple[str, str, bool]:
    """Kind, text, and whether that text is written with backslashes."""
    if isinstance(value, dict):
        return "map", "", False
    if isinstance(value, list):
        return "array", "", False
    if value is None:
        return "null", "", False
    if isinstance(value, bool):
        return "boolean", str(value).lower(), False
    if isinstance(value, str):
        return "string", *_written(value)
    return "number", json.dumps(value, allow_nan=False), False


def _written(text: str) -> tuple[str, bool]:
    marked = bool(_ESCAPED.search(text))
    if marked:
        text = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\\", "\\\\"))
    written = html.escape(text)
    for sign, entity in _LINES.items():
        written = written.replace(sign, entity)
    return written, marked
