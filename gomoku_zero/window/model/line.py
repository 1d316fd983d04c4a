"""The decisions of a game, in order: its moves, and the choices of color in its opening."""

from gomoku.opening_rules import Decision, OpeningPhase, OpeningRule, Option, Seat, Turn
from gomoku.rules import BLACK, Color, Rules


class GameLine:
    """The decisions of a game, which can be cut and continued anywhere.

    An index counts decisions and a ply counts stones: only in an opening with choices do they
    differ, where two places have equally many stones, before and after a choice.
    """

    def __init__(
        self,
        rule: OpeningRule,
        rules: Rules,
        decisions: tuple[Decision, ...] = (),
        first: Color = BLACK,
    ) -> None:
        """
        first: the color of the first stone.

        Raises:
            RulesError, OpeningRuleError: if the rules cannot be played on this board.
            DecisionError: if an opening rule does not allow a decision.
        """
        self._phases = [OpeningPhase(rule, rules)]  # after every decision of the opening
        self._decisions: list[Decision] = []
        self._first = first
        for decision in decisions:
            self.put(len(self), decision)

    def __len__(self) -> int:
        return len(self._decisions)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(self._decisions)

    @property
    def moves(self) -> tuple[int, ...]:
        return self.moves_before(len(self))

    @property
    def opening(self) -> OpeningPhase:
        """The opening as far as it has come."""
        return self._phases[-1]

    def decision(self, index: int) -> Decision:
        return self._decisions[index]

    def moves_before(self, index: int) -> tuple[int, ...]:
        """The stones among so many decisions."""
        return tuple(each for each in self._decisions[:index] if not isinstance(each, Option))

    def index_of(self, ply: int) -> int:
        """The place with so many stones; of two the later one, after a choice."""
        stones = 0
        for index, decision in enumerate(self._decisions):
            is_stone = not isinstance(decision, Option)
            if is_stone and stones == ply:
                return index
            stones += is_stone
        return len(self)

    def phase_at(self, index: int) -> OpeningPhase:
        """The opening after so many decisions."""
        return self._phases[min(index, len(self._phases) - 1)]

    def turn_at(self, index: int) -> Turn | None:
        """The turn of the opening rule after so many decisions; None outside of the opening."""
        return self._phases[index].turn if index < len(self._phases) else None

    def seat_at(self, index: int) -> Seat:
        """Who decides after so many decisions."""
        turn = self.turn_at(index)
        if turn is not None:
            return turn.seat
        seat = self.phase_at(index).seat_of(self.color_at(index))
        assert seat is not None, "after an opening every color is somebody's"
        return seat

    def color_at(self, index: int) -> Color:
        """The color of the next stone after so many decisions."""
        return self._first if len(self.moves_before(index)) % 2 == 0 else self._first.other

    def color_of(self, seat: Seat, index: int) -> Color:
        """The color of a seat after so many decisions; while that is open, the first is Black."""
        settled = self.phase_at(index).color_of(seat)
        return settled or seat.usual_color

    def put(self, index: int, decision: Decision) -> None:
        """Decide after so many decisions; what was decided later is forgotten.

        The board must take the stone: only what an opening rule demands is looked at here.

        Raises:
            DecisionError: if an opening rule does not allow it; then nothing changes.
        """
        phase = None
        if self.turn_at(index) is not None or isinstance(decision, Option):
            phase = self.phase_at(index).decided(decision)
        self.cut(index)
        self._decisions.append(decision)
        if phase is not None:
            self._phases.append(phase)

    def cut(self, index: int) -> None:
        """Forget what was decided after so many decisions."""
        del self._decisions[index:]
        del self._phases[index + 1 :]
