"""Text to copy and paste: games, positions, lists of moves."""

from gomoku.formats import read_games
from gomoku.notation import moves_to_text
from gomoku.record import GameRecord
from gomoku.rules import Rules


def text_of_game(moves: tuple[int, ...], rules: Rules) -> str:
    """The moves in one line: "h8 i9 h9"."""
    return moves_to_text(moves, rules.size)


def game_of_text(text: str, rules: Rules) -> GameRecord:
    """A game in any format that is known, a drawing of a position, or moves such as "h8 i9".

    rules: what moves and drawings are taken to be played by, as far as they fit.

    Raises:
        RecordError: if the text is none of these.
    """
    return read_games(text, rules=rules)[0]
