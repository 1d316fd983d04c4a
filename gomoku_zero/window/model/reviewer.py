"""Has a whole game judged, and knows what is known of it so far."""

from dataclasses import replace

from gomoku_zero.window.model.game import Game
from gomoku_zero.window.model.known import KnownThoughts
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.review import Mistake, Review, review_game


class Reviewer:
    """Reads what is known; whoever holds the game has the rest thought about.

    is_active: whether every position of the game is to be judged; without, only what happens to
        be known is shown.
    """

    def __init__(self, known: KnownThoughts) -> None:
        self.is_active = False
        self._known = known
        self._key: tuple[object, ...] | None = None  # of what is known
        self._last = Review()
        self._whole_key: tuple[object, ...] | None = None
        self._whole = Review()

    def next_position(self, game: Game) -> Position | None:
        """The position to be judged next: the one shown, else the first that is not judged yet;
        None if none is left, or none is to be."""
        if not self.is_active:
            return None
        here = game.position
        if not game.is_aside and not self._known.is_judged(here):
            return here
        left = (each for each in game.positions() if not self._known.is_judged(each))
        return next(left, None)

    def review(self, game: Game) -> Review:
        """The review by all thoughts; worked out again only when there are new ones."""
        key = (game.main.decisions, game.line.decisions, self._known.changes, self.is_active)
        if key != self._key:
            self._key, self._last = key, self._work_out(game)
        return self._last

    def whole(self, game: Game) -> Review:
        """The review of the game itself, also while a side line of it is shown."""
        key = (game.main.decisions, self._known.changes, self.is_active)
        if key != self._whole_key:
            rates = self._known.black_win_rates(game.positions())
            self._whole_key = key
            self._whole = self._judge(game, rates) if self.is_active else Review(rates)
        return self._whole

    def mistakes(self, game: Game) -> tuple[Mistake, ...]:
        """Those found in the whole game, also while a side line of it is shown."""
        return self.whole(game).mistakes

    def _work_out(self, game: Game) -> Review:
        shown = self._known.black_win_rates(game.line_positions())
        if not self.is_active:
            return Review(shown)
        found = self._judge(game, shown)
        if game.line is game.main:
            return found
        fork = len(game.main.moves_before(game.fork))
        return replace(
            found,
            mistakes=tuple(each for each in found.mistakes if each.ply < fork),
            finds=tuple(each for each in found.finds if each < fork),
        )

    def _judge(self, game: Game, rates: tuple[float | None, ...]) -> Review:
        positions, known = game.positions(), self._known
        judged = [known.judged(position) for position in positions]
        share = sum(known.is_judged(position) for position in positions) / len(positions)
        # Stones of an opening are not meant to be the best.
        given = len(game.main.opening.moves)
        return review_game(game.main.moves, rates, judged, share, given)
