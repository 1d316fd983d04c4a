"""Our player as a Gomocup engine, for Piskvork and other managers."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Be an engine until END; returns the exit status of one that cannot start."""
    from gomoku_zero.brain import process

    return process.main(arguments)
