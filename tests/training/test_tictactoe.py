"""The whole loop learns a game to perfection."""

from pathlib import Path

import msgspec
import pytest

from gomoku.board import Board
from gomoku.rules import BLACK, WHITE, Color
from gomoku_zero.training.config_file import read_config
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.run_folder import RunFolder
from mcts.player import Limit
from mcts.search import SearchConfig
from mcts.search_player import SearchPlayer
from nets.checkpoint import load_checkpoint
from nets.evaluator import NetEvaluator

ROOT = Path(__file__).parents[2]


def losing_lines(player: SearchPlayer, color: Color, board: Board) -> list[tuple[int, ...]]:
    """Every line of play the player loses with a color, whatever the opponent tries."""
    if board.outcome is not None:
        return [board.moves] if board.outcome.winner == color.other else []
    if board.to_move == color:
        replies = [player.choose_moves([board.copy()], Limit(simulations=25))[0].move]
    else:
        replies = [int(move) for move in board.legal_moves()]
    lost = []
    for move in replies:
        board.push(move)
        lost += losing_lines(player, color, board)
        board.pop()
    return lost


@pytest.mark.slow
def test_tictactoe_is_learned_perfectly(tmp_path: Path) -> None:
    config = msgspec.structs.replace(
        read_config(ROOT / "configs" / "tictactoe.toml"), minutes=1000.0, cycles=40
    )
    folder = RunFolder(tmp_path)
    trainer = Trainer(config, folder, folder.begin(resume=False))
    with RunLog(tmp_path, seconds=60, done_seconds=0, last_cycle=0) as log:
        trainer.run(log)
    net = load_checkpoint(folder.checkpoint(40)).net
    player = SearchPlayer("net", NetEvaluator(net, device="cpu"), SearchConfig(simulations=25))
    for color in (BLACK, WHITE):
        assert losing_lines(player, color, Board(config.game.to_rules())) == []
