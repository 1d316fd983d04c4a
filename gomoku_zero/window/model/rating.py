"""How strong the user plays, as an Elo rating that follows the results against the levels.

The adaptive level is the one whose own rating is nearest. docs/levels.md says how it is done.
"""

from typing import NamedTuple

from gomoku_zero.players.levels import Level

FIRST_LEVEL = 3  # whom a new user meets first
FIRST_STEP, LAST_STEP = 200.0, 40.0  # Elo between winning and losing a game, at first and later
HALVING_GAMES = 3.0  # after so many games the first step has halved
SCALE = 400.0  # Elo's own: ten times the expected odds


class PlayerRating(NamedTuple):
    """
    elo: on the scale of the levels. games: how many it rests on.
    """

    elo: float
    games: int = 0

    def after(self, opponent_elo: float, score: float, levels: tuple[Level, ...]) -> "PlayerRating":
        """The rating after another game.

        It stays within a step of the weakest and the strongest level, so that a long row of wins
        or losses is made good as soon as the results change.

        score: 1 for a win, 1/2 for a draw, 0 for a loss.
        """
        expected = 1 / (1 + 10 ** ((opponent_elo - self.elo) / SCALE))
        step = max(LAST_STEP, FIRST_STEP / (1 + self.games / HALVING_GAMES))
        elo = self.elo + step * (score - expected)
        lowest, highest = levels[0].elo - FIRST_STEP, levels[-1].elo + FIRST_STEP
        return PlayerRating(min(max(elo, lowest), highest), self.games + 1)

    def level(self, levels: tuple[Level, ...]) -> Level:
        """The level whose rating is nearest."""
        return min(levels, key=lambda level: abs(level.elo - self.elo))


def first_rating(levels: tuple[Level, ...]) -> PlayerRating:
    """The rating that a new user is given."""
    return PlayerRating(levels[FIRST_LEVEL - 1].elo)
