"""The list of techniques that `experiments.ablations` switches."""

from pathlib import Path

import msgspec
import pytest

from experiments.ablations import (
    TECHNIQUES,
    Settings,
    Technique,
    find_variants,
    value_of,
    with_settings,
)
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.config_file import checked, read_config

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("preset", ["6x6", "9x9", "15x15"])
@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda t: t.name)
def test_every_technique_can_be_switched_on_and_off(technique: Technique, preset: str) -> None:
    config = read_config(ROOT / "configs" / f"{preset}.toml")
    for settings in (technique.on, technique.off):
        switched = checked(with_settings(config, settings))
        assert all(value_of(switched, name) == value for name, value in settings.items())
    assert technique.on.items() ^ technique.off.items()


def test_what_the_recipe_has_is_left_out_and_what_it_lacks_is_added() -> None:
    without: Settings = {"selfplay.gumbel": False, "selfplay.balance_moves": 0}
    config = with_settings(TrainConfig(seed=4), without)
    variants = find_variants(config, ("gumbel", "averaging", "balance", "learner.reuse=6"))
    assert [variant.name for variant in variants] == [
        *("recipe", "recipe, another seed", "with gumbel", "without averaging", "with balance"),
        "learner.reuse=6",
    ]
    assert variants[1].settings == {"seed": 5}
    assert variants[-1].settings == {"learner.reuse": 6}


def test_an_unknown_technique_is_named() -> None:
    with pytest.raises(SystemExit, match="'magic'"):
        find_variants(TrainConfig(), ("magic",))


def test_settings_of_a_variant_survive_the_file_it_is_trained_from(tmp_path: Path) -> None:
    file = tmp_path / "variant.toml"
    for technique in TECHNIQUES:
        config = with_settings(TrainConfig(), technique.on)
        file.write_bytes(msgspec.toml.encode(msgspec.to_builtins(config)))
        assert read_config(file) == config
