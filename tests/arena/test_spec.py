"""Specs name players; every text stands for one spec and every spec for one text."""

import dataclasses
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from gomoku_zero.players.spec import (
    Engine,
    Greedy,
    Human,
    Level,
    Net,
    PlayerSpec,
    Pure,
    Random,
    SpecError,
    make_player,
    parse_spec,
    spec_or_none,
    with_simulations,
)
from mcts.player import Limit

ROOT = Path(__file__).parents[2]

# Paths with everything that means something in a spec or in a command line.
PATHS = st.text(st.sampled_from("ab@,:=1'\" /.-"), min_size=1, max_size=12).filter(
    lambda path: path == path.strip() and "'\"" not in path and "\"'" not in path
)
NUMBERS = st.integers(1, 999_999_999)


def test_baselines_are_called_by_their_specs() -> None:
    assert isinstance(make_player("random"), RandomPlayer)
    assert isinstance(make_player("greedy"), GreedyPlayer)
    assert make_player("greedy").name == "greedy"


@pytest.mark.parametrize(
    "spec", ["", "gredy", "random:1", "pure", "pure:", "net:", "engine", "Net:models/9x9"]
)
def test_an_unknown_spec_is_told_the_forms_there_are(spec: str) -> None:
    with pytest.raises(SpecError) as error:
        make_player(spec)
    assert repr(spec) in str(error.value)
    assert "pure:PLAYOUTS" in str(error.value)
    assert "\n" not in str(error.value)
    assert spec_or_none(spec) is None


@pytest.mark.parametrize(
    "spec",
    ["pure:0", "pure:-3", "pure:many", "pure:1e3", "net:x@", "net:x@0", "pure:" + "9" * 5000],
)
def test_a_number_that_is_none_is_named(spec: str) -> None:
    with pytest.raises(SpecError, match="is not a number of"):
        make_player(spec)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("net:models/9x9", Net("models/9x9")),
        ("net:models/9x9@100", Net("models/9x9", 100)),
        ("net:models/9x9@100,vcf=0", Net("models/9x9", 100, vcf=0)),
        ("net:models/9x9@1,vct=5000", Net("models/9x9", 1, vct=5000)),
        ("net:/home/me@site/models/9x9", Net("/home/me@site/models/9x9")),
        (r"net:C:\me@site\models@7", Net(r"C:\me@site\models", 7)),
        ("net:my, own/nets@8", Net("my, own/nets", 8)),
        ("net:'nets@400'", Net("nets@400")),
        ("net:'nets@400'@25", Net("nets@400", 25)),
        ("net:nets@400@25", Net("nets@400", 25)),
        ("pure:1000", Pure(1000)),
        ("level:5", Level(5)),
        ("level:5:a:b@4", Level(5, "a:b@4")),
        ("engine:./prog", Engine("./prog")),
        ("engine:./prog -x y@2.5", Engine("./prog -x y", 2.5)),
        ("engine:me@home/prog", Engine("me@home/prog")),
        ("engine:prog 'y@2'", Engine("prog 'y@2'")),
        ("greedy", Greedy()),
        ("random", Random()),
        ("human", Human()),
    ],
)
def test_a_text_stands_for_a_spec(text: str, spec: PlayerSpec) -> None:
    assert parse_spec(text) == spec
    assert parse_spec(str(spec)) == spec


@given(PATHS, st.none() | NUMBERS, st.none() | st.integers(0, 9999), st.none() | st.just(0))
def test_every_network_survives_being_written(
    folder: str, simulations: int | None, vcf: int | None, vct: int | None
) -> None:
    spec = Net(folder, simulations, vcf, vct)
    again = parse_spec(str(spec))
    if simulations is None and (vcf, vct) != (None, None):
        spec = dataclasses.replace(spec, simulations=400)  # options follow a number
    assert again == spec


@given(PATHS, st.none() | st.floats(0.001, 9999).map(lambda value: round(value, 3)))
def test_every_engine_with_a_time_survives_being_written(
    command: str, seconds: float | None
) -> None:
    spec = Engine(command, seconds)
    again = parse_spec(str(spec))
    assert isinstance(again, Engine)
    assert again.seconds == seconds
    if seconds is not None:
        assert again == spec


@given(st.integers(1, 10), st.none() | PATHS)
def test_every_level_survives_being_written(number: int, folder: str | None) -> None:
    assert parse_spec(str(Level(number, folder))) == Level(number, folder)


def test_a_folder_whose_name_looks_like_a_number_of_simulations_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nets@400").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_spec("net:nets@400") == Net("nets@400")
    assert parse_spec(str(Net("nets@400"))) == Net("nets@400")


@pytest.mark.parametrize("folder", ["/home/me@site/models/9x9", r"C:\me@site\models", "a,b c/d"])
def test_simulations_are_changed_and_options_kept(folder: str) -> None:
    for text, changed in (
        (f"net:{folder}", f"net:{folder}@50"),
        (f"net:{folder}@400,vcf=0", f"net:{folder}@50,vcf=0"),
    ):
        assert str(with_simulations(parse_spec(text), 50)) == changed
    with pytest.raises(SpecError, match="is not a checkpoint"):
        parse_spec(f"net:{folder}").rules()
    with pytest.raises(SpecError, match="level:3 has no number of simulations"):
        with_simulations(Level(3), 50)


def test_players_without_a_network_were_made_for_no_rules() -> None:
    for text in ("random", "pure:100", "level:3", "greedy", "engine:prog", "human"):
        assert parse_spec(text).rules() is None
    assert parse_spec("net:models/9x9").rules() == Rules(9)
    assert parse_spec("level:3:models/6x6").rules() == Rules(6, 4)


def test_only_what_lies_behind_a_spec_has_a_fingerprint() -> None:
    assert parse_spec("pure:100").fingerprint() == parse_spec("engine:prog").fingerprint() == ""
    nine = parse_spec("net:models/9x9@1").fingerprint()
    assert nine == parse_spec(f"net:{ROOT / 'models' / '9x9'}@400,vcf=0").fingerprint()
    assert nine != parse_spec("net:models/15x15@1").fingerprint()
    assert len(nine) == 16


def test_a_person_plays_only_in_the_window() -> None:
    with pytest.raises(SpecError, match="'human' cannot play here"):
        make_player("human")


# What every player promises --------------------------------------------------------------------

SPECS = [
    "random",
    "greedy",
    "pure:64",
    "net:models/9x9@32",
    "net:models/9x9@8,vcf=0,vct=0",
    "level:1:models/9x9",
    "level:10:models/9x9",
    f"engine:{sys.executable} {ROOT / 'tests' / 'arena' / 'fake_engine.py'} good@1",
]


@pytest.mark.parametrize("text", SPECS)
def test_every_player_keeps_the_contract(text: str) -> None:
    rules = Rules(9)
    ended_soon = Board.from_moves(rules, [0, 9, 1, 10, 2, 11, 3])
    boards = [Board(rules), Board.from_moves(rules, [40, 41, 50]), ended_soon]
    before = [(board.to_text(), board.moves, board.to_move) for board in boards]
    player = make_player(text, seed=3)
    try:
        assert player.name == text
        assert player.choose_moves([], Limit()) == []
        for group in (boards, boards[1:2], boards):
            choices = player.choose_moves(group, Limit(simulations=16, seconds=5))
            assert len(choices) == len(group)
            for board, choice in zip(group, choices, strict=True):
                assert type(choice.move) is int
                assert board.is_legal(choice.move)
                assert choice.value is None or -1 <= choice.value <= 1
        assert [(board.to_text(), board.moves, board.to_move) for board in boards] == before
        at_once = player.choose_moves(boards[:1], Limit(seconds=0))
        assert boards[0].is_legal(at_once[0].move)
    finally:
        player.close()
    player.close()  # a second time does nothing
