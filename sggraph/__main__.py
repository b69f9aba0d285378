"""``python -m sggraph`` is the command ``sggraph``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
