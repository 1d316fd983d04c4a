"""The answers of a brain to the lines of the Gomocup protocol; `process.py` is its process.

A request for a move is answered by exactly one move, or by one ERROR that leaves the position as
it was. INFO is never answered, and an unknown word by UNKNOWN. Only END ends the dialogue.

Boards that speak Yixin's extension put a position (`YXBOARD`), ask for the best moves in it without
playing one (`YXNBEST`, `YXSEARCHDEFEND`), keep points out of the search (`YXBLOCK`) and show what
we show our lines (`YXSHOWINFO`, `INFO show_detail`); `lines.py` words them.
"""

import re
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from gomoku.board import Board, IllegalMoveError
from gomoku.machine import usable_cores
from gomoku.opening_rules import Decision, DecisionError, OpeningPhase, OpeningRule, Option
from gomoku.rules import BLACK, MAX_SIZE, RENJU, WHITE, Rules
from gomoku_zero.brain.clock import Clock
from gomoku_zero.brain.lines import LINES, comment, lines_of
from gomoku_zero.brain.thinker import MoveRequest, Thinker
from gomoku_zero.players.baselines import greedy_moves
from gomoku_zero.players.gomocup import (
    BLOCKED,
    ME,
    OPPONENT,
    RULE_NUMBERS,
    WIN_LENGTH,
    number_from_text,
    numbers_from_text,
    point_to_text,
    variant_from_rule,
)
from gomoku_zero.players.negotiation import Effort, NegotiationConfig, negotiate
from gomoku_zero.players.spec import MAX_THREADS
from mcts.analysis import Analysis

# In swap2 we may stay and move in one answer: each gets its part of the time.
NEGOTIATION_SHARE = 0.5

# Looking for stones takes a second round of thinking after the first, and a third.
ROUND_SHARE = 0.4


class CommandError(ValueError):
    """A known command that cannot be carried out; the text goes to the manager."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line from the manager.

    number: lines are counted; what stops a thought stops those of earlier lines.
    arrived: when it was read, as `time.perf_counter` counts.
    """

    number: int
    text: str
    arrived: float


class Brain:
    """The state of a game, and what to answer to each line."""

    def __init__(
        self,
        thinker: Thinker,
        write: Callable[[str], None],
        is_stopped: Callable[[int], bool] = lambda number: False,
        seed: int = 0,
        threads: int = 0,
    ) -> None:
        """A brain before its first START.

        write: sends one line to the manager.
        is_stopped: whether the thought asked for by the line of a number must end now.
        seed: of what is drawn in openings.
        threads: that think together until INFO thread_num says otherwise; 0 for all cores.
        """
        self._generator = np.random.default_rng(seed)
        self._config = NegotiationConfig()
        self._thinker = thinker
        self._write = write
        self._is_stopped = is_stopped
        self._clock = Clock()
        self._rule = 0
        self._size: int | None = None
        # Stones in the order they were played, each a move and whose it is.
        self._stones: list[tuple[int, int]] = []
        self._blocked: set[int] = set()
        self._kept_out: set[int] = set()  # by YXBLOCK, until told otherwise
        self._detail = 0
        self._speaks_yixin = False
        self._max_nodes: int | None = None
        self._max_memory: int | None = None
        self._threads = threads or usable_cores()
        self._block: list[str] | None = None
        self._block_command = ""
        self._commands: dict[str, Callable[[str], str | None]] = {
            "START": self._start,
            "RECTSTART": self._rectstart,
            "RESTART": self._restart,
            "BEGIN": self._begin,
            "TURN": self._turn,
            "TAKEBACK": self._takeback,
            "PLAY": self._play,
            "INFO": self._info,
            "ABOUT": self._about,
            "YXNBEST": self._nbest,
            "YXSEARCHDEFEND": lambda _: self._nbest(str(MAX_SIZE**2)),
            "YXBLOCKRESET": lambda _: self._kept_out.clear(),
            "YXSHOWINFO": self._show_info,
            "YXSHOWFORBID": self._show_forbidden,
            "YXHASHCLEAR": lambda _: None,
            "YXPRINTFEATURE": lambda _: None,
        }
        # What follows these, until DONE, belongs to them.
        self._blocks: dict[str, Callable[[Sequence[str]], str | None]] = {
            "BOARD": self._board,
            "SWAP2BOARD": self._swap2,
            "YXBOARD": self._put_position,
            "YXBLOCK": self._keep_out,
            "YXBLOCKUNDO": self._let_in,
        }
        self._line = Line(0, "", 0.0)
        self._answered = 0.0
        # When thinking about the line began, and ends: as planned, and where a move is in doubt.
        self._span: tuple[float, float, float] | None = None

    def handle(self, line: Line) -> bool:
        """Answer a line; False once it was END."""
        self._line = line
        self._span = None
        words = line.text.strip().split(None, 1)
        command = words[0].upper() if words else ""
        argument = words[1].strip() if len(words) > 1 else ""
        if command == "END":
            return False
        try:
            reply = self._reply(command, argument, line.text.strip())
        except CommandError as error:
            reply = f"ERROR {error}"
        if self._span is not None:
            self._answered = time.perf_counter()
            self._clock.used += self._answered - self._span[0]
        if reply is not None:
            self._write(reply)
        return True

    def _reply(self, command: str, argument: str, text: str) -> str | None:
        if command in ("", "STOP", "YXSTOP"):
            return None
        if self._block is None and command in self._blocks:
            self._block, self._block_command = [], command
            self._speaks_yixin |= command.startswith("YX")
            # Yixin's boards may put all on one line.
            return self._add_to_block(argument) if command.startswith("YX") else None
        if self._block is not None:
            return self._add_to_block("DONE" if command == "DONE" else text)
        if command not in self._commands:
            return "UNKNOWN command"
        self._speaks_yixin |= command.startswith("YX")
        return self._commands[command](argument)

    def _add_to_block(self, text: str) -> str | None:
        """Take a line of a block, or of Yixin's several points on one; answers DONE."""
        assert self._block is not None
        for word in text.split() if self._block_command.startswith("YX") else [text]:
            if word.upper() == "DONE":
                lines, self._block = self._block, None
                if len(lines) > MAX_SIZE**2:
                    raise CommandError(f"{self._block_command} has more lines than a board points")
                return self._blocks[self._block_command](lines)
            # Of one that does not end only so much is kept.
            if len(self._block) <= MAX_SIZE**2:
                self._block.append(word)
        return None

    # Commands ----------------------------------------------------------------------------------

    def _start(self, argument: str) -> str:
        numbers = [number_from_text(part) for part in re.split(r"[\s,]+", argument)]
        if len(numbers) == 2 and numbers[0] != numbers[1]:
            raise CommandError("boards are square")
        size = numbers[0] if len(numbers) <= 2 else None
        if size is None:
            raise CommandError("START needs a board size")
        if not WIN_LENGTH <= size <= MAX_SIZE:
            raise CommandError(f"board sizes are {WIN_LENGTH} to {MAX_SIZE}")
        self._new_game(size)
        return "OK"

    def _rectstart(self, argument: str) -> str:
        numbers = numbers_from_text(argument, 2)
        if numbers is None:
            raise CommandError("RECTSTART needs a width and a height")
        if numbers[0] != numbers[1]:
            raise CommandError("boards are square")
        return self._start(str(numbers[0]))

    def _restart(self, argument: str) -> str:
        self._new_game(self._started())
        return "OK"

    def _begin(self, argument: str) -> str:
        self._started()
        if self._stones or self._blocked:
            raise CommandError("the board is not empty")
        return self._move()

    def _turn(self, argument: str) -> str:
        move = self._empty_point(argument)
        if len(self._stones) + len(self._blocked) + 1 >= self._rules().points:
            raise CommandError("the board is full")
        self._stones.append((move, OPPONENT))
        return self._move()

    def _play(self, argument: str) -> str:
        move = self._empty_point(argument)
        self._stones.append((move, ME))
        return self._text(move)

    def _takeback(self, argument: str) -> str:
        move = self._point(argument)
        for index in range(len(self._stones) - 1, -1, -1):
            if self._stones[index][0] == move:
                del self._stones[index]
                return "OK"
        raise CommandError("there is no stone to take back")

    def _board(self, lines: Sequence[str]) -> str:
        stones, blocked = self._position(lines)
        if len(stones) + len(blocked) >= self._rules().points:
            raise CommandError("the board is full")
        self._stones, self._blocked = stones, blocked
        return self._move()

    def _put_position(self, lines: Sequence[str]) -> None:
        self._stones, self._blocked = self._position(lines)

    def _position(self, lines: Sequence[str]) -> tuple[list[tuple[int, int]], set[int]]:
        """The stones and the blocked points that lines of BOARD name."""
        self._started()
        stones: list[tuple[int, int]] = []
        blocked: set[int] = set()
        for line in lines:
            numbers = numbers_from_text(line, 3)
            if numbers is None or numbers[2] not in (ME, OPPONENT, BLOCKED):
                raise CommandError("a line of BOARD is not x,y,field with a field of 1, 2 or 3")
            move = self._move_at(numbers[0], numbers[1])
            if move in blocked or any(move == stone for stone, _ in stones):
                raise CommandError("a point is twice in BOARD")
            if numbers[2] == BLOCKED:
                blocked.add(move)
            else:
                stones.append((move, numbers[2]))
        return stones, blocked

    def _keep_out(self, lines: Sequence[str]) -> None:
        self._kept_out |= {self._point(line) for line in lines}

    def _let_in(self, lines: Sequence[str]) -> None:
        self._kept_out -= {self._point(line) for line in lines}

    def _nbest(self, argument: str) -> str:
        """The best moves with their lines, and the best one, which is not played."""
        count = number_from_text(argument)
        if count is None or count < 1:
            raise CommandError("YXNBEST needs a number of moves")
        self._started()
        if len(self._stones) + len(self._blocked) >= self._rules().points:
            raise CommandError("the board is full")
        return self._text(self._think(min(count, MAX_SIZE**2)))

    def _show_info(self, argument: str) -> None:
        self._detail = max(self._detail, LINES)
        for key, value in (("MAX_THREAD_NUM", usable_cores()), ("MAX_HASH_SIZE", 20)):
            self._write(f"MESSAGE INFO {key} {value}")

    def _show_forbidden(self, argument: str) -> str:
        """Where Black must not play, as columns and rows of two digits."""
        board = position(self._rules(), self._stones)
        points = (divmod(int(move), board.rules.size) for move in board.forbidden_points())
        return "FORBID " + "".join(f"{column:02}{row:02}" for row, column in points) + "."

    def _swap2(self, lines: Sequence[str]) -> str:
        """Offer stones, take Black, or stay White and move; all by the values of our search."""
        self._started()
        moves: list[int] = []
        for line in lines:
            numbers = numbers_from_text(line, 2)
            if numbers is None:
                raise CommandError("a line of SWAP2BOARD is not x,y")
            moves.append(self._move_at(numbers[0], numbers[1]))
        if len(set(moves)) != len(moves):
            raise CommandError("a point is twice in SWAP2BOARD")
        if len(moves) not in (0, 3, 5):
            raise CommandError("SWAP2BOARD has no, three or five stones")
        decisions: tuple[Decision, ...] = tuple(moves)
        if len(moves) == 5:
            decisions = (*moves[:3], Option.PUT_TWO, *moves[3:])
        try:
            phase = OpeningPhase(OpeningRule.SWAP2, self._rules(), decisions)
        except DecisionError as error:
            raise CommandError(f"these stones are not an opening: {error}") from error
        [decided] = negotiate([phase], self._values, [self._generator], self._config)
        phase = OpeningPhase(phase.rule, phase.rules, (*decisions, *decided))
        new = phase.moves[len(moves) :]
        if new:  # the other side decides next, and the position then comes as BOARD
            return " ".join(self._text(move) for move in new)
        # Stones 1, 3 and 5 are black, and White, to move, is whoever does not swap.
        black, white = (ME, OPPONENT) if decided == (Option.BLACK,) else (OPPONENT, ME)
        self._stones = [(move, white if ply % 2 else black) for ply, move in enumerate(moves)]
        self._blocked = set()
        return "SWAP" if black == ME else self._move()

    def _info(self, argument: str) -> None:
        """Take a setting; whatever is wrong with it, INFO is never answered."""
        key, _, text = argument.partition(" ")
        value = number_from_text(text)
        if value is None:
            return
        match key.lower():
            case "timeout_turn":
                self._clock.turn = value
            case "timeout_match":
                self._clock.match = value
            case "time_left":
                self._clock.left = value
            case "max_memory":
                self._max_memory = value if value > 0 else None
            case "thread_num":
                self._threads = min(max(1, value), MAX_THREADS)
            case "max_node":
                self._max_nodes = value if value > 0 else None
            case "rule":
                self._rule = value
            case "show_detail":
                self._detail = value

    def _about(self, argument: str) -> str:
        try:
            number = version("gomoku-zero")
        except PackageNotFoundError:
            number = "0"
        return (
            f'name="Gomoku Zero", version="{number}", author="the Gomoku Zero contributors", '
            'country="International"'
        )

    # The game ----------------------------------------------------------------------------------

    def _new_game(self, size: int) -> None:
        self._size = size
        self._stones = []
        self._blocked = set()
        self._clock.new_game()

    def _started(self) -> int:
        """The board size.

        Raises:
            CommandError: before START.
        """
        if self._size is None:
            raise CommandError("there is no game: send START first")
        return self._size

    def _rules(self) -> Rules:
        # To Yixin's boards 2 is renju, to others a continuous game, which changes nothing.
        rule = RULE_NUMBERS[RENJU] if self._speaks_yixin and self._rule == 2 else self._rule
        return Rules(self._started(), WIN_LENGTH, variant_from_rule(rule))

    def _move(self) -> str:
        """Think, play the move, and give its text."""
        move = self._think()
        self._stones.append((move, ME))
        return self._text(move)

    def _think(self, lines: int = 1) -> int:
        """A move on an empty point, whatever the position is.

        lines: of so many moves the manager is told how they go on, if it listens.
        """
        board = position(self._rules(), self._stones)
        free = [
            move
            for move in range(board.rules.points)
            if board.cells[move] == 0 and move not in self._blocked
        ]
        assert free, "a full board is refused before"
        # Managers play on where our rules know that nobody can win any more.
        if board.outcome is not None or len(free) == 1:
            return free[0]
        kept_out = set() if self._kept_out.issuperset(free) else self._kept_out
        avoided = self._blocked | kept_out | {int(move) for move in board.forbidden_points()}
        if board.to_move == WHITE or avoided.issuperset(free):
            avoided = self._blocked | kept_out
        try:
            # Whatever goes wrong, a move loses less than silence does.
            _, deadline, latest = self._time()
            analysis = self._ask(board, deadline, self._max_nodes, avoided, lines, latest)
            assert analysis.move in free, analysis
        except Exception as error:
            self._write(f"MESSAGE {type(error).__name__} while thinking")
            allowed = [int(move) for move in greedy_moves(board) if move not in avoided]
            return (allowed or free)[0]
        started, _, latest = self._time()
        seconds = time.perf_counter() - started
        self._clock.answered(started + seconds - latest)
        self._write(f"MESSAGE {comment(analysis, seconds, board.rules.size)}")
        self._tell(analysis, seconds, board, lines)
        return analysis.move

    def _tell(self, analysis: Analysis, seconds: float, board: Board, lines: int) -> None:
        """Show a manager that asked for it what we think."""
        if self._detail:
            for line in lines_of(analysis, seconds, board.rules.size, lines, self._detail):
                self._write(line)

    def _values(self, boards: Sequence[Board], effort: Effort) -> list[float | None]:
        """The values of positions that an opening may lead to, as many as time allows."""
        started, deadline, _ = self._time()
        now = time.perf_counter()
        end = now + (started + NEGOTIATION_SHARE * (deadline - started) - now) * ROUND_SHARE
        simulations = self._config.simulations(effort, self._max_nodes)
        values: list[float | None] = []
        for index, board in enumerate(boards):
            now = time.perf_counter()
            if index and (now >= end or self._is_stopped(self._line.number)):
                values.append(None)
                continue
            try:
                share = (end - now) / (len(boards) - index)
                values.append(self._ask(board, now + share, simulations, frozenset()).value)
            except Exception as error:
                self._write(f"MESSAGE {type(error).__name__} while thinking")
                values.append(None)
        return values

    def _ask(
        self,
        board: Board,
        deadline: float,
        simulations: int | None,
        avoided: Set[int],
        lines: int = 0,
        latest: float | None = None,
    ) -> Analysis:
        number = self._line.number

        def watch(analysis: Analysis, seconds: float) -> None:
            self._tell(analysis, seconds, board, lines)

        request = MoveRequest(
            board,
            deadline,
            simulations,
            is_stopped=lambda: self._is_stopped(number),
            forbidden=avoided,
            memory=self._max_memory,
            lines=lines if self._detail else 0,
            watch=watch if lines and self._detail else None,
            threads=self._threads,
            latest=latest,
        )
        return self._thinker.think(request)

    def _time(self) -> tuple[float, float, float]:
        """When thinking about this line began, when it is to end, and when it must."""
        if self._span is None:
            # A request that came while another one was being answered has waited in vain.
            started = max(self._line.arrived, self._answered)
            self._span = started, started + self._clock.budget(), started + self._clock.most()
        return self._span

    # Points ------------------------------------------------------------------------------------

    def _text(self, move: int) -> str:
        return point_to_text(move, self._started())

    def _move_at(self, column: int, row: int) -> int:
        size = self._started()
        if not (0 <= column < size and 0 <= row < size):
            raise CommandError("bad coordinates: outside the board")
        return row * size + column

    def _point(self, text: str) -> int:
        self._started()
        numbers = numbers_from_text(text, 2)
        if numbers is None:
            raise CommandError("bad coordinates: not x,y")
        return self._move_at(numbers[0], numbers[1])

    def _empty_point(self, text: str) -> int:
        move = self._point(text)
        if move in self._blocked or any(move == stone for stone, _ in self._stones):
            raise CommandError("bad coordinates: the point is taken")
        return move


def position(rules: Rules, stones: Sequence[tuple[int, int]]) -> Board:
    """The board with these stones and us to move; finished games and odd counts are fine.

    Where stones alternate and the opponent's was the last, they are taken as the course of a game,
    so that a search goes on from its last tree.
    """
    mine = [move for move, owner in stones if owner == ME]
    theirs = [move for move, owner in stones if owner == OPPONENT]
    owners = [owner for _, owner in reversed(stones)]
    if all(owner == (OPPONENT if ply % 2 == 0 else ME) for ply, owner in enumerate(owners)):
        try:
            return Board.from_moves(rules, [move for move, _ in stones])
        except IllegalMoveError:
            pass  # the game was over before its last stone: fine for a drawing
    we_are_black = len(mine) == len(theirs) or len(mine) > len(theirs) + 1
    letters = {ME: "x", OPPONENT: "o"} if we_are_black else {ME: "o", OPPONENT: "x"}
    drawing = ["."] * rules.points
    for move, owner in stones:
        drawing[move] = letters[owner]
    size = rules.size
    text = "\n".join("".join(drawing[row * size : (row + 1) * size]) for row in range(size))
    return Board.from_text(text, rules, BLACK if we_are_black else WHITE)
