"""The timeline holds what every thread did."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions, positions_of
from mcts.player import Limit, Player
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer
from nets.timeline import LEARNING, TREE, TimedEvaluator, TimedPlayer, record_timeline, span


class Even:
    def evaluate(self, positions: Positions) -> Evaluation:
        rows = len(positions.cells)
        return Evaluation(np.ones(positions.cells.shape, np.float32), np.zeros(rows, np.float32))


def work(_: int) -> None:
    with span(TREE):
        TimedEvaluator(Even()).evaluate(positions_of([Board(Rules(5, 4))] * 3))


def test_a_timeline_has_the_spans_of_all_threads_even_after_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "new" / "run.json.gz"

    def fail_in_the_end() -> None:
        with record_timeline(file), ThreadPoolExecutor(1) as threads:
            list(threads.map(work, range(2)))
            with span(LEARNING):
                raise KeyError

    with pytest.raises(KeyError):
        fail_in_the_end()
    events = json.loads(gzip.decompress(file.read_bytes()))["traceEvents"]
    spans = [(e["name"], e["tid"]) for e in events if e.get("cat") == "user_annotation"]
    names = [name for name, _ in spans]
    assert names.count(TREE) == names.count("inference of 3") == 2
    assert names.count(LEARNING) == 1
    assert len({thread for _, thread in spans}) == 2


def test_a_timed_player_plays_the_same_moves_and_its_evaluations_are_spans(tmp_path: Path) -> None:
    board = Board(Rules(5, 4))

    def play(wrap: bool) -> list[int]:
        player: Player = SearchPlayer("search", Even(), SearchConfig(simulations=20))
        if wrap:
            player = TimedPlayer(player)
        moves = [choice.move for choice in player.choose_moves([board, board], Limit())]
        player.close()
        return moves

    file = tmp_path / "match.json"
    with record_timeline(file):
        timed = play(wrap=True)
    assert timed == play(wrap=False)
    events = json.loads(file.read_bytes())["traceEvents"]
    names = [e["name"] for e in events if e.get("cat") == "user_annotation"]
    assert names.count("tree of search") == 1
    assert names.count("inference of 2") >= 20
