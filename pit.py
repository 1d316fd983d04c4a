"""Measure players against each other: `python pit.py --help`."""

import sys

from gomoku_zero.commands import run

if __name__ == "__main__":
    sys.exit(run("pit", sys.argv[1:]))
