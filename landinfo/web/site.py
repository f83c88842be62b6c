"""What one running application holds. Made once, only read afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from landinfo.model import Rulebook
from landinfo.store import Store
from landinfo.store.kept_tiles import KeptTiles
from landinfo.store.register import Register
from landinfo.store.rulebook import Term
from landinfo.web.ground import CommuneGround, Ground
from landinfo.web.kept import KeptAnswers, KeptEditions
from landinfo.web.maps import Drawn
from landinfo.web.settings import Settings
from landinfo.web.tiers import Keys


@dataclass(frozen=True, slots=True)
class Site:
    """The parts every request uses. ``today`` gives the day when a question names none; ``begun``: rules were read."""

    settings: Settings
    store: Store
    rulebook: Rulebook
    today: Callable[[], date]
    ground: Ground
    draw: Callable[[], Drawn]
    glossary: Mapping[str, Term]
    register: Register
    tiles: KeptTiles
    communes: CommuneGround
    begun: datetime
    keys: Keys
    answers: KeptAnswers
    editions: KeptEditions

    @property
    def drawn(self) -> Drawn:
        """The map, drawn when it is first asked for."""
        return self.draw()


def site() -> Site:
    """The running application's parts."""
    found: Site = current_app.extensions["landinfo"]
    return found
