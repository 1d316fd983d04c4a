"""The thoughts about the positions of a game."""

from collections.abc import Sequence

from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.ticket import REVIEW_SIMULATIONS, Purpose, Ticket, limit_of
from mcts.analysis import Analysis


class KnownThoughts:
    """The thoughts of one game.

    Moves are judged by one player's thoughts alone: those of two differ without a mistake. So the
    analyst's are apart from the others', whose win rates are on scales of their own.
    """

    def __init__(self, analyst: str) -> None:
        """
        analyst: the spec of the player that hints, analyzes and reviews; it may change.
        """
        self.analyst = analyst
        self.changes = 0  # grows with everything noted
        self._thoughts: dict[Position, Analysis] = {}  # the analyst's, and what is certain
        self._opinions: dict[Position, Analysis] = {}
        self._settled: set[tuple[Purpose, Position]] = set()

    def clear(self) -> None:
        """Another game begins."""
        self._thoughts.clear()
        self._opinions.clear()
        self._settled.clear()
        self.changes += 1

    def note(self, ticket: Ticket, thought: Analysis) -> bool:
        """Keep a thought unless more was thought before; whether it is kept."""
        thoughts = self._thoughts if ticket.player == self.analyst else self._opinions
        known = thoughts.get(ticket.position)
        if known is not None and thought.simulations < known.simulations:
            return False
        thoughts[ticket.position] = thought
        self.changes += 1
        return True

    def note_certain(self, position: Position, thought: Analysis) -> None:
        """Keep what needs no thinking."""
        self._thoughts[position] = thought

    def settle(self, purpose: Purpose, position: Position) -> None:
        """A position has been thought about to the end; a review may be complete by this."""
        self._settled.add((purpose, position))
        self.changes += 1

    def unsettle(self, purpose: Purpose) -> None:
        """Positions are to be thought about once more, for longer."""
        self._settled = {each for each in self._settled if each[0] is not purpose}
        self.changes += 1

    def is_settled(self, purpose: Purpose, position: Position) -> bool:
        return (purpose, position) in self._settled

    def shown(self, position: Position) -> Analysis | None:
        """The thought to show of a position: the analyst's, else anybody's."""
        return self._thoughts.get(position) or self._opinions.get(position)

    def thought(self, position: Position) -> Analysis | None:
        """The analyst's thought of a position."""
        return self._thoughts.get(position)

    def is_known(self, position: Position, simulations: int) -> bool:
        """Return whether a position has been thought about that much, or to the end."""
        thought = self._thoughts.get(position)
        wanted = limit_of(self.analyst, simulations).simulations or 0
        enough = thought is not None and thought.simulations >= wanted
        settled = {(purpose, position) for purpose in (Purpose.REVIEW, Purpose.JUDGE)}
        return enough or not settled.isdisjoint(self._settled)

    def is_judged(self, position: Position) -> bool:
        """Return whether a review need not look at a position any more."""
        return self.is_known(position, REVIEW_SIMULATIONS)

    def judged(self, position: Position) -> Analysis | None:
        """A thought good enough for a review."""
        return self._thoughts.get(position) if self.is_judged(position) else None

    def black_win_rates(self, positions: Sequence[Position]) -> tuple[float | None, ...]:
        """Black's win rates by the analyst in each position; None where it has not thought."""
        known = [self._thoughts.get(position) for position in positions]
        return tuple(thought.black_win_rate if thought else None for thought in known)
