"""What the command line says of files before they are loaded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from landinfo.model import Rulebook


def add(commands: Any) -> None:
    """Adds ``guess``."""
    parser = commands.add_parser("guess", help="đoán bảng nối trường, chỉ in ra · show a guessed field map")
    parser.add_argument("file", type=Path)
    parser.add_argument("--layer", help="tên lớp, khi tệp có nhiều lớp · which layer")
    parser.set_defaults(command=_guess)


def _guess(arguments: argparse.Namespace, rulebook: Rulebook) -> int:
    from landinfo.intake import findings
    from landinfo.intake.guess import guess

    made = guess(arguments.file, arguments.layer, rulebook)
    print("\n".join(made.lines))
    print("\n".join(findings.written(made.findings, rulebook.texts)), file=sys.stderr)
    return 0
