"""Lets the user's rating follow games against levels."""

from gomoku_zero.players.levels import level_table
from gomoku_zero.window.model.changes import GameChanges
from gomoku_zero.window.model.messages import Tell
from gomoku_zero.window.model.preferences import Preferences
from gomoku_zero.window.model.session import GameSession


def rate_game(
    session: GameSession, changes: GameChanges, preferences: Preferences, tell: Tell
) -> None:
    """Let the rating follow a game against a level, when it ends for the first time.

    A game with help counts for nothing, and neither does one that hardly began.
    """
    result = changes.rated_result()
    if result is None:
        return
    if session.is_helped:
        tell("unrated_position" if session.setup.start else "unrated")
        return
    before, levels = preferences.rating, level_table()
    after = before.after(result.level.elo, result.score, levels)
    try:
        preferences.change(elo=round(after.elo, 1), rated_games=after.games)
    except OSError as error:
        tell("unsaved", reason=error.strerror or str(error))
        return
    change = round(after.elo) - round(before.elo)
    number = after.level(levels).number
    tell("rated", elo=round(after.elo), change=f"{change:+d}", level=number)
