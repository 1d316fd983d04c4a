"""The lesson of teaching mode about the human's last move."""

from gomoku_zero.window.model.known import KnownThoughts
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.review import Mistake, find_mistake
from gomoku_zero.window.model.ticket import JUDGING_SIMULATIONS


class Lesson:
    """A move in question, then the blunder that it turned out to be, if it did.

    question: how many moves were played before the one that is to be judged; None for none.
    mistake: what is talked about; None for nothing.
    """

    def __init__(self) -> None:
        self.question: int | None = None
        self.mistake: Mistake | None = None

    def ask(self, ply: int) -> None:
        """A human has moved."""
        self.question = ply

    def forget(self) -> None:
        """The human's last move is talked about no more, whatever it was worth."""
        self.question = None
        self.mistake = None

    @property
    def is_open(self) -> bool:
        """True if a game that is taught has to wait."""
        return self.question is not None or self.mistake is not None

    def learn(self, here: Position, known: KnownThoughts, threshold: float) -> bool:
        """Judge the move in question once enough is known of it; whether it was a blunder.

        here: the position it led to, which must be the end of the game.
        threshold: win rate lost, from which it is one.
        """
        ply = self.question
        if ply is None:
            return False
        before = here.before(ply)
        if not all(known.is_known(each, JUDGING_SIMULATIONS) for each in (before, here)):
            return False
        self.question = None
        mistake = find_mistake(ply, here.moves[ply], known.thought(before), known.thought(here))
        if mistake is None or mistake.lost < threshold:
            return False
        self.mistake = mistake
        return True


def next_to_judge(here: Position, ply: int, known: KnownThoughts) -> Position:
    """Which of the positions before and after a move to think about first."""
    before = here.before(ply)
    return here if known.is_known(before, JUDGING_SIMULATIONS) else before
