"""Specs name players, and bad ones are told apart."""

import pytest

from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer
from gomoku_zero.players.spec import SpecError, make_player, rules_of, with_simulations


def test_baselines_are_called_by_their_specs() -> None:
    assert isinstance(make_player("random"), RandomPlayer)
    assert isinstance(make_player("greedy"), GreedyPlayer)
    assert make_player("greedy").name == "greedy"


@pytest.mark.parametrize("spec", ["", "gredy", "random:1", "pure", "pure:", "net:", "engine"])
def test_an_unknown_spec_is_told_the_forms_there_are(spec: str) -> None:
    with pytest.raises(SpecError) as error:
        make_player(spec)
    assert repr(spec) in str(error.value)
    assert "pure:PLAYOUTS" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "spec",
    ["pure:0", "pure:-3", "pure:many", "pure:1e3", "net:x@", "net:x@0", "pure:" + "9" * 5000],
)
def test_a_number_that_is_none_is_named(spec: str) -> None:
    with pytest.raises(SpecError, match="is no number of"):
        make_player(spec)


@pytest.mark.parametrize("folder", ["/home/me@site/models/9x9", r"C:\me@site\models"])
def test_a_folder_may_have_an_at_sign_in_its_path(folder: str) -> None:
    assert with_simulations(f"net:{folder}", 50) == f"net:{folder}@50"
    assert with_simulations(f"net:{folder}@400,vcf=0", 50) == f"net:{folder}@50,vcf=0"
    with pytest.raises(SpecError, match="is no checkpoint"):
        rules_of(f"net:{folder}")


def test_players_without_a_network_were_made_for_no_rules() -> None:
    assert rules_of("random") is None
    assert rules_of("pure:100") is None
