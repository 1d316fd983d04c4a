"""What searches take of the memory, and what the process has taken already."""

import sys
from pathlib import Path

from gomoku.rules import Rules

_MOST_BYTES = 1 << 30


def bytes_per_simulation(rules: Rules) -> int:
    """Bytes that a search needs for every simulation of its budget, in each of its games."""
    # A row of 16-bit priors and one and a half nodes, twice: trees keep room to grow on.
    return 2 * (2 * rules.points + 100)


def games_at_once(rules: Rules, simulations: int) -> int:
    """How many games may be searched together with so many simulations each: those whose trees
    stay below 1 GiB, and at least one."""
    return max(1, _MOST_BYTES // (simulations * bytes_per_simulation(rules)))


def used_memory() -> int:
    """Bytes of memory the process takes now, or has taken at most; 0 where nobody can tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        import resource

        return pages * resource.getpagesize()
    except (OSError, ValueError, ImportError):
        pass
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
