"""A PDF as a reader sees it: its text by page, and what its QR code says."""

from __future__ import annotations

import re

import numpy as np
import pypdfium2
import zxingcpp

_SPACE = re.compile(r"[\s\u00a0\u202f]+")


def pages(pdf: bytes) -> list[str]:
    """The text of each page, spaces and line ends drawn together to one space."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_plain(document[n].get_textpage().get_text_bounded()) for n in range(len(document))]
    finally:
        document.close()


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.replace("\ufffe", "").replace("\r\n", " "))


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def squeezed(words: str) -> str:
    """Without any space: a line may break anywhere in a long word."""
    return _SPACE.sub("", words)


def codes(pdf: bytes, page: int = 0) -> list[str]:
    """What the QR codes of a page say."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = np.ascontiguousarray(document[page].render(scale=4, grayscale=True).to_numpy())
        return [found.text for found in zxingcpp.read_barcodes(drawn.reshape(drawn.shape[:2]))]
    finally:
        document.close()
