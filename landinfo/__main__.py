"""``python -m landinfo …``"""

import os
import sys

from landinfo.cli import main

for stream in (sys.stdout, sys.stderr):
    # Windows gives a redirected stream a code page without Vietnamese letters.
    getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="replace")
try:
    code = main(sys.argv[1:])
    sys.stdout.flush()
except BrokenPipeError:  # the reader, such as head, has what it wanted
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    code = 1
sys.exit(code)
