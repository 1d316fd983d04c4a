"""Positions where a move that loses to threats is easily played, and who still plays one.

python -m experiments.blunders make net:models/15x15@200,vcf=0 --count 120
python -m experiments.blunders sift net:models/15x15@100000,vct=5000
python -m experiments.blunders ask net:models/15x15 --seconds 0.25

A position is kept if a player made a move there after which the threat solver finds a win for the
other side, while another of its moves stands. Sifting leaves out those that a long search proves to
be lost whatever is played: there nothing can be overlooked. `blunders.txt` has the rest, a line
each: the rules, and the moves from the empty board that lead there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from tqdm import tqdm

from gomoku.board import Board
from gomoku.notation import moves_from_text, moves_to_text
from gomoku.rules import Rules, variant_from_name
from gomoku.storage import write_whole
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.players.spec import Net, make_player, parse_spec
from mcts.player import MAX_SIMULATIONS, Limit, Player
from mcts.tree import Proof
from mcts.vct import solve_vct

FILE = Path(__file__).with_name("blunders.txt")

RULES = ("freestyle", "standard", "renju")
SIZE = 15

_REFUTING_NODES, _STANDING_NODES = 20_000, 100_000
"""Moves the solver tries to refute a move of those games, and in vain to refute another one."""

_ALTERNATIVES = 12
"""Moves that are tried, the best of the player's, before a position is taken to be lost."""


@dataclass(frozen=True)
class Make:
    """Let a player play itself, and collect where it blundered."""

    player: Annotated[str, tyro.conf.Positional]
    count: int = 120
    """Positions for each of the rules."""
    seed: int = 0
    out: Path = FILE


@dataclass(frozen=True)
class Sift:
    """Leave out the positions that this player proves to be lost."""

    player: Annotated[str, tyro.conf.Positional]
    file: Path = FILE


@dataclass(frozen=True)
class Ask:
    """Let a player choose a move in each position, and see which of them lose to threats."""

    player: Annotated[str, tyro.conf.Positional]
    seconds: float = 0.25
    """For a move."""
    most: int | None = None
    """Positions of each of the rules; all by default."""
    nodes: int = 100_000
    """Moves the solver tries to refute what was played."""
    file: Path = FILE


def main() -> None:
    """Run the command line."""
    options = tyro.extras.subcommand_cli_from_dict(
        {"make": Make, "sift": Sift, "ask": Ask}, description=__doc__
    )
    match options:
        case Make():
            make(options)
        case Sift():
            sift(options)
        case Ask():
            ask(options)


def make(options: Make) -> None:
    """Write the file; what there is already is kept."""
    lines = options.out.read_text(encoding="ascii").splitlines() if options.out.exists() else []
    for name in RULES:
        rules = Rules(SIZE, 5, variant_from_name(name))
        player = make_player(options.player, seed=options.seed)
        count = sum(line.startswith(name) for line in lines)
        with tqdm(total=options.count, initial=count, unit="position", desc=name) as bar:
            for board in blunders(rules, player, options.seed):
                if bar.n >= options.count:
                    break
                line = f"{name} {moves_to_text(board.moves, SIZE)}"
                if line not in lines:
                    lines.append(line)
                    write_whole(options.out, "".join(f"{each}\n" for each in lines).encode())
                    bar.update()


def blunders(rules: Rules, player: Player, seed: int) -> Iterator[Board]:
    """Positions of a player's games against itself before it blundered, one a game, without end."""
    for opening in random_openings(rules, 10_000, seed):
        board = Board.from_moves(rules, opening)
        while board.outcome is None:
            *_, analysis = player.analyse(board, Limit())
            board.push(analysis.best_move)
            if board.outcome is None and loses(board, _REFUTING_NODES):
                board.pop()
                # The first one is the blunder itself.
                others = [each.move for each in analysis.candidates[1 : 1 + _ALTERNATIVES]]
                if any(stands(board, move) for move in others):
                    yield board
                break


def loses(board: Board, nodes: int) -> bool:
    """Return whether the solver finds a win by threats for the side to move."""
    return solve_vct(board, nodes) is not None


def stands(board: Board, move: int) -> bool:
    """Return whether the solver does not refute a move."""
    board.push(move)
    stood = board.outcome is not None or not loses(board, _STANDING_NODES)
    board.pop()
    return stood


def sift(options: Sift) -> None:
    """Write the file without the positions that are lost."""
    kept: list[str] = []
    for name in RULES:
        rules = Rules(SIZE, 5, variant_from_name(name))
        player = make_player(options.player)
        lines = options.file.read_text(encoding="ascii").splitlines()
        for line in tqdm([each for each in lines if each.startswith(name)], desc=name):
            board = Board.from_moves(rules, moves_from_text(line.split(None, 1)[1], SIZE))
            *_, analysis = player.analyse(board, Limit())
            if analysis.proof != Proof.LOSS:
                kept.append(line)
        player.close()
    write_whole(options.file, "".join(f"{line}\n" for line in kept).encode())
    print(f"{len(kept)} of {len(lines)} positions are kept")


def ask(options: Ask) -> None:
    """Print how many moves lose to threats, by rules."""
    spec = parse_spec(options.player)
    timed = isinstance(spec, Net) and spec.simulations is None
    limit = Limit(MAX_SIMULATIONS if timed else None, options.seconds)
    total = refuted = 0
    for name in RULES:
        rules = Rules(SIZE, 5, variant_from_name(name))
        player = make_player(options.player)
        positions = [
            moves_from_text(line.split(None, 1)[1], SIZE)
            for line in options.file.read_text(encoding="ascii").splitlines()
            if line.startswith(name)
        ][: options.most]
        wrong = 0
        for moves in tqdm(positions, unit="position", desc=name, leave=False):
            board = Board.from_moves(rules, moves)
            board.push(player.choose_moves([board], limit)[0].move)
            wrong += board.outcome is None and loses(board, options.nodes)
        player.close()
        total, refuted = total + len(positions), refuted + wrong
        _report(name, wrong, len(positions))
    _report("together", refuted, total)


def _report(name: str, wrong: int, count: int) -> None:
    print(f"{name:10} {wrong:4} of {count} lose to threats, {wrong / count:.1%}", flush=True)


if __name__ == "__main__":
    main()
