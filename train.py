"""Train an agent by self-play: `python train.py --help`."""

import sys

from gomoku_zero.commands import run

if __name__ == "__main__":
    sys.exit(run("train", sys.argv[1:]))
