"""Every board that people play five in a row on is played by a network, and no worse for it."""

from pathlib import Path

import pytest

from experiments.everywhere import Options, play
from gomoku.rules import CARO, FREESTYLE, RENJU, STANDARD, VARIANT_NAMES, Rules
from gomoku_zero.brain.thinker import best_network, load_networks
from gomoku_zero.players.spec import network_for
from gomoku_zero.window.model.opponents import list_opponents
from nets.checkpoint import find_checkpoints

MODELS = Path(__file__).parents[2] / "models"
BOARDS = [Rules(size, variant=variant) for variant in range(4) for size in range(5, 23)]


def test_the_program_the_engine_and_the_window_have_a_network_for_every_board() -> None:
    networks = load_networks(find_checkpoints(MODELS), win_length=5)
    opponents = list_opponents([MODELS])
    for rules in BOARDS:
        assert network_for(rules, MODELS) is not None, rules.describe()
        assert best_network(networks, rules) is not None, rules.describe()
        assert any(its.is_network and its.plays(rules) for its in opponents), rules.describe()


def worse(options: Options, boards: list[Rules]) -> list[str]:
    """The boards where pure search has the better of the shipped network."""
    return [
        f"{rules.describe()}: {games.wins}-{games.draws}-{games.losses}"
        for rules, games in play(options, boards)
        if games.losses > games.wins
    ]


def test_a_network_is_no_worse_than_pure_search_on_some_boards() -> None:
    """Sizes that it was trained on, one between them and two beyond, under all rules."""
    boards = [Rules(7, variant=CARO), Rules(9), Rules(12, variant=RENJU)]
    boards += [Rules(13, variant=STANDARD), Rules(20, variant=FREESTYLE), Rules(22, variant=CARO)]
    options = Options(str(MODELS / "15x15"), simulations=100, opponent="pure:1000", pairs=2)
    assert worse(options, boards) == []


@pytest.mark.slow
@pytest.mark.parametrize("variant", range(4), ids=VARIANT_NAMES)
def test_a_network_is_no_worse_than_pure_search_anywhere(variant: int) -> None:
    boards = [rules for rules in BOARDS if rules.variant == variant]
    options = Options(str(MODELS / "15x15"), opponent="pure:1000", pairs=2)
    assert worse(options, boards) == []
