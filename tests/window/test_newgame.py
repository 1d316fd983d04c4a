"""What is chosen in the new-game dialog, without pygame."""

from dataclasses import replace

import pytest

from gomoku.rules import RENJU, Rules
from gomoku_zero.players.levels import level_table
from gomoku_zero.window.controls import Command, Control, next_focus
from gomoku_zero.window.game_setup import HUMAN, GameSetup
from gomoku_zero.window.layout import Rect, lay_out_window
from gomoku_zero.window.newgame import (
    CLOCKS,
    SIDES,
    ChosenPlayer,
    NewGameForm,
    adapted,
    form_of,
)
from gomoku_zero.window.newgame_dialog import engine_dialog, new_game_dialog
from gomoku_zero.window.opponents import ADAPTIVE, GREEDY, LEVELS, PURE, RANDOM, Opponent
from gomoku_zero.window.rating import PlayerRating, first_rating
from gomoku_zero.window.words import languages, load_words

SIX, NINE = Rules(size=6, win_length=4), Rules(size=9)
SMALL = Opponent("small", "net:small", "@", (25, 100, 400), (SIX,))
BROKEN = Opponent("torn", "net:torn", broken="checkpoint_damaged")
ENGINE = Opponent("brain", "engine:brain", "@", (1, 2, 5), unit="seconds", win_length=5)
OPPONENTS = [ADAPTIVE, LEVELS, SMALL, BROKEN, PURE, GREEDY, RANDOM, ENGINE]
NEW = first_rating(level_table())


def chosen(form: NewGameForm, *commands: tuple[str, int | str]) -> NewGameForm:
    for name, argument in commands:
        form = form.after(Command(name, argument), OPPONENTS)
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
    form = chosen(
        NewGameForm(NINE), ("form_opponent", 1), ("form_strength", 4), ("form_side", side)
    )
    setup = start(form, coin)
    assert (setup.black, setup.white) == (black, white)


def test_two_different_engines_can_be_watched() -> None:
    form = chosen(
        NewGameForm(NINE),
        ("form_side", "watch"),
        ("form_opponent", 4),
        ("form_strength", 1),
        ("form_seat", 1),
        ("form_opponent", 1),
        ("form_strength", 9),
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
    form = chosen(NewGameForm(NINE), ("form_opponent", 0))
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
    form = chosen(NewGameForm(NINE), ("form_opponent", 2))
    assert form.rules == SIX
    assert chosen(form, ("form_opponent", 7)).rules == Rules(6, 5)
    assert chosen(form, ("form_opponent", 1)).rules == SIX


def test_what_is_broken_cannot_be_chosen() -> None:
    form = chosen(NewGameForm(NINE), ("form_opponent", 3))
    assert form == NewGameForm(NINE)


def test_a_game_that_somebody_cannot_play_cannot_start() -> None:
    form = chosen(NewGameForm(NINE), ("form_opponent", 2), ("form_size", 1))
    assert not form.can_start(OPPONENTS)
    assert chosen(form, ("form_side", "both_colors")).can_start(OPPONENTS)
    watching = chosen(form, ("form_size", -1), ("form_side", "watch"))
    assert watching.can_start(OPPONENTS)
    assert not chosen(watching, ("form_size", 1)).can_start(OPPONENTS)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_renju_makes_a_board_that_is_too_small_for_it_larger(size: int) -> None:
    form = chosen(NewGameForm(Rules(size, 3)), ("form_variant", RENJU))
    assert form.rules == Rules(5, 5, RENJU)
    assert form.rules.validated()


@pytest.mark.parametrize("size", range(6, 21))
def test_every_size_from_6_to_20_can_be_chosen(size: int) -> None:
    form = NewGameForm(Rules(15))
    for _ in range(abs(size - 15)):
        form = chosen(form, ("form_size", 1 if size > 15 else -1))
    assert start(form).rules.size == size


def test_renju_means_five_in_a_row() -> None:
    form = chosen(NewGameForm(SIX), ("form_variant", RENJU))
    assert form.rules == Rules(6, 5, RENJU)


def test_the_form_of_a_game_makes_that_game_again() -> None:
    for black, white in ((HUMAN, "level:7"), ("pure:5000", HUMAN), (HUMAN, HUMAN)):
        setup = GameSetup(NINE, black, white, CLOCKS[2])
        assert start(form_of(setup, OPPONENTS)) == setup


def test_removing_an_opponent_leaves_a_form_that_can_be_used() -> None:
    form = chosen(NewGameForm(NINE), ("form_opponent", 7))
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


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("size", [(1120, 780), (420, 820), (480, 360), (2560, 1440)])
def test_the_dialog_stays_in_the_window_and_its_controls_apart(
    language: str, side: str, size: tuple[int, int]
) -> None:
    layout, words = lay_out_window(*size), load_words(language)
    dialogs = [engine_dialog(layout, "/usr/bin/engine", "", words)]
    for index in range(len(OPPONENTS)):
        form = chosen(NewGameForm(NINE, side), ("form_opponent", index), ("form_scroll", index))
        dialogs.append(new_game_dialog(layout, form, OPPONENTS, words, NEW))
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
    dialog = new_game_dialog(lay_out_window(1120, 780), form, opponents, load_words("en"), NEW)
    (row,) = [each for each in dialog.controls if each.text == "{odd}_name"]
    assert row.note == ""


def test_the_keyboard_reaches_every_control() -> None:
    dialog = new_game_dialog(
        lay_out_window(1120, 780), NewGameForm(NINE), OPPONENTS, load_words("en"), NEW
    )
    wanted = {each.command for each in dialog.controls if each.command and each.enabled}
    focus, reached = None, set()
    for _ in wanted:
        focus = next_focus(dialog.controls, focus, 0, 0)
        reached.add(focus)
    assert reached == wanted


def test_arrows_go_to_the_neighbor() -> None:
    def button(name: str, left: int, top: int) -> Control:
        return Control(Rect(left, top, 50, 20), name, Command(name))

    controls = [
        button("a", 0, 0),
        replace(button("b", 60, 0), selected=True),
        replace(button("off", 120, 0), enabled=False),
        button("c", 0, 30),
        button("d", 60, 30),
    ]

    def go(name: str | None, across: int, down: int) -> str:
        focus = next_focus(controls, Command(name) if name else None, across, down)
        assert focus is not None
        return focus.name

    assert go(None, 0, 1) == "b"
    assert go("b", -1, 0) == "a"
    assert go("b", 1, 0) == "b"
    assert go("b", 0, 1) == "d"
    assert go("c", 0, -1) == "a"
    assert go("d", 0, 0) == "a"
    assert next_focus([], None, 0, 1) is None
