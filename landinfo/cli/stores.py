"""``store``: maintenance."""

from __future__ import annotations

import argparse
from typing import Any

from landinfo import asked, present
from landinfo.cli.common import opened, print_both, store_option, today
from landinfo.model import Rulebook


def add(commands: Any) -> None:
    """Adds ``store upgrade | sign-off``."""
    parser = commands.add_parser("store", help="bảo trì kho dữ liệu · store maintenance")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    upgrade = actions.add_parser("upgrade", help="nâng cấp lược đồ, tất cả hoặc không · upgrade the schema")
    store_option(upgrade)
    upgrade.set_defaults(command=_upgrade)
    sign_off = actions.add_parser("sign-off", help="cần người thứ hai ký · ask for a second signature, or no more")
    sign_off.add_argument("wanted", choices=("on", "off"))
    sign_off.add_argument(
        "--by", default="", metavar="NAME", help="ai làm; phải có khi tắt · who does it; off needs it"
    )
    sign_off.add_argument("--known", metavar="DAY", help="ngày làm · day on which it is done (default today)")
    store_option(sign_off)
    sign_off.set_defaults(command=_sign_off)


def _upgrade(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.store.upgrade import upgrade

    before, after = upgrade(arguments.store)
    code = "store-upgraded" if before != after else "store-current"
    print_both(present.say(code, {"before": before, "after": after}, rulebook.texts))
    return 0


def _sign_off(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    day = asked.read_day("known", arguments.known) if arguments.known else today()
    with opened(arguments) as store:
        store.ask_sign_off(arguments.wanted == "on", arguments.by, day)
    print_both(present.say(f"edition-sign-off-{arguments.wanted}", {}, rulebook.texts))
    return 0
