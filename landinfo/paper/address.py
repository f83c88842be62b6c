"""How the service is reached, as it stands on paper: never taken from a request, which could say anything."""

from __future__ import annotations

import re
from collections.abc import Mapping

from landinfo.model import BadInput

_ADDRESS = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?", re.IGNORECASE)


def public(environ: Mapping[str, str]) -> str:
    """``LANDINFO_ADDRESS`` without a slash at its end; where the server listens when it is not set.

    Raises ``BadInput``: it is not ``https://host``.
    """
    given = environ.get("LANDINFO_ADDRESS")
    if not given:
        return f"http://{environ.get('LANDINFO_HOST') or '127.0.0.1'}:{environ.get('LANDINFO_PORT') or '8000'}"
    bare = given.rstrip("/")
    if not _ADDRESS.fullmatch(bare):
        raise BadInput("setting-address", "LANDINFO_ADDRESS", given=given[:120])
    return bare
