"""Play Gomoku in a window: `python play.py --help`."""

import sys

from gomoku_zero.commands import run

if __name__ == "__main__":
    sys.exit(run("play", sys.argv[1:]))
