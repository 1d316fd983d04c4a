"""`python -m gomoku_zero` is the command `gomoku-zero`."""

import sys

from gomoku_zero.commands import main

if __name__ == "__main__":
    sys.exit(main())
