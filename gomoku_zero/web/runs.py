"""The training runs of a server's machine, as it shows them: curves, newest checkpoints, games.

Only what a listing found is ever opened: no path is made from what a visitor sends.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gomoku_zero.runs.folder import MAX_GAME_BYTES, is_below, newest_checkpoint, newest_games
from gomoku_zero.runs.metrics import METRICS_FILE, read_metrics

MAX_RUNS = 50
MAX_GAMES = 12
MAX_POINTS = 200

CURVES = ("ladder/elo", "loss/policy", "loss/value", "selfplay/plies")


@dataclass
class Runs:
    """The runs below some folders; a folder that is a run itself counts as well."""

    folders: list[Path]
    # By run, when its metrics were read and what they said.
    _known: dict[Path, tuple[tuple[int, int], dict[str, Any]]] = field(default_factory=dict)

    def found(self) -> dict[str, Path]:
        """The runs by name, those that wrote something last first."""
        found: list[tuple[float, Path]] = []
        for folder in self.folders:
            for file in [folder / METRICS_FILE, *sorted(folder.glob(f"*/{METRICS_FILE}"))]:
                if file.is_file() and is_below(file, folder):
                    found.append((file.stat().st_mtime, file.parent))
        newest = sorted(found, key=lambda pair: -pair[0])[:MAX_RUNS]
        named: dict[str, Path] = {}
        for _, run in newest:
            named.setdefault(run.name, run)
        return named

    def described(self) -> list[dict[str, Any]]:
        """All runs, ready to be sent: curves of at most `MAX_POINTS` points, and newest games."""
        return [
            {
                "name": name,
                **self._metrics(run),
                "checkpoint": checkpoint.name if (checkpoint := newest_checkpoint(run)) else None,
                "games": list(_games(run)),
            }
            for name, run in self.found().items()
        ]

    def game(self, run: str, name: str) -> str | None:
        """The SGF of a game that `described` lists; None if there is none."""
        folder = self.found().get(run)
        file = _games(folder).get(name) if folder is not None else None
        if file is None or file.stat().st_size > MAX_GAME_BYTES:
            return None
        return file.read_text(encoding="utf-8", errors="replace")

    def _metrics(self, run: Path) -> dict[str, Any]:
        stat = (run / METRICS_FILE).stat()
        version = stat.st_mtime_ns, stat.st_size
        if run not in self._known or self._known[run][0] != version:
            lines = read_metrics(run)
            counted = [line for line in lines if "run/games" in line]
            last = counted[-1] if counted else {}
            said = {
                "cycles": lines[-1]["cycle"] if lines else 0,
                "played": last.get("run/games", 0),
                "minutes": last.get("run/minutes", 0),
                "curves": {name: _curve(lines, name) for name in CURVES},
            }
            self._known[run] = version, said
        return self._known[run][1]


def _games(run: Path) -> dict[str, Path]:
    """The newest games of a run by file name."""
    return {file.name: file for file in newest_games(run, MAX_GAMES)}


def _curve(lines: list[dict[str, Any]], name: str) -> list[tuple[int, float]]:
    points = [
        (int(line["cycle"]), round(float(line[name]), 4))
        for line in lines
        if isinstance(line.get(name), int | float) and abs(line[name]) < 1e9
    ]
    step = -(-len(points) // MAX_POINTS) or 1
    return points[::-step][::-1]
