"""The messages between the page and a server; `web/src/engine/protocol.ts` says the same.

Whatever comes in is checked here, once: sizes, ranges, and whether the game can be played.
"""

from typing import Annotated, Any

import msgspec

from gomoku.board import Board
from gomoku.rules import MAX_SIZE, Rules
from gomoku_zero.players.levels import level_table
from mcts.analysis import Analysis
from mcts.player import Limit

MAX_MESSAGE = 16_384
"""Bytes of a message; the longest game takes 2,400."""

MAX_SIMULATIONS = 20_000
MAX_SECONDS = 60.0
MAX_CANDIDATES = 12

_Id = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Move = Annotated[int, msgspec.Meta(ge=0, lt=MAX_SIZE * MAX_SIZE)]


class RequestError(ValueError):
    """A message that no page of ours sends; the message says what is wrong with it."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of a thought; without them it has `MAX_SIMULATIONS` and `MAX_SECONDS`."""

    simulations: Annotated[int, msgspec.Meta(ge=1)] = MAX_SIMULATIONS
    seconds: Annotated[float, msgspec.Meta(ge=0)] = MAX_SECONDS


class Think(msgspec.Struct, frozen=True, tag="think", tag_field="type"):
    """Think about a position, in place of what was asked before.

    level: to move as a level does. player: who is to think, one of those the page was told.
    """

    id: _Id
    rules: tuple[int, int, int]
    moves: Annotated[list[_Move], msgspec.Meta(max_length=MAX_SIZE * MAX_SIZE)]
    limit: Limits = Limits()
    level: int | None = None
    player: Annotated[str, msgspec.Meta(max_length=300)] = ""

    def level_limit(self) -> Limit:
        """Of a level's search, which has a number of simulations of its own."""
        return Limit(seconds=MAX_SECONDS)

    def board(self) -> Board:
        """The position.

        Raises:
            RequestError: if it cannot be played, or nobody is to move in it.
        """
        try:
            board = Board.from_moves(Rules(*self.rules).validated(), self.moves)
        except ValueError as error:
            raise RequestError(str(error)) from None
        if board.outcome is not None:
            raise RequestError("the game is over")
        if self.level is not None and not 1 <= self.level <= len(level_table()):
            raise RequestError(f"there is no level {self.level}")
        return board


class Stop(msgspec.Struct, frozen=True, tag="stop", tag_field="type"):
    """Give up what was asked with this number."""

    id: _Id


_decoder: msgspec.json.Decoder[Think | Stop] = msgspec.json.Decoder(Think | Stop)


def read_request(text: str | bytes) -> Think | Stop:
    """
    Raises:
        RequestError: if it is not a request.
    """
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError(str(error)) from None


def failed(number: int, reason: str) -> dict[str, Any]:
    return {"type": "failed", "id": number, "reason": reason}


def loading(number: int) -> dict[str, Any]:
    return {"type": "loading", "id": number, "share": 0.0}


def thought(number: int, analysis: Analysis, *, done: bool, seconds: float) -> dict[str, Any]:
    """A moment of a search as the page reads it."""
    return {
        "type": "thought",
        "id": number,
        "done": done,
        "move": analysis.move,
        "seconds": seconds,
        "thought": {
            "winRate": analysis.win_rate,
            "bestMove": analysis.best_move,
            "candidates": [
                {
                    "move": candidate.move,
                    "visits": candidate.visits,
                    "winRate": candidate.win_rate,
                    "prior": candidate.prior,
                    "line": candidate.pv,
                }
                for candidate in analysis.candidates[:MAX_CANDIDATES]
            ],
            "line": analysis.pv,
            "simulations": analysis.simulations,
            "proof": analysis.proof.name.lower(),
            "distance": analysis.distance,
            "threat": analysis.threat,
        },
    }
