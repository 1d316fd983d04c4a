"""What can be copied and pasted: games, positions, lists of moves."""

from gomoku.board import Board, PositionError
from gomoku.notation import moves_from_text, moves_to_text
from gomoku.record import GameRecord
from gomoku.rules import Rules, RulesError
from gomoku.sgf import RecordError, SavedGame
from gomoku_zero.window.model.storage import game_from_text


def text_of_game(moves: tuple[int, ...], rules: Rules) -> str:
    """The moves in one line: "h8 i9 h9"."""
    return moves_to_text(moves, rules.size)


def game_of_text(text: str, rules: Rules) -> SavedGame:
    """A game from SGF, psq, a drawing of a position, or moves such as "h8 i9".

    rules: what moves and drawings are taken to be played by, as far as they fit.

    Raises:
        RecordError: if the text is none of these.
    """
    text = text.strip()
    if not text:
        raise RecordError("nothing to paste")
    if text.startswith("(") or text.startswith("Piskvorky"):
        return game_from_text(text)
    try:
        moves = moves_from_text(text, rules.size)
        Board.from_moves(rules, moves)
        return SavedGame(GameRecord(rules, moves))
    except ValueError:  # also of a number of thousands of digits
        pass  # then it may be a drawing
    try:
        size = sum(1 for line in text.splitlines() if any(c in ".xXoO" for c in line[2:]))
        drawn = Board.from_text(text, rules if size == rules.size else None)
    except (PositionError, RulesError) as error:
        raise RecordError(f"no game and no position: {error}") from error
    return SavedGame(GameRecord(drawn.rules, ()), drawn.to_text())
