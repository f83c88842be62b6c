"""What people type → what to look for: parcels, communes old and new, coordinates, lists of corners, names.

Each kind of knowledge stands once: folding, words and short forms (also for the price list's streets), communes,
the grammar of a parcel, coordinates. ``reading.read`` puts them together.
"""

from __future__ import annotations

from landinfo.search.communes import resolve
from landinfo.search.folding import fold
from landinfo.search.parcels import ParcelAsked, parse_parcel

__all__ = ["ParcelAsked", "fold", "parse_parcel", "resolve"]
