"""Who decides what before the game proper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomoku.notation import NotationError, moves_from_text
from gomoku.opening_rules import (
    Decision,
    DecisionError,
    OpeningPhase,
    OpeningRule,
    OpeningRuleError,
    Option,
    OptionTurn,
    Seat,
    StoneTurn,
    opening_rule_from_name,
    opening_rules_for,
)
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules, RulesError

FIRST, SECOND = Seat.FIRST, Seat.SECOND
FREE, SWAP, SWAP2 = OpeningRule.FREE, OpeningRule.SWAP, OpeningRule.SWAP2
PRO, LONG_PRO = OpeningRule.PRO, OpeningRule.LONG_PRO


def phase_after(text: str, rule: OpeningRule, rules: Rules = Rules()) -> OpeningPhase:  # noqa: B008
    return OpeningPhase.from_text(text, rule, rules)


def test_a_free_game_has_no_opening_and_the_first_player_is_black() -> None:
    phase = OpeningPhase(FREE, Rules())
    assert phase.is_over
    assert phase.seat_of(BLACK) is FIRST
    assert phase.board().ply == 0
    assert phase.legal_points().size == 0


def test_in_swap_the_first_player_puts_black_white_black_and_the_second_one_chooses() -> None:
    phase = OpeningPhase(SWAP, Rules())
    for word, turn in (
        ("h8", StoneTurn(FIRST, BLACK, 3)),
        ("i9", StoneTurn(FIRST, WHITE, 2)),
        ("c3", StoneTurn(FIRST, BLACK, 1)),
    ):
        assert phase.turn == turn
        assert phase.seat_of(BLACK) is None
        assert phase.color_of(FIRST) is None
        phase = phase.decided(moves_from_text(word, 15)[0])
    assert phase.turn == OptionTurn(SECOND, (Option.BLACK, Option.WHITE))
    with pytest.raises(DecisionError, match="two is not an answer now: the second player chooses"):
        phase.decided(Option.PUT_TWO)


@pytest.mark.parametrize(
    ("text", "black"),
    [
        ("h8 i9 c3 black", SECOND),
        ("h8 i9 c3 white", FIRST),
        ("h8 i9 c3 two a1 b2 black", FIRST),
        ("h8 i9 c3 two a1 b2 white", SECOND),
    ],
)
def test_in_swap2_whoever_chooses_gets_the_color(text: str, black: Seat) -> None:
    phase = phase_after(text, SWAP2)
    assert phase.is_over
    assert phase.seat_of(BLACK) is black
    assert phase.seat_of(WHITE) is black.other
    assert (phase.color_of(black), phase.color_of(black.other)) == (BLACK, WHITE)
    assert phase.board().to_move is WHITE


def test_the_third_way_of_swap2_is_two_stones_and_a_choice_for_the_other() -> None:
    phase = phase_after("h8 i9 c3", SWAP2)
    assert phase.turn == OptionTurn(SECOND, (Option.BLACK, Option.WHITE, Option.PUT_TWO))
    phase = phase.decided(Option.PUT_TWO)
    assert phase.turn == StoneTurn(SECOND, WHITE, 2)
    phase = phase.decided(0)
    assert phase.turn == StoneTurn(SECOND, BLACK, 1)
    phase = phase.decided(1)
    assert phase.turn == OptionTurn(FIRST, (Option.BLACK, Option.WHITE))
    assert phase.seats == (FIRST, FIRST, FIRST, SECOND, SECOND, SECOND)
    assert phase.decided(Option.WHITE).options == ((SECOND, Option.PUT_TWO), (FIRST, Option.WHITE))
    assert np.flatnonzero(phase.board().cells == WHITE).tolist() == [0, *moves_from_text("i9", 15)]


@pytest.mark.parametrize(("rule", "wide"), [(PRO, 5), (LONG_PRO, 7)])
def test_in_pro_blacks_second_stone_leaves_the_middle(rule: OpeningRule, wide: int) -> None:
    phase = OpeningPhase(rule, Rules())
    assert phase.turn == StoneTurn(FIRST, BLACK, 1)
    assert phase.legal_points().tolist() == [112]
    phase = phase.decided(112)
    assert phase.turn == StoneTurn(SECOND, WHITE, 1)
    assert len(phase.legal_points()) == 224
    phase = phase.decided(0)
    assert phase.turn == StoneTurn(FIRST, BLACK, 1)
    # Everything outside of the middle, but for White's stone in the corner.
    reach = wide // 2
    middle = {
        row * 15 + column
        for row in range(7 - reach, 8 + reach)
        for column in range(7 - reach, 8 + reach)
    }
    assert len(middle) == wide * wide
    assert set(phase.legal_points().tolist()) == set(range(1, 225)) - middle
    phase = phase.decided(224)
    assert phase.is_over
    assert (phase.seat_of(BLACK), phase.board().to_move) == (FIRST, WHITE)


def test_a_board_of_even_size_has_four_centers() -> None:
    phase = OpeningPhase(PRO, Rules(size=6))
    assert phase.legal_points().tolist() == [14, 15, 20, 21]
    phase = phase_after("c4 a1", PRO, Rules(size=6))
    rows, columns = np.divmod(phase.legal_points(), 6)
    assert np.all((rows == 5) | (columns == 5))


@pytest.mark.parametrize(
    ("rule", "text", "message"),
    [
        (FREE, "h8", "the opening is over"),
        (SWAP2, "h8 h8", "h8 is occupied"),
        (SWAP2, "black", "the first player puts a black stone"),
        (
            SWAP2,
            "h8 i9 c3 d4",
            "d4 is not an answer now: the second player chooses one of black, whi",
        ),
        (SWAP2, "h8 i9 c3 two white", "the second player puts a white stone"),
        (SWAP2, "h8 i9 c3 two a1 b1 two", "the first player chooses one of black, white"),
        (SWAP2, "h8 i9 c3 white a1", "the opening is over"),
        (PRO, "h9", "h9 is not the center: by pro the first stone goes to h8"),
        (PRO, "h8 a1 h10", "h10 is too close: by pro Black's second stone is at least 3"),
        (LONG_PRO, "h8 a1 h11", "h11 is too close: by long-pro Black's second stone is at least 4"),
        (PRO, "h8 a1 a1", "a1 is occupied"),
        (PRO, "h8 a1 a2 a3", "the opening is over"),
    ],
)
def test_what_is_not_allowed_is_named(rule: OpeningRule, text: str, message: str) -> None:
    with pytest.raises(DecisionError, match=message):
        phase_after(text, rule)


@pytest.mark.parametrize("move", [-1, 225, 10**12])
def test_a_move_outside_the_board_is_named(move: int) -> None:
    with pytest.raises(DecisionError, match=f"move {move} is outside the board"):
        OpeningPhase(SWAP, Rules()).decided(move)


def test_a_point_of_numpy_becomes_a_plain_number() -> None:
    phase = OpeningPhase(PRO, Rules())
    phase = phase.decided(phase.legal_points()[0])
    assert [type(decision) for decision in phase.decisions] == [int]


def test_no_stone_of_an_opening_ends_the_game() -> None:
    # Three black stones in the top row would win: a3 and b3 are there, c3 is refused.
    phase = phase_after("a3 a1 b3 two b1", SWAP2, Rules(size=3, win_length=3))
    assert 2 not in phase.legal_points()
    with pytest.raises(DecisionError, match="c3 would end the game"):
        phase.decided(2)


@pytest.mark.parametrize(("rule", "smallest"), [(PRO, 6), (LONG_PRO, 8)])
def test_a_board_that_is_too_small_is_named(rule: OpeningRule, smallest: int) -> None:
    assert OpeningPhase(rule, Rules(size=smallest)).legal_points().size == 4
    assert rule in opening_rules_for(Rules(size=smallest))
    small = Rules(size=smallest - 1)
    assert rule not in opening_rules_for(small)
    with pytest.raises(OpeningRuleError, match=f"{small.size} board is too small, {smallest}x"):
        OpeningPhase(rule, small)


def test_bad_names_and_words_are_named() -> None:
    with pytest.raises(OpeningRuleError, match="'swap3' is unknown: use one of free, swap, swap2"):
        opening_rule_from_name("swap3")
    with pytest.raises(NotationError, match=r"'purple' is not a point.*or one of black, white"):
        phase_after("h8 i9 c3 purple", SWAP2)
    with pytest.raises(RulesError):
        OpeningPhase(SWAP, Rules(size=2))


@st.composite
def walks(draw: st.DrawFn) -> tuple[OpeningRule, Rules, list[int]]:
    """An opening rule, a board it can be played on, and numbers to draw decisions by."""
    size = draw(st.integers(3, 19))
    variant = draw(st.sampled_from([FREESTYLE, STANDARD, RENJU, CARO] if size >= 5 else [0, 1]))
    length = 5 if variant == RENJU else draw(st.integers(3, min(6, size)))
    rules = Rules(size, length, variant)
    rule = draw(st.sampled_from(opening_rules_for(rules)))
    return rule, rules, draw(st.lists(st.integers(0, 10**6), min_size=7, max_size=7))


@given(walks())
def test_random_openings_read_back_from_their_text(
    walk: tuple[OpeningRule, Rules, list[int]],
) -> None:
    rule, rules, numbers = walk
    phases = [OpeningPhase(rule, rules)]
    for number in numbers:
        phase = phases[-1]
        turn = phase.turn
        if turn is None:
            break
        decisions: list[Decision] = (
            list(turn.options) if isinstance(turn, OptionTurn) else phase.legal_points().tolist()
        )
        assert decisions  # a stone that is wanted has a point
        phases.append(phase.decided(decisions[number % len(decisions)]))
    last = phases[-1]
    assert last.is_over  # seven decisions are enough for every opening
    assert OpeningPhase.from_text(last.to_text(), rule, rules) == last
    assert last.board().outcome is None
    assert last.board().moves == last.moves
    assert {last.color_of(FIRST), last.color_of(SECOND)} == {BLACK, WHITE}


@given(st.lists(st.sampled_from([*Option, *range(-1, 10)]), max_size=8))
def test_decisions_at_random_are_taken_or_refused_and_nothing_else(
    decisions: list[Decision],
) -> None:
    for rule in (FREE, SWAP, SWAP2):
        phase = OpeningPhase(rule, Rules(size=3, win_length=3))
        for decision in decisions:
            try:
                phase = phase.decided(decision)
            except DecisionError:
                continue
            assert phase.decisions[-1] == decision
