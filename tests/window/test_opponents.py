"""The list of opponents, whatever lies in the folders."""

import json
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from gomoku.rules import Rules
from gomoku_zero.arena.known_ratings import KnownRating, known_ratings, weights_digest
from gomoku_zero.window.i18n import load_language
from gomoku_zero.window.model.opponents import (
    ADAPTIVE,
    GREEDY,
    LEVELS,
    PURE,
    STRENGTHS,
    Opponent,
    asked_for,
    best_network,
    engine_opponent,
    level_in,
    list_opponents,
    opponent_of,
    opponent_title,
)
from nets.checkpoint import CheckpointMeta
from nets.config import NetConfig

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = load_language("en")
NINE = Rules(size=9)


def make_checkpoint(folder: Path, *, rules: Rules = NINE, cycles: int = 0) -> Path:
    """A folder that looks like a checkpoint; nobody plays with it."""
    folder.mkdir(parents=True)
    meta = CheckpointMeta(name="net", net=NetConfig(), rules=[rules], cycles=cycles, seconds=5400.0)
    (folder / "meta.json").write_bytes(msgspec.json.encode(meta))
    (folder / "weights.safetensors").write_bytes(b"weights")
    return folder


def test_every_checkpoint_of_a_run_is_listed_the_newest_first(tmp_path: Path) -> None:
    for cycle in (2, 10, 9):
        make_checkpoint(tmp_path / "mine" / "checkpoints" / f"{cycle:06}", cycles=cycle)
    names = [each.name for each in list_opponents([tmp_path])]
    assert [name for name in names if name.startswith("mine")] == ["mine 10", "mine 9", "mine 2"]


def test_a_checkpoint_says_what_it_plays_and_how_long_it_was_trained(tmp_path: Path) -> None:
    make_checkpoint(tmp_path / "mine")
    network = best_network(list_opponents([tmp_path]))
    assert network is not None
    assert network.about(ENGLISH) == "9x9, 5 or more, 1.5 h"
    assert network.plays(NINE)
    assert not network.plays(Rules())


def test_damaged_checkpoints_are_listed_as_such_and_harm_no_other(tmp_path: Path) -> None:
    make_checkpoint(tmp_path / "good")
    (make_checkpoint(tmp_path / "torn") / "meta.json").write_bytes(b'{"name": "to')
    (make_checkpoint(tmp_path / "empty") / "weights.safetensors").write_bytes(b"")
    (make_checkpoint(tmp_path / "bare") / "weights.safetensors").unlink()
    shutil.rmtree(make_checkpoint(tmp_path / "gone"))
    by_name = {each.name: each for each in list_opponents([tmp_path])}
    for name in ("torn", "empty", "bare"):
        assert by_name[name].broken == "checkpoint_damaged"
        assert not by_name[name].plays(NINE)
    assert not by_name["good"].broken
    assert best_network(list(by_name.values())) == by_name["good"]


def test_names_with_braces_and_underscores_are_shown_as_they_are(tmp_path: Path) -> None:
    make_checkpoint(tmp_path / "my_{run}")
    network = best_network(list_opponents([tmp_path]))
    assert network is not None
    assert ENGLISH.name(network.name) == "my_{run}"


@pytest.mark.parametrize("form", ["net:mine/9x9", "net:mine/9x9@400", "net:mine/../mine/9x9@400"])
def test_a_checkpoint_is_the_listed_one_by_whatever_path(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_checkpoint(tmp_path / "mine" / "9x9")
    monkeypatch.chdir(tmp_path)
    opponents = list_opponents([tmp_path / "mine"])
    spec, opponent = asked_for(form, opponents)
    assert spec == f"net:{folder}@400"
    assert opponent == best_network(opponents)
    assert opponent_of(spec, opponents) == (opponent, STRENGTHS.index(400))


def test_a_checkpoint_that_is_not_listed_gets_an_entry_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_checkpoint(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    spec, opponent = asked_for("net:mine@77", list_opponents([]))
    assert (spec, opponent.base) == (f"net:{folder}@77", f"net:{folder}")
    assert opponent.about(ENGLISH) == "9x9, 5 or more, 1.5 h"
    assert not opponent.plays(Rules())


@pytest.mark.parametrize("spec", ["net:nowhere@400", "net:", "net:.@many", "pure:7", "greedy"])
def test_what_names_no_checkpoint_stays_as_it_was_typed(spec: str) -> None:
    named, opponent = asked_for(spec, list_opponents([]))
    assert named == spec
    assert opponent.elo(0, NINE) is None or spec == "greedy"


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    opponents = list_opponents([tmp_path / "nothing"])
    assert opponents[:3] == [ADAPTIVE, LEVELS, PURE]
    assert best_network(opponents) is None


def test_the_rating_of_a_run_is_that_of_its_cycle(tmp_path: Path) -> None:
    for cycle in (4, 5):
        make_checkpoint(tmp_path / "mine" / "checkpoints" / f"{cycle:06}", cycles=cycle)
    lines = [{"cycle": 4, "ladder/elo": 250.4}, {"cycle": 5, "loss": 1.0}, {"ladder/elo": 3.0}]
    text = "\n".join([*map(json.dumps, lines), '{"cycle": 5, "ladder/elo": 1'])
    (tmp_path / "mine" / "metrics.jsonl").write_text(text)
    by_name = {each.name: each for each in list_opponents([tmp_path])}
    assert by_name["mine 4"].about(ENGLISH).endswith("Elo +250 in its run")
    assert by_name["mine 5"].run_elo is None


def test_a_rating_belongs_to_the_weights_it_was_measured_with(tmp_path: Path) -> None:
    shipped = ROOT / "models" / "9x9"
    shutil.copytree(shipped, tmp_path / "copy")
    shutil.copytree(shipped, tmp_path / "other")
    with (tmp_path / "other" / "weights.safetensors").open("ab") as weights:
        weights.write(b"more")
    by_name = {each.name: each for each in list_opponents([tmp_path])}
    measured = [each for each in known_ratings() if each.weights == weights_digest(shipped)]
    if measured:
        assert by_name["copy"].ratings == tuple(measured)
        assert "Elo" in by_name["copy"].about(ENGLISH)
    assert by_name["other"].ratings == ()


def test_what_was_measured_is_shown_for_the_strength_and_board_it_was_measured_at() -> None:
    measured = {(each.rules, each.player): each.elo for each in known_ratings()}
    assert measured[NINE, "pure:1000"] == 0
    assert PURE.elo(1, NINE) == 0
    assert PURE.elo(1, Rules(size=13)) is None
    assert PURE.elo(0, NINE) is None
    assert GREEDY.elo(0, NINE) == measured[NINE, "greedy"]
    network = Opponent(
        "9x9",
        "net:anywhere/9x9",
        "@",
        STRENGTHS,
        (NINE,),
        ratings=(KnownRating(NINE, "net:models/9x9@100", "digest", 900.0, 800.0, 1000.0),),
    )
    assert network.elo(STRENGTHS.index(100), NINE) == 900
    assert network.elo(STRENGTHS.index(400), NINE) is None


def test_engines_are_listed_by_their_program_and_missing_ones_with_the_reason() -> None:
    here = engine_opponent(f"{sys.executable} engine.py")
    assert (here.name, here.broken) == (Path(sys.executable).stem, "")
    assert here.spec(1) == f"engine:{sys.executable} engine.py@2"
    assert here.plays(Rules())
    assert not here.plays(Rules(6, 4))
    for command in ("/no/such/engine", "", "'open quote"):
        assert engine_opponent(command).broken == "program_missing"


def test_specs_of_levels_are_recognized() -> None:
    for spec, number in (("level:5", 5), ("level:10:models/9x9", 10)):
        level = level_in(spec)
        assert level is not None
        assert level.number == number
    for spec in ("level:0", "level:", "pure:5", "human", ""):
        assert level_in(spec) is None
    assert opponent_of("level:4", [LEVELS]) == (LEVELS, 3)


@pytest.mark.parametrize(
    ("name", "base", "english", "chinese"),
    [
        ("15x15", "net:models/15x15", "15x15 network", "15x15 神经网络"),
        ("strong", "net:models/strong", "strong", "strong"),
        ("15x15", "engine:15x15", "15x15", "15x15"),
    ],
)
def test_a_network_called_by_its_board_says_what_it_is(
    name: str, base: str, english: str, chinese: str
) -> None:
    opponent = Opponent(name, base)
    assert opponent_title(opponent, ENGLISH) == english
    assert opponent_title(opponent, load_language("zh")) == chinese


def test_lists_have_the_commas_of_their_language() -> None:
    assert ENGLISH.joined("a", "", "b") == "a, b"
    assert load_language("zh").joined("a", "", "b") == "a\uff0cb"
