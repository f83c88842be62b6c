"""Shares of whole territories: what is kept is read page by page, what is not is measured like an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from landinfo import overlay, valuation
from landinfo.model import Busy, Measured, Parcel, ParcelRef, Theme
from landinfo.store import Share, Store, Surroundings

PAGE = 5_000
"""Parcels that are read at once: with each page the store tells whether rows were added or taken away by hand."""


def ways(themes: Mapping[str, Theme]) -> dict[str, str]:
    """How each theme, and the price zones, are measured today: what a store's measures must have been made by."""
    return {name: overlay.way(theme) for name, theme in themes.items()} | {
        valuation.ZONES.id: overlay.way(valuation.ZONES)
    }


def of_all(
    store: Store, themes: Mapping[str, Theme], on: date, known: date
) -> Iterator[tuple[ParcelRef, tuple[Share, ...]]]:
    """Every parcel in force with the rows of all themes, as an answer has them, in the order of the store."""
    after: int | None = 0
    made = ways(themes)
    while after is not None:
        page = store.shares(made, on, known, PAGE, after)
        for ref, kept in page.rows:
            yield ref, of(store, ref, themes, on, known) if kept is None else kept
        after = page.after


def of(store: Store, ref: ParcelRef, themes: Mapping[str, Theme], on: date, known: date) -> tuple[Share, ...]:
    """The rows of all themes of one parcel. Raises ``Busy``: it went while it was asked about."""
    numbered = store.parcels([ref.series], ref.sheet, ref.number, on, known)
    parcel = next((p for p in numbered if p.ref == ref), None)
    if parcel is None:
        raise Busy("store-changed", "store")
    around = store.surroundings(parcel, tuple(themes), on, known)
    return tuple(
        Share(theme.id, row.kind, row.designation, row.area, row.percent)
        for theme, layer in zip(themes.values(), around.themes, strict=True)
        for row in overlay.measure(parcel, theme, layer).rows
    )


def measured(parcel: Parcel, around: Surroundings, themes: Mapping[str, Theme]) -> dict[str, Measured]:
    """Layer → its measure, as a store keeps it; price zones too."""
    found = {
        theme.id: overlay.kept(parcel, theme, layer)
        for theme, layer in zip(themes.values(), around.themes, strict=True)
    }
    zones = around.zones_measured
    if zones is None or zones.way != overlay.way(valuation.ZONES):
        layer = valuation.zone_layer(around.zones_held.coverage, around.zones, around.zones_held.held)
        zones = overlay.kept(parcel, valuation.ZONES, layer)
    return found | {valuation.ZONES.id: zones}
