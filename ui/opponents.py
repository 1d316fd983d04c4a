"""Who can be played against: trained checkpoints found on disk, pure search, simple players."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gomoku.rules import Rules
from nets.checkpoint import CheckpointError, read_meta

STRENGTHS = (25, 100, 400, 1600, 6400)  # simulations a move
PURE_STRENGTHS = (200, 1000, 5000, 20_000, 100_000)
NORMAL_STRENGTH = 2


@dataclass(frozen=True, slots=True)
class Opponent:
    """A kind of player to choose.

    base: its spec without the strength.
    separator: what stands between base and strength; "" if it has none.
    rules: what it can play; empty for anything.
    hours: how long it was trained.
    """

    name: str
    base: str
    separator: str = ""
    strengths: tuple[int, ...] = ()
    rules: tuple[Rules, ...] = ()
    hours: float = 0.0

    def spec(self, strength: int) -> str:
        """The spec at a strength, an index that is cut to those there are."""
        if not self.strengths:
            return self.base
        index = min(max(strength, 0), len(self.strengths) - 1)
        return f"{self.base}{self.separator}{self.strengths[index]}"

    def plays(self, rules: Rules) -> bool:
        return not self.rules or rules in self.rules

    def sizes(self) -> str:
        """The board sizes it knows, such as "6x6" or "9x9-15x15"; "" for any."""
        sizes = sorted({rules.size for rules in self.rules})
        if not sizes:
            return ""
        first, last = f"{sizes[0]}x{sizes[0]}", f"{sizes[-1]}x{sizes[-1]}"
        return first if first == last else f"{first}-{last}"

    def about(self) -> str:
        """Its board sizes, the rules if it knows only one, and how long it was trained."""
        parts = [self.sizes()]
        if len(self.rules) == 1:
            parts.append(f"{self.rules[0].variant_name} {self.rules[0].win_length}")
        if self.hours >= 0.05:
            parts.append(f"{self.hours:.1f} h")
        return ", ".join(part for part in parts if part)


PURE = Opponent("pure_search", "pure", ":", PURE_STRENGTHS)
GREEDY = Opponent("greedy_player", "greedy")
RANDOM = Opponent("random_player", "random")


def find_checkpoints(folders: Iterable[Path]) -> list[Path]:
    """Folders below these that hold a checkpoint; of a training run only the newest one."""
    found: list[Path] = []
    for folder in folders:
        newest: dict[Path, Path] = {}
        for meta in sorted(folder.glob("**/meta.json")):
            checkpoint = meta.parent
            is_of_run = checkpoint.parent.name == "checkpoints"
            newest[checkpoint.parent if is_of_run else checkpoint] = checkpoint
        found.extend(newest.values())
    return found


def list_opponents(folders: Iterable[Path]) -> list[Opponent]:
    """Every opponent there is: networks in the order of the folders, the largest board first, then
    the others; checkpoints that cannot be read are left out."""
    networks: list[Opponent] = []
    for folder in folders:
        found = []
        for checkpoint in find_checkpoints([folder]):
            try:
                meta = read_meta(checkpoint)
            except CheckpointError:
                continue
            rules = tuple(meta.rules)
            spec = f"net:{checkpoint}"
            found.append(Opponent(meta.name, spec, "@", STRENGTHS, rules, meta.seconds / 3600))
        networks += sorted(found, key=lambda network: -max(r.size for r in network.rules))
    return [*networks, PURE, GREEDY, RANDOM]


def opponent_of(spec: str, opponents: Iterable[Opponent]) -> tuple[Opponent, int]:
    """The listed opponent that a spec means and its strength; a new one if none is listed."""
    listed = list(opponents)
    for opponent in listed:
        for strength in range(max(1, len(opponent.strengths))):
            if opponent.spec(strength) == spec:
                return opponent, strength
    for opponent in listed:
        start = opponent.base + opponent.separator
        number = spec.removeprefix(start)
        if opponent.strengths and spec.startswith(start) and number.isdigit():
            return replace(opponent, strengths=(int(number),)), 0
    return Opponent(spec, spec), 0
