"""Run folders and journals as training and `pit` write them, of a moment."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from gomoku.board import Outcome, Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK, WHITE, Rules
from gomoku_zero.arena.journal import Entry, Journal
from gomoku_zero.arena.match import MatchResult, PairResult
from gomoku_zero.runs.live import Live, write_live
from gomoku_zero.runs.rungs import Rung, player_name
from gomoku_zero.runs.sample_games import sample_to_sgf

SIX = Rules(size=6, win_length=4)
GAME = (14, 0, 15, 1, 20, 2, 21)


def pair_of(index: int, name_a: str, name_b: str, *, won: bool) -> PairResult:
    """A pair in which A won both games, or lost both."""
    first, second = (BLACK, WHITE) if won else (WHITE, BLACK)
    return PairResult(
        index,
        (
            GameRecord(SIX, GAME, Outcome(first, Termination.LINE), name_a, name_b),
            GameRecord(SIX, GAME, Outcome(second, Termination.LINE), name_b, name_a),
        ),
    )


def rung_of(cycle: int, opponent: str, wins: Sequence[bool]) -> Rung:
    name = player_name(cycle)
    pairs = tuple(pair_of(i, name, opponent, won=won) for i, won in enumerate(wins))
    return Rung(cycle, MatchResult(name, opponent, SIX, pairs))


def row_of(cycle: int, **more: Any) -> dict[str, Any]:
    """The metrics of a cycle of half a minute."""
    return {
        "cycle": cycle,
        "run/minutes": cycle / 2,
        "run/games": 100 * cycle,
        "run/positions": 1500 * cycle,
        "loss/policy": 3 / cycle,
        "loss/value": 1 / cycle,
        "alarm/short_games": 0,
        **more,
    }


def add_lines(file: Path, *rows: object) -> None:
    with file.open("ab") as stream:
        for row in rows:
            stream.write(msgspec.json.encode(row) + b"\n")


def make_run(run: Path, cycles: int = 4, *, minutes: float = 5.0) -> Path:
    """A run on 6x6 that was evaluated after its second and its last cycle."""
    run.mkdir(parents=True)
    game = {"size": 6, "win_length": 4}
    (run / "config.json").write_text(json.dumps({"name": "6x6", "minutes": minutes, "game": game}))
    for cycle in range(1, cycles + 1):
        add_lines(run / "metrics.jsonl", row_of(cycle))
        if cycle in (2, cycles):
            elo = {"ladder/elo": 90.0 * cycle, "ladder/elo_low": 0.0, "ladder/elo_high": 500.0}
            add_lines(run / "metrics.jsonl", {"cycle": cycle, **elo})
            add_lines(run / "ladder.jsonl", rung_of(cycle, "greedy", [True, False]))
            add_lines(run / "ladder.jsonl", rung_of(cycle, "pure:100", [True] * cycle + [False]))
        for number in (1, 2):
            game_file = run / f"games/{cycle:06d}-{number}.sgf"
            game_file.parent.mkdir(exist_ok=True)
            record = GameRecord(SIX, GAME[: 4 + number], None, "self", "self", opening_plies=2)
            game_file.write_text(sample_to_sgf(record))
    write_live(
        run, Live(doing="playing", cycle=cycles + 1, seconds=30.0 * cycles, budget=60 * minutes)
    )
    return run


def settings_of_match(*players: str) -> dict[str, Any]:
    """What `pit` writes into the first line."""
    return {
        "players": [[name, "digest"] for name in players],
        "rules": list(SIX),
        "openings": "random",
        "seed": 3,
        "seconds": [None] * len(players),
    }


def make_journal(file: Path, wins: Sequence[bool], players: Sequence[str]) -> Path:
    with Journal(file, settings_of_match(*players), resume=False) as journal:
        for index, won in enumerate(wins):
            journal.append(Entry(0, 1, pair_of(index, players[0], players[1], won=won)))
    return file
