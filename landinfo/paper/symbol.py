"""The QR code of an address, as SVG."""

from __future__ import annotations

import io

import segno

LONGEST = 1200
"""Letters of an address that a telephone still reads from 34 mm of paper."""


def qr(address: str) -> str:
    """Byte mode in UTF-8, error correction at least M, with the quiet zone of four modules."""
    out = io.BytesIO()
    made = segno.make_qr(address, error="m", encoding="utf-8", mode="byte")
    made.save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, nl=False)
    return out.getvalue().decode()
