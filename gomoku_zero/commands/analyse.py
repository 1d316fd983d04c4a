"""Analysis for other programs: positions in, candidate moves out, one JSON object a line.

    echo '{"id": 1, "moves": "h8 h9 i8", "size": 15}' |
        gomoku-zero analyse pure:10000

A request has `moves` (a text such as "h8 h9", from the empty board) or `position` (a drawing as
`Board.to_text` makes, with `to_move` "black" or "white" where the counts do not say); either may
also be any other text that `gomoku-zero record` reads, such as SGF or a `BOARD` dialogue. It may
have `size`, `win_length` and `rules`, `simulations`, and an `id` of any kind, which the answer
repeats, also where the request is wrong.
Requests that wait are searched together; answers come in the order of the requests. A line that is
not a request is answered by an object with an `error`.

An answer tells `to_move`, and from that side's view `win_rate` in [0, 1], `proof` (win, loss, draw
or unknown) with `distance` in plies, `line` (the moves expected) and `candidates`, the best move
first and then the most visited, each with `move`, `visits`, `win_rate`, `prior` and a `line` of its
own. A finished game has an `outcome` instead.
"""

import math
import os
import queue
import sys
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
import tyro

from gomoku.board import Board, IllegalMoveError, PositionError
from gomoku.formats import read_games
from gomoku.formats.replay import cut_short
from gomoku.formats.words import rules_from_words
from gomoku.notation import NotationError, move_to_text, moves_from_text
from gomoku.record import RecordError
from gomoku.rules import BLACK, WHITE, Color, Rules, RulesError, variant_from_name
from gomoku_zero.commands import fail, program
from gomoku_zero.players.spec import Net, Pure, SpecError, parse_spec
from mcts.evaluation import Evaluator
from mcts.memory import games_at_once
from mcts.search import Search, SearchConfig

MAX_SIMULATIONS = 1_000_000


class RequestError(ValueError):
    """A line that asks for nothing we can answer."""


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """A position to analyse; see the module."""

    id: Any = None
    moves: str | None = None
    position: str | None = None
    to_move: str | None = None
    size: int | None = None
    win_length: int | None = None
    rules: str | None = None
    simulations: int | None = None


class Analyst:
    """Analyses batches of requests with one evaluator."""

    def __init__(
        self, evaluator: Evaluator, config: SearchConfig, rules: Rules, candidates: int = 10
    ) -> None:
        """
        config: how to search, with the simulations for requests that do not say.
        rules: for what requests leave open.
        candidates: how many moves an answer has at most.
        """
        self._evaluator = evaluator
        self._config = config
        self._rules = rules
        self._candidates = candidates

    def answer(self, lines: Sequence[bytes]) -> list[dict[str, Any]]:
        """One answer for each line, in order."""
        answers: dict[int, dict[str, Any]] = {}
        groups: dict[tuple[Rules, int], list[tuple[int, Any, Board]]] = {}
        for index, line in enumerate(lines):
            identity: Any = None
            try:
                request = _decode(line)
                identity = request.id
                board = self._board(request)
                simulations = self._count(request)
            except (
                RequestError,
                RulesError,
                NotationError,
                PositionError,
                IllegalMoveError,
            ) as error:
                answers[index] = {"id": _identity(line), "error": str(error)}
                continue
            if board.outcome is not None:
                answers[index] = {"id": identity, "outcome": _outcome(board)}
            else:
                groups.setdefault((board.rules, simulations), []).append((index, identity, board))
        for (rules, simulations), group in groups.items():
            most = games_at_once(rules, simulations)
            for first in range(0, len(group), most):
                answers |= self._answer_together(rules, simulations, group[first : first + most])
        return [answers[index] for index in range(len(lines))]

    def _answer_together(
        self, rules: Rules, simulations: int, group: Sequence[tuple[int, Any, Board]]
    ) -> dict[int, dict[str, Any]]:
        """Answers by the index of their request, for an index, an identity and a board each."""
        try:
            search = self._search(rules, simulations, [board for _, _, board in group])
        except ValueError as error:  # a network that does not know these rules
            return {index: {"id": name, "error": str(error)} for index, name, _ in group}
        return {
            index: {"id": identity, **self._plain(board, search, game)}
            for game, (index, identity, board) in enumerate(group)
        }

    def _search(self, rules: Rules, simulations: int, boards: Sequence[Board]) -> Search:
        config = replace(self._config, simulations=simulations, leaves=1, keep_tree=False)
        search = Search(rules, self._evaluator, config, len(boards))
        search.begin(boards, simulations)
        search.run_until(math.inf)
        return search

    def _board(self, request: Request) -> Board:
        rules = self._rules
        if request.size is not None:
            rules = rules._replace(size=request.size)
        if request.win_length is not None:
            rules = rules._replace(win_length=request.win_length)
        if request.rules is not None:
            rules = rules._replace(variant=_variant(request.rules))
        rules = rules.validated()
        color = _color(request.to_move)
        if request.position is None:
            moves = request.moves or ""
            try:
                return Board.from_moves(rules, moves_from_text(moves, rules.size))
            except NotationError as error:
                return _board_in_words(moves, request, rules, color, error)
        if request.moves is not None:
            raise RequestError("give moves or a position, not both")
        try:
            return Board.from_text(request.position, rules, color)
        except PositionError as error:
            return _board_in_words(request.position, request, rules, color, error)

    def _count(self, request: Request) -> int:
        simulations = (
            self._config.simulations if request.simulations is None else request.simulations
        )
        if not 1 <= simulations <= MAX_SIMULATIONS:
            raise RequestError(f"simulations {simulations} are not from 1 to {MAX_SIMULATIONS}")
        return simulations

    def _plain(self, board: Board, search: Search, game: int) -> dict[str, Any]:
        size = board.rules.size
        analysis = search.analysis(game, self._candidates)

        def text(line: Sequence[int]) -> list[str]:
            return [move_to_text(move, size) for move in line]

        return {
            "to_move": board.to_move.name.lower(),
            "win_rate": _win_rate(analysis.value),
            "simulations": analysis.simulations,
            "proof": analysis.proof.name.lower(),
            "distance": analysis.distance,
            "best_move": move_to_text(analysis.best_move, size),
            "line": text(analysis.pv),
            "candidates": [
                {
                    "move": move_to_text(candidate.move, size),
                    "visits": candidate.visits,
                    "win_rate": _win_rate(candidate.value),
                    "prior": round(candidate.prior, 4),
                    "line": text(candidate.pv),
                }
                for candidate in analysis.candidates[: self._candidates]
                if candidate.visits
            ],
        }


@dataclass(frozen=True)
class Options:
    """Options of the analysis."""

    search: Annotated[str, tyro.conf.Positional]
    """net:FOLDER@SIMULATIONS or pure:PLAYOUTS."""

    candidates: int = 10
    """How many moves an answer has at most."""

    batch: int = 64
    """How many requests are searched together at most."""

    device: str = "auto"
    """Where networks run: auto, cpu, cuda, cuda:1, mps or xpu."""


def main(arguments: Sequence[str]) -> int:
    """Answer standard input on standard output; returns the exit code."""
    options = tyro.cli(Options, args=arguments, prog=program("analyse"), description=__doc__)
    try:
        search = parse_spec(options.search)
        if not isinstance(search, Net | Pure):
            raise SpecError(
                f"{search} does not search: write net:FOLDER@SIMULATIONS or pure:PLAYOUTS"
            )
        evaluator, config = search.search(device=options.device)
        rules = search.rules() or Rules()
    except SpecError as error:
        return fail("analyse", str(error))
    analyst = Analyst(evaluator, config, rules, options.candidates)
    try:
        for lines in _waiting_lines(max(1, options.batch)):
            for answer in analyst.answer(lines):
                sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # nobody listens any more
    return 0


def _waiting_lines(most: int) -> Iterator[list[bytes]]:
    """The lines of standard input, as many at once as have arrived."""
    lines: queue.Queue[bytes | None] = queue.Queue(maxsize=most)

    def read() -> None:
        for line in sys.stdin.buffer:
            if line.strip():
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True, name="reader").start()
    ended = False
    while not ended:
        batch: list[bytes] = []
        while len(batch) < most:
            # Wait for the first line only; what else is there already comes along.
            try:
                line = lines.get(block=not batch)
            except queue.Empty:
                break
            if line is None:
                ended = True
                break
            batch.append(line)
        if batch:
            yield batch


def _board_in_words(
    text: str, request: Request, rules: Rules, color: Color | None, wrong: ValueError
) -> Board:
    """The position in a text that is neither plain moves nor our own drawing.

    wrong: what is wrong with it as such, for texts that are not a record either.

    Raises:
        RequestError, ValueError: if there is no such position.
    """
    try:
        game = read_games(text, rules=rules)[0]
    except RecordError:
        raise wrong from None
    if cut_short(game):
        raise RequestError(cut_short(game))
    if request.size not in (None, game.rules.size):
        raise RequestError(f"a size of {request.size} for a board of {game.rules.size}")
    said = {
        "win_length": request.win_length,
        "variant": None if request.rules is None else rules.variant,
    }
    asked = {name: value for name, value in said.items() if value is not None}
    game = replace(game, rules=game.rules._replace(**asked).validated())
    if color is None:
        return game.board()
    board = Board.from_text(game.board().to_text(), game.rules, color)
    if game.moves and board.to_move is not game.board().to_move:
        raise RequestError(f"{color.name.lower()} is not to move after these moves")
    return board


def _variant(name: str) -> int:
    """
    Raises:
        RulesError: if there is no such variant.
    """
    variant = rules_from_words(name).variant
    return variant_from_name(name.strip().lower()) if variant is None else variant


def _color(name: str | None) -> Color | None:
    """
    Raises:
        RequestError: if it is not a color.
    """
    if name is None:
        return None
    colors = {"black": BLACK, "b": BLACK, "x": BLACK, "white": WHITE, "w": WHITE, "o": WHITE}
    color = colors.get(name.strip().lower())
    if color is None:
        raise RequestError(f"to_move {name[:20]!r} is not a color: write black or white")
    return color


def _identity(line: bytes) -> Any:
    """The id of a request, wrong or not; None if it has none that can be read."""
    try:
        plain = msgspec.json.decode(line.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return plain.get("id") if isinstance(plain, dict) else None


def _decode(line: bytes) -> Request:
    try:
        return msgspec.json.decode(line.removeprefix(BOM_UTF8), type=Request)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError(f"not a request: {error}") from error


def _win_rate(value: float) -> float:
    return round((1 + value) / 2, 4)


def _outcome(board: Board) -> dict[str, Any]:
    assert board.outcome is not None
    winner = board.outcome.winner
    return {
        "winner": None if winner is None else winner.name.lower(),
        "termination": board.outcome.termination.value,
    }
