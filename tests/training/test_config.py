"""Settings from a file and from the command line: what is refused, and what goes before what."""

from pathlib import Path

import pytest

import train
from training.config import ConfigError, ReplayConfig, SelfPlayConfig, TrainConfig, read_config


def write(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text)
    return file


def parse(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> TrainConfig:
    """The configuration that train.py would train with."""
    parsed: list[TrainConfig] = []

    def remember(run: Path, config: TrainConfig, resume: bool, profile: Path | None) -> int:
        parsed.append(config)
        return 0

    monkeypatch.setattr(train, "train", remember)
    assert train.main(list(arguments)) == 0
    return parsed[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("simulations = 3", "unknown field `simulations`"),
        ("[selfplay]\nsimulatons = 3", "unknown field `simulatons`"),
        ('[selfplay]\nsimulations = "many"', "selfplay.simulations"),
        ("[selfplay]\nsimulations = 3.5", "selfplay.simulations"),
        ("[selfplay]\nsimulations = 0", "selfplay.simulations"),
        ("[learner]\nlearning_rate = -1.0", "learner.learning_rate"),
        ("[learner]\naveraging = 1.5", "learner.averaging"),
        ("[net]\nchannels = 0", "net.channels"),
        ("[game]\nsize = 40", "game.size"),
        ("[game]\nsize = 5\nwin_length = 6", "6 in a row does not fit on a 5x5 board"),
        ('[game]\nrules = "go"', "rules 'go' are unknown"),
        ('[game]\nrules = "renju"', "networks do not know renju"),
        ("[selfplay]\ngames = 2\nlanes = 3", "selfplay.lanes is 3"),
        ("[game]\nsize = 3\nwin_length = 3\n[selfplay]\nrandom_plies = 9", "selfplay.random_plies"),
        ("minutes = 0", "minutes"),
        ("evaluation = 3", "evaluation"),
        ("name = \n", "settings.toml"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(write(tmp_path, text))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"settings\.toml"):
        read_config(file)


def test_what_a_file_leaves_out_has_its_default(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, 'name = "a"\n[selfplay]\ngames = 7'))
    assert (config.name, config.selfplay.games) == ("a", 7)
    assert config.selfplay.simulations == SelfPlayConfig().simulations
    assert config.replay == ReplayConfig()


def test_the_command_line_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "minutes = 3\n[selfplay]\ngames = 7\nsimulations = 9")
    config = parse(
        monkeypatch, str(file), "--run", "r", "--minutes", "5", "--selfplay.simulations", "11"
    )
    assert (config.minutes, config.selfplay.simulations, config.selfplay.games) == (5.0, 11, 7)


def test_switches_and_lists_can_be_overridden_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "")
    config = parse(
        monkeypatch,
        *(str(file), "--run", "r", "--selfplay.no-gumbel"),
        *("--evaluation.opponents", "greedy", "random"),
    )
    assert config.selfplay.gumbel is False
    assert config.evaluation.opponents == ("greedy", "random")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--selfplay.simulatons", "3"], "simulatons"),
        (["--selfplay.simulations", "many"], "many"),
    ],
)
def test_an_unknown_or_ill_typed_option_ends_with_code_2_and_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        train.main([str(write(tmp_path, "")), "--run", "r", *arguments])
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


def test_an_option_out_of_range_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path, ""))
    assert train.main([file, "--run", "r", "--selfplay.simulations", "0"]) == 2
    assert "selfplay.simulations" in capsys.readouterr().err


def test_a_search_in_self_play_forgets_its_tree_and_has_one_kind_of_noise() -> None:
    halving, puct = SelfPlayConfig().to_search(), SelfPlayConfig(gumbel=False).to_search()
    assert (halving.gumbel, halving.noise_fraction, halving.keep_tree) == (True, 0.0, False)
    assert (puct.gumbel, puct.noise_fraction) == (False, 0.25)
