"""``python -m landinfo …``"""

import sys

from landinfo.cli import main

sys.exit(main(sys.argv[1:]))
