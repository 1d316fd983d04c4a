"""What is chosen in the new-game dialog, without pygame."""

from dataclasses import replace

import pytest

from gomoku.rules import RENJU, Rules
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.i18n import languages, load_language
from gomoku_zero.window.model.commands import (
    FormCommand,
    FormOpponent,
    FormScroll,
    FormSeat,
    FormSide,
    FormSize,
    FormStrength,
    FormVariant,
    Switch,
)
from gomoku_zero.window.model.new_game import (
    CLOCKS,
    SIDES,
    ChosenPlayer,
    NewGameForm,
    adapted,
    form_of,
)
from gomoku_zero.window.model.opponents import ADAPTIVE, GREEDY, LEVELS, PURE, RANDOM, Opponent
from gomoku_zero.window.model.rating import PlayerRating, first_rating
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.view.layout import Rect, lay_out_window
from gomoku_zero.window.view.new_game_dialog import engine_dialog, new_game_dialog
from gomoku_zero.window.view.widgets import Control, next_focus
from mcts.player import MAX_SIMULATIONS

SIX, NINE = Rules(size=6, win_length=4), Rules(size=9)
SMALL = Opponent("small", "net:small", "@", (25, 100, 400), (SIX,))
BROKEN = Opponent("torn", "net:torn", broken="checkpoint_damaged")
ENGINE = Opponent("brain", "engine:brain", "@", (1, 2, 5), unit="seconds", win_length=5)
OPPONENTS = [ADAPTIVE, LEVELS, SMALL, BROKEN, PURE, GREEDY, RANDOM, ENGINE]
NEW = first_rating(level_table())


def chosen(form: NewGameForm, *commands: FormCommand) -> NewGameForm:
    for command in commands:
        form = form.after(command, OPPONENTS)
    return form


def start(form: NewGameForm, coin: bool = True, rating: PlayerRating = NEW) -> GameSetup:
    return form.setup(OPPONENTS, coin, rating)


@pytest.mark.parametrize(
    ("side", "coin", "black", "white"),
    [
        ("black", True, HUMAN, "level:5"),
        ("white", True, "level:5", HUMAN),
        ("random_color", True, HUMAN, "level:5"),
        ("random_color", False, "level:5", HUMAN),
        ("both_colors", True, HUMAN, HUMAN),
    ],
)
def test_the_human_plays_the_color_chosen(side: str, coin: bool, black: str, white: str) -> None:
    form = chosen(NewGameForm(NINE), FormOpponent(1), FormStrength(4), FormSide(side))
    setup = start(form, coin)
    assert (setup.black, setup.white) == (black, white)


def test_two_different_engines_can_be_watched() -> None:
    form = chosen(
        NewGameForm(NINE),
        FormSide("watch"),
        FormOpponent(4),
        FormStrength(1),
        FormSeat(True),
        FormOpponent(1),
        FormStrength(9),
    )
    setup = start(form)
    assert (setup.black, setup.white) == ("pure:1000", "level:10")
    again = form_of(setup, OPPONENTS)
    assert (again.side, again.seat, again.rival) == (
        "watch",
        ChosenPlayer(4, 1),
        ChosenPlayer(1, 9),
    )


def test_the_adaptive_level_is_the_one_that_suits_the_user() -> None:
    form = chosen(NewGameForm(NINE), FormOpponent(0))
    for level in level_table():
        setup = start(form, rating=PlayerRating(float(level.elo), 3))
        assert setup == GameSetup(NINE, HUMAN, f"level:{level.number}", adaptive=True)
        assert form_of(setup, OPPONENTS).seat.opponent == 0


def test_a_rematch_with_an_adaptive_level_chooses_it_anew() -> None:
    setup = GameSetup(NINE, "level:3", HUMAN, adaptive=True)
    strong = PlayerRating(float(level_table()[7].elo), 9)
    assert adapted(setup, strong) == replace(setup, black="level:8")
    fixed = replace(setup, adaptive=False)
    assert adapted(fixed, strong) == fixed


def test_choosing_a_network_or_an_engine_chooses_a_board_it_knows() -> None:
    form = chosen(NewGameForm(NINE), FormOpponent(2))
    assert form.rules == SIX
    assert chosen(form, FormOpponent(7)).rules == Rules(6, 5)
    assert chosen(form, FormOpponent(1)).rules == SIX


def test_what_is_broken_cannot_be_chosen() -> None:
    form = chosen(NewGameForm(NINE), FormOpponent(3))
    assert form == NewGameForm(NINE)


def test_a_game_that_somebody_cannot_play_cannot_start() -> None:
    form = chosen(NewGameForm(NINE), FormOpponent(2), FormSize(1))
    assert not form.can_start(OPPONENTS)
    assert chosen(form, FormSide("both_colors")).can_start(OPPONENTS)
    watching = chosen(form, FormSize(-1), FormSide("watch"))
    assert watching.can_start(OPPONENTS)
    assert not chosen(watching, FormSize(1)).can_start(OPPONENTS)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_renju_makes_a_board_that_is_too_small_for_it_larger(size: int) -> None:
    form = chosen(NewGameForm(Rules(size, 3)), FormVariant(RENJU))
    assert form.rules == Rules(5, 5, RENJU)
    assert form.rules.validated()


@pytest.mark.parametrize("size", range(6, 21))
def test_every_size_from_6_to_20_can_be_chosen(size: int) -> None:
    form = NewGameForm(Rules(15))
    for _ in range(abs(size - 15)):
        form = chosen(form, FormSize(1 if size > 15 else -1))
    assert start(form).rules.size == size


def test_renju_means_five_in_a_row() -> None:
    form = chosen(NewGameForm(SIX), FormVariant(RENJU))
    assert form.rules == Rules(6, 5, RENJU)


def test_the_form_of_a_game_makes_that_game_again() -> None:
    for black, white in ((HUMAN, "level:7"), ("pure:5000", HUMAN), (HUMAN, HUMAN)):
        setup = GameSetup(NINE, black, white, CLOCKS[2])
        assert start(form_of(setup, OPPONENTS)) == setup


def test_removing_an_opponent_leaves_a_form_that_can_be_used() -> None:
    form = chosen(NewGameForm(NINE), FormOpponent(7))
    fewer = form.without_opponent(7, OPPONENTS[:-1])
    assert fewer.setup(OPPONENTS[:-1], True, NEW).white == "random"


def test_removing_an_engine_leaves_the_other_seats_to_those_who_were_chosen() -> None:
    engines = [replace(ENGINE, name=name, base=f"engine:{name}") for name in ("a", "b", "c")]
    rules = Rules(size=9)
    form = NewGameForm(rules, "watch", ChosenPlayer(1, 4), ChosenPlayer(len(OPPONENTS) + 1, 0))
    before = form.setup([*OPPONENTS, *engines], True, NEW)
    assert (before.black, before.white) == ("level:5", "engine:b@1")
    fewer = form.without_opponent(len(OPPONENTS), [*OPPONENTS, *engines[1:]])
    assert fewer.setup([*OPPONENTS, *engines[1:]], True, NEW) == before


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("size", [(1120, 780), (420, 820), (480, 360), (2560, 1440)])
def test_the_dialog_stays_in_the_window_and_its_controls_apart(
    code: str, side: str, size: tuple[int, int]
) -> None:
    layout, language = lay_out_window(*size), load_language(code)
    dialogs = [engine_dialog(layout, "/usr/bin/engine", "", language)]
    for index in range(len(OPPONENTS)):
        form = chosen(NewGameForm(NINE, side), FormOpponent(index), FormScroll(index))
        dialogs.append(new_game_dialog(layout, form, OPPONENTS, language, NEW))
    for dialog in dialogs:
        buttons = [each.rect for each in dialog.controls if each.command is not None]
        for rect in buttons:
            assert dialog.box.left <= rect.left < rect.right <= dialog.box.right
            assert dialog.box.top <= rect.top < rect.bottom <= dialog.box.bottom
        for i, first in enumerate(buttons):
            for second in buttons[i + 1 :]:
                assert (
                    first.right <= second.left
                    or second.right <= first.left
                    or first.bottom <= second.top
                    or second.bottom <= first.top
                )


def test_a_player_that_is_no_more_than_a_name_can_be_listed() -> None:
    opponents = [*OPPONENTS[:4], Opponent("{odd}_name", "net:{odd}_name")]
    form = NewGameForm(NINE, seat=ChosenPlayer(4))
    dialog = new_game_dialog(lay_out_window(1120, 780), form, opponents, load_language("en"), NEW)
    (row,) = [each for each in dialog.controls if each.text == "{odd}_name"]
    assert row.note == ""


def test_the_keyboard_reaches_every_control() -> None:
    dialog = new_game_dialog(
        lay_out_window(1120, 780), NewGameForm(NINE), OPPONENTS, load_language("en"), NEW
    )
    wanted = {each.command for each in dialog.controls if each.command and each.enabled}
    focus, reached = None, set()
    for _ in wanted:
        focus = next_focus(dialog.controls, focus, 0, 0)
        reached.add(focus)
    assert reached == wanted


def test_arrows_go_to_the_neighbor() -> None:
    def button(name: str, left: int, top: int) -> Control:
        return Control(Rect(left, top, 50, 20), name, Switch(name))

    controls = [
        button("a", 0, 0),
        replace(button("b", 60, 0), selected=True),
        replace(button("off", 120, 0), enabled=False),
        button("c", 0, 30),
        button("d", 60, 30),
    ]

    def go(name: str | None, across: int, down: int) -> str:
        focus = next_focus(controls, Switch(name) if name else None, across, down)
        assert isinstance(focus, Switch)
        return focus.name

    assert go(None, 0, 1) == "b"
    assert go("b", -1, 0) == "a"
    assert go("b", 1, 0) == "b"
    assert go("b", 0, 1) == "d"
    assert go("c", 0, -1) == "a"
    assert go("d", 0, 0) == "a"
    assert next_focus([], None, 0, 1) is None


def test_a_network_thinks_by_time_where_that_is_chosen() -> None:
    timed = replace(SMALL, times=(1, 3, 10))
    opponents = [timed if each == SMALL else each for each in OPPONENTS]
    form = NewGameForm(SIX)
    for command in (FormOpponent(2), FormStrength(5)):
        form = form.after(command, opponents)
    setup = form.setup(opponents, True, NEW)
    assert (setup.white, setup.seconds) == ("net:small@400", (0.0, 10.0))
    assert setup.swapped.seconds == (10.0, 0.0)
    again = form_of(setup, opponents)
    assert again.seat == form.seat
    session = GameSession(setup)
    session.play(14)
    ticket = session.wanted()
    assert ticket is not None
    assert (ticket.limit.seconds, ticket.limit.simulations) == (10.0, MAX_SIMULATIONS)
    assert timed.elo(5, SIX) is None
