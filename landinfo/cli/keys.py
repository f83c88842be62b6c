"""``key``: a new key for the operator's file, which holds its digest alone."""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
from datetime import date
from typing import Any

from landinfo import asked, present
from landinfo.cli.common import print_both
from landinfo.model import Rulebook

TIERS = ("key", "staff")


def add(commands: Any) -> None:
    """Adds ``key new``."""
    parser = commands.add_parser("key", help="khóa API · keys of the API")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    new = actions.add_parser("new", help="tạo một khóa và mục của nó trong tệp · make a key and its entry")
    new.add_argument("--name", required=True, help="cấp cho ai · whom it is for")
    new.add_argument("--tier", choices=TIERS, default=TIERS[0])
    new.add_argument("--until", metavar="DAY", help="ngày đầu tiên hết hiệu lực · first day on which it is not valid")
    new.set_defaults(command=_new)


def _new(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    """Print the key, which nothing keeps, and the lines for the file that LANDINFO_KEYS names."""
    until: date | None = asked.read_day("until", arguments.until) if arguments.until else None
    key = secrets.token_urlsafe(32)
    print_both(present.say("key-made", {"key": key}, rulebook.texts))
    # A JSON string is a TOML string, too.
    entry = {"name": arguments.name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "tier": arguments.tier}
    print("\n[[key]]")
    for name, value in entry.items():
        print(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    if until:
        print(f"until = {until}")
    return 0
