"""Builds the sample cadastre from its recipe: parcels, price zones, plans and corridors of two wards, published.

The same recipe gives the same content: one seed, no clock. Streets and blocks come from ``streets``, lots from
``lots``, ``rows`` and ``faces``, certificates from ``parcels``, what happened to them from ``history``, how lots are
reached from ``access``, prices from ``zones``, plans from ``plans``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from landinfo.intake.editions import content_hash, edition_id, file_hashes, prepared
from landinfo.intake.lineage import linked, read_limits
from landinfo.intake.sample import plans
from landinfo.intake.sample.access import Access, reached
from landinfo.intake.sample.faces import Face, faces
from landinfo.intake.sample.history import Placed
from landinfo.intake.sample.parcels import parcels
from landinfo.intake.sample.streets import Ward, ward
from landinfo.intake.sample.zones import zones
from landinfo.model import Coverage, Edition, Feature, Parcel, PriceZone
from landinfo.store import SCHEMA_VERSION, Load, StoreFacts, create_store
from landinfo.store.communes import read_communes

Progress = Callable[[str, float], None]
Row = TypeVar("Row", Parcel, PriceZone, Feature, Coverage)
SOURCE = "data/sample/recipe.toml"


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn before it is published; lists run by ward."""

    wards: tuple[Ward, ...]
    faces: tuple[tuple[Face, ...], ...]
    accesses: tuple[Mapping[int, Access], ...]
    placed: tuple[Placed, ...]


def build(recipe: Path, url: str, known: date, progress: Progress) -> None:
    """Make a store at ``url`` and publish the sample into it.

    ``known`` is the day of the build; what is published later than it is left out. Raises ``Refused``: something
    stands at ``url`` already.
    """
    with recipe.open("rb") as file:
        plan: dict[str, Any] = tomllib.load(file)
    progress("thửa đất · parcels", 0.0)
    drawing = draw(plan)
    progress("vùng giá · price zones", 0.5)
    loads = [parcel_load(plan, drawing), zone_load(plan, drawing)]
    progress("quy hoạch · plans", 0.7)
    loads += [
        load(plan, layer.layer, layer.document, layer.first, layer.published, layer.cover, features=layer.features)
        for layer in plans.layers(plan, drawing.wards)
    ]
    progress("ghi · writing", 0.8)
    publish(loads, plan, recipe, url, known)
    progress("xong · done", 1.0)


def publish(loads: Sequence[Load], plan: Mapping[str, Any], recipe: Path, url: str, known: date) -> None:
    """Make a store at ``url`` of what was drawn and is published by ``known``."""
    communes, unions = read_communes(recipe.parent.parent)
    facts = StoreFacts(plan["title"], plan["crs"], SCHEMA_VERSION, simulated=True)
    store = create_store(url, facts, communes, unions)
    try:
        due = [load for load in loads if load.edition.published <= known]
        files = file_hashes(recipe)
        store.publish(due, events=[prepared(load, "", load.edition.published, files=files) for load in due])
    finally:
        store.close()


def draw(plan: Mapping[str, Any]) -> Drawing:
    """Wards, faces, ways and parcels, all from the recipe and its seed."""
    rng = np.random.default_rng(plan["seed"])
    wards = tuple(ward(each) for each in plan["ward"])
    drawn, accesses = [], []
    for each in wards:
        found, roads = faces(each, rng)
        lots = [i for i, face in enumerate(found) if face.held]
        drawn.append(tuple(found))
        accesses.append(dict(zip(lots, reached([found[i].shape for i in lots], roads), strict=True)))
    return Drawing(wards, tuple(drawn), tuple(accesses), tuple(parcels(plan, wards, drawn)))


def parcel_load(plan: Mapping[str, Any], drawing: Drawing) -> Load:
    """Every parcel with its days, in one edition."""
    rows = [p.parcel for p in drawing.placed]
    made = load(plan, "parcels", "SIM-BĐĐC", plan["first_day"], plan["published"], (), parcels=rows)
    return linked(made, read_limits())


def zone_load(plan: Mapping[str, Any], drawing: Drawing) -> Load:
    """Every price zone, in one edition."""
    found, cover = zones(plan, drawing.wards, drawing.faces, drawing.accesses)
    first, published = plan["prices_from"], plan["published"]
    return load(plan, "price_zones", "87/2025/NQ-HĐND", first, published, cover, zones=found)


def load(
    plan: Mapping[str, Any],
    layer: str,
    document: str,
    first: date,
    published: date,
    cover: Sequence[Coverage],
    *,
    parcels: Sequence[Parcel] = (),
    zones: Sequence[PriceZone] = (),
    features: Sequence[Feature] = (),
) -> Load:
    """One edition, named by what it holds."""
    rows: list[Parcel | PriceZone | Feature] = [*parcels, *zones, *features]
    digest = content_hash([*rows, *cover])
    name = edition_id(layer, plan["territory"], document, first, digest)
    edition = Edition(
        id=name,
        layer=layer,
        territory=plan["territory"],
        document=document,
        effective_from=first,
        published=published,
        withdrawn=None,
        content_hash=digest,
        simulated=True,
        source=SOURCE,
        rows=len(rows),
    )
    return Load(edition, _in(name, cover), _in(name, parcels), _in(name, features), _in(name, zones))


def _in(edition: str, rows: Sequence[Row]) -> list[Row]:
    return [replace(row, edition=edition) for row in rows]
