"""Games under review: made of saved ones, and saved with what was found."""

from gomoku.record import GameRecord
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.explanation import annotated
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.storage import game_of, game_setup, game_tree


def session_of(game: GameRecord, analyst: str) -> GameSession:
    """A session that shows the end of a saved game, with all its lines, under review.

    analyst: the spec of the player that judges it.

    Raises:
        SessionError: if it has no moves.
    """
    setup, decisions = game_setup(game)
    session = GameSession(setup, analyst=analyst)
    tree = game_tree(game, setup, decisions)
    session.new_game(setup, decisions, game.outcome, tree=tree, is_studied=True)
    session.start_review()
    return session


def reviewed_record(session: GameSession, names: tuple[str, str], language: Language) -> GameRecord:
    """A session's game as it is saved, with its review in comments and side lines.

    names: of Black and White.
    """
    mistakes = session.mistakes
    if not mistakes:
        return game_of(session, *names)
    size = session.setup.rules.size
    tree = annotated(session.tree, session.main_line, mistakes, size, language)
    return game_of(session, *names, tree)
