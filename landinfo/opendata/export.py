"""Published editions → a dated folder of files with their checksums: all of it stands there, or none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from landinfo.files import tiled
from landinfo.files.digest import sha256
from landinfo.files.outlet import open_outlet
from landinfo.model import Edition, Refused, Rulebook
from landinfo.opendata import catalogue
from landinfo.opendata.rows import rows, table
from landinfo.plain import Plain
from landinfo.store import Store

FORMATS = (".gpkg", ".parquet", ".csv", ".pmtiles")
MANIFEST, SUMS, CATALOGUE = "files.json", "SHA256SUMS", "catalog.jsonld"
Progress = Callable[[str, float], None]


def export(store: Store, rulebook: Rulebook, folder: Path, known: date, address: str, progress: Progress) -> Path:
    """Write what is published as known on ``known`` into ``folder``/``known``, in place of what stands there.

    ``address`` is the service's own, for the catalogue. Raises ``Refused``: nothing is published, or it cannot be
    written.
    """
    editions = store.editions(known)
    if not editions:
        raise Refused("export-nothing", "--store", day=known)
    place = folder / known.isoformat()
    half = folder / f".{known.isoformat()}.half"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        told = []
        for n, edition in enumerate(editions):
            progress(edition.id, n / len(editions))
            told.append(_edition(edition, store, rulebook, half, known))
        _about(half, {"day": known.isoformat(), "title": store.facts().title, "editions": told}, rulebook, address)
        _swap(half, place)
    except OSError as wrong:
        said = wrong.strerror or str(wrong)[:120]
        raise Refused("file-cannot-be-written", "--out", file=str(folder), wrong=said) from wrong
    finally:
        shutil.rmtree(half, ignore_errors=True)
    progress(known.isoformat(), 1.0)
    return place


def manifest(folder: Path) -> Plain | None:
    """What the latest export in ``folder`` holds; None: there is none."""
    try:
        days = sorted(path for path in folder.iterdir() if (path / MANIFEST).is_file())
        return dict(json.loads((days[-1] / MANIFEST).read_text("utf-8"))) if days else None
    except OSError:
        return None


def described(edition: Edition, rulebook: Rulebook) -> Plain:
    """An edition as the manifest has it, without files."""
    theme = rulebook.themes.get(edition.layer)
    document = rulebook.documents.get(edition.document)
    return {
        "id": edition.id, "layer": edition.layer, "territory": edition.territory, "document": edition.document,
        "document_title": document and {"vi": document.title_vi, "en": document.title_en},
        "label": theme and {"vi": theme.label_vi, "en": theme.label_en},
        "effective_from": edition.effective_from.isoformat(),
        "effective_to": edition.effective_to and edition.effective_to.isoformat(),
        "published": edition.published.isoformat(), "simulated": edition.simulated, "source": edition.source,
        "rows": edition.rows, "files": [],
    }  # fmt: skip


def _edition(edition: Edition, store: Store, rulebook: Rulebook, half: Path, known: date) -> Plain:
    """The files of one edition; each row is read once for all of them."""
    outlets: list[tuple[Any, bool]] = []
    for ending in FORMATS[:3]:
        outlet, _ = open_outlet(half / f"{edition.id}{ending}", [table(edition.layer, ending == ".csv")], half, known)
        outlets.append((outlet, ending == ".csv"))
    try:
        for values, outline, wkt in rows(edition, store):
            for outlet, as_text in outlets:
                outlet.add(0, [*values, wkt] if as_text else values, None if as_text else outline)
    finally:
        for outlet, _ in outlets:
            outlet.close()
    names = [f"{edition.id}{ending}" for ending in FORMATS]
    tiled.write(half / names[0], half / names[3], edition.layer)
    files = [{"name": n, "bytes": (half / n).stat().st_size, "sha256": sha256(half / n)} for n in names]
    return described(edition, rulebook) | {"files": files}


def _about(half: Path, told: Plain, rulebook: Rulebook, address: str) -> None:
    """Manifest, catalogue and, last, the checksums of everything that is given out: not of the manifest."""
    made = catalogue.catalogue(told, address, rulebook.texts)
    for name, content in ((MANIFEST, told), (CATALOGUE, made)):
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        (half / name).write_text(text + "\n", "utf-8")
    files = sorted(path for path in half.iterdir() if path.name != MANIFEST)
    (half / SUMS).write_text("".join(f"{sha256(path)}  {path.name}\n" for path in files), "utf-8")


def _swap(half: Path, place: Path) -> None:
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.replace(old)
    half.replace(place)
    shutil.rmtree(old, ignore_errors=True)
