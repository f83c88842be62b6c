"""What an operator may set, read from the environment once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from landinfo.model import BadInput
from landinfo.paper import address
from landinfo.store import is_postgis

ROOT = Path(__file__).resolve().parents[2]
_TEMPLATE = re.compile(r"(?:(https?://)(\{s\}\.)?([a-z0-9.-]+(?::\d{1,5})?))?/[^\s\"'<>;,]*", re.IGNORECASE)
_MOST_PROXIES = 10
RATE = re.compile(r"[1-9]\d{0,6} per (second|minute|hour|day)", re.ASCII)
RATE_LIMIT = "600 per minute"
"""Of a server that says nothing: a reader at the map asks a few times a second, and many may share an address."""

REPORT_LIMIT = "20 per hour"
"""Of the same server for reporting errors: an office behind one address may have several."""
BATCH_LIMIT = "20 per hour"
"""Of the same server for lists of many parcels."""
CONTACT_DAYS, MOST_CONTACT_DAYS = 90, 3650


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data stand and what lies around the server.

    ``trusted_proxies`` is the number of proxies in front, whose X-Forwarded-* and X-Request-ID headers count.
    ``basemap`` is a tile address such as ``https://{s}.example.org/{z}/{x}/{y}.png``; with it, and only with it, pages
    load from another host. ``address`` is how the service is reached, as it stands on extracts; ``register`` where the
    issued ones and reported errors are kept ("": beside the store). ``connections`` is the number of PostGIS
    connections, at least one for each thread. ``tiles`` is the folder of drawn tiles ("": beside a GeoPackage; "none":
    nowhere), of at most ``tiles_mb`` MB; ``answers_mb`` is what each process keeps of its answers. ``rate_limit`` is
    what one address may ask, such as ``300 per minute``, ``report_limit`` what it may report; "" is no limit. A
    reporter's contact is kept for ``contact_days``; 0: none is asked for. Lists to answer at once stand in the folder
    ``jobs`` ("": beside a GeoPackage) for ``batch_hours``; one holds at most ``batch_mb`` MB and ``batch_rows`` rows,
    ``batch_jobs`` are answered at a time, ``batch_limit`` is what one address may hand in. ``keys`` is the file of keys
    ("": there are none). ``open_data`` is the folder of exports ("": beside a GeoPackage).
    """

    store: str = str(ROOT / "data" / "sample" / "sample.gpkg")
    data: Path = ROOT / "data"
    trusted_proxies: int = 0
    basemap: str = ""
    basemap_attribution: str = ""
    connections: int = 8
    rate_limit: str = ""
    report_limit: str = ""
    rate_storage: str = "memory://"
    address: str = "http://127.0.0.1:8000"
    register: str = ""
    tiles: str = ""
    tiles_mb: int = 512
    answers_mb: int = 16
    contact_days: int = CONTACT_DAYS
    open_data: str = ""
    jobs: str = ""
    batch_mb: int = 32
    batch_rows: int = 100_000
    batch_hours: int = 24
    batch_jobs: int = 2
    batch_limit: str = ""
    keys: str = ""

    def beside(self, named: str, kind: str) -> Path:
        """The folder ``named``; "": ``sample.<kind>`` beside a GeoPackage, ``landinfo.<kind>`` of a PostGIS store."""
        return Path(
            named or (f"landinfo.{kind}" if is_postgis(self.store) else Path(self.store).with_suffix(f".{kind}"))
        )

    @property
    def basemap_source(self) -> str:
        """The basemap's host as a source of a Content-Security-Policy; "" for tiles of this host, or none."""
        found = _TEMPLATE.fullmatch(self.basemap)
        if not found or not found[1]:
            return ""
        return f"{found[1]}{'*.' if found[2] else ''}{found[3]}"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Settings from ``LANDINFO_*``; what is not set or empty keeps its default. Raises ``BadInput``."""
    proxies = _number(environ, "LANDINFO_TRUSTED_PROXIES", 0, _MOST_PROXIES)
    basemap = environ.get("LANDINFO_BASEMAP", "")
    if basemap and not (_TEMPLATE.fullmatch(basemap) and {"{z}", "{x}", "{y}"} <= set(re.findall(r"\{\w\}", basemap))):
        raise BadInput("setting-basemap", "LANDINFO_BASEMAP", given=basemap[:120])
    default = Settings()
    return Settings(
        store=environ.get("LANDINFO_STORE") or default.store,
        data=Path(environ.get("LANDINFO_DATA") or default.data),
        trusted_proxies=proxies,
        basemap=basemap,
        basemap_attribution=environ.get("LANDINFO_BASEMAP_ATTRIBUTION", ""),
        connections=_number(environ, "LANDINFO_THREADS", default.connections, 256),
        rate_limit=_limit(environ, "LANDINFO_RATE_LIMIT", RATE_LIMIT),
        report_limit=_limit(environ, "LANDINFO_REPORT_LIMIT", REPORT_LIMIT),
        rate_storage=environ.get("LANDINFO_RATE_STORAGE") or default.rate_storage,
        address=address.public(environ),
        register=environ.get("LANDINFO_REGISTER", ""),
        tiles=environ.get("LANDINFO_TILES", ""),
        tiles_mb=_number(environ, "LANDINFO_TILES_MB", default.tiles_mb, 1_000_000),
        answers_mb=_number(environ, "LANDINFO_ANSWERS_MB", default.answers_mb, 100_000),
        open_data=environ.get("LANDINFO_OPEN_DATA", ""),
        jobs=environ.get("LANDINFO_BATCH_FOLDER", ""),
        batch_mb=_number(environ, "LANDINFO_BATCH_MB", default.batch_mb, 4_000),
        batch_rows=_number(environ, "LANDINFO_BATCH_ROWS", default.batch_rows, 2_000_000),
        batch_hours=_number(environ, "LANDINFO_BATCH_HOURS", default.batch_hours, 8_760),
        batch_jobs=_number(environ, "LANDINFO_BATCH_JOBS", default.batch_jobs, 64),
        batch_limit=_limit(environ, "LANDINFO_BATCH_LIMIT", BATCH_LIMIT),
        keys=environ.get("LANDINFO_KEYS", ""),
        contact_days=_number(environ, "LANDINFO_CONTACT_DAYS", CONTACT_DAYS, MOST_CONTACT_DAYS),
    )


def _limit(environ: Mapping[str, str], name: str, default: str) -> str:
    given = environ.get(name) or default
    if given != "none" and not RATE.fullmatch(given):
        raise BadInput("setting-rate-limit", name, given=given[:40])
    return "" if given == "none" else given


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    given = environ.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and int(given) <= most):
        raise BadInput("setting-number", name, given=given[:40], most=most)
    return int(given)
