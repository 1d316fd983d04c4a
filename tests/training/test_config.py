"""Settings from a file and from the command line: what is refused, and what goes before what."""

import re
from pathlib import Path

import pytest

from gomoku.rules import FREESTYLE, RENJU, STANDARD, Rules
from gomoku_zero.commands import train
from gomoku_zero.training.config import (
    ConfigError,
    GameConfig,
    NetSection,
    ReplayConfig,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.config_file import checked, describe_init, read_config, with_net_of_init
from nets.checkpoint import CheckpointError, CheckpointMeta, save_checkpoint
from nets.config import NetConfig
from nets.resnet.net import PolicyValueNet


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
        ('[game]\nsize = 9\nwin_length = 4\nrules = "renju"', "renju is played with 5 in a row"),
        (
            '[game]\nother_rules = [["freestyle", 0.3]]',
            "freestyle, freestyle are not all",
        ),
        ('[game]\nother_rules = [["go", 0.3]]', "rules 'go' are unknown"),
        ('[game]\nother_rules = [["renju", 1.0]]', "something must be left for freestyle"),
        ('[game]\nother_rules = [["renju", 0.0]]', "each must be above 0"),
        ("[selfplay]\ngames = 2\nlanes = 3", "selfplay.lanes is 3"),
        ("[game]\nsize = 3\nwin_length = 3\n[selfplay]\nrandom_plies = 9", "selfplay.random_plies"),
        ("[game]\nother_sizes = [[15, 0.5]]", "game.other_sizes: the sizes [15, 15]"),
        ("[game]\nother_sizes = [[9, 0.5], [7, 0.5]]", "something must be left for 15x15"),
        ("[game]\nother_sizes = [[4, 0.5]]", "5 in a row does not fit on a 4x4 board"),
        ("[game]\nother_sizes = [[3.5, 0.5]]", "game.other_sizes"),
        ("[selfplay]\nfewer_simulations = [[0.5, 16], [0.2, 8]]", "shares [0.5, 0.2] do not rise"),
        ("[selfplay]\nfewer_simulations = [[0.5, 99]]", "selfplay.fewer_simulations has 99"),
        ("[selfplay]\nfull_share = 0.0", "selfplay.full_share"),
        ("[game]\nother_sizes = [[9, 0.7], [12, 0.2], [13, 0.1]]", "must be left for 15x15"),
        ("[net]\nstem_kernel = 5", "net.stem_kernel is no longer a setting"),
        ("games = 300", "games is no longer a setting"),
        ("[learner]\nbatch = 1", "learner.batch"),
        ('clock = "sun"', "clock"),
        ('[net]\narchitecture = "tree"', "net.architecture"),
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


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b'\xef\xbb\xbfname = "a"\n')
    assert read_config(file).name == "a"


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


@pytest.mark.parametrize("arguments", [("--seed", "-1"), ("--minutes", "inf")])
def test_numbers_that_no_run_can_use_are_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str]
) -> None:
    assert train.main([str(write(tmp_path, "")), "--run", "r", *arguments]) == 2
    assert arguments[0].removeprefix("--") in capsys.readouterr().err


def test_a_search_in_self_play_forgets_its_tree_and_has_one_kind_of_noise() -> None:
    halving, puct = SelfPlayConfig().to_search(), SelfPlayConfig(gumbel=False).to_search()
    assert (halving.gumbel, halving.noise_fraction, halving.keep_tree) == (True, 0.0, False)
    assert (puct.gumbel, puct.noise_fraction) == (False, 0.25)


def test_lists_of_pairs_can_be_overridden_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = parse(
        monkeypatch,
        *(str(write(tmp_path, "")), "--run", "r"),
        *("--selfplay.fewer-simulations", "0.1", "8", "0.5", "16"),
        *("--game.other-sizes", "9", "0.25"),
    )
    assert config.selfplay.fewer_simulations == ((0.1, 8), (0.5, 16))
    assert config.game.other_sizes == ((9, 0.25),)


def test_simulations_grow_with_the_run() -> None:
    config = SelfPlayConfig(simulations=64, fewer_simulations=((0.1, 16), (0.5, 32)))
    shares = (0.0, 0.09, 0.1, 0.49, 0.5, 1.0)
    assert [config.simulations_at(s) for s in shares] == [16, 16, 32, 32, 64, 64]


def test_every_size_has_its_share() -> None:
    game = GameConfig(size=15, other_sizes=((9, 0.25), (12, 0.25)))
    assert game.shares() == {Rules(15): 0.5, Rules(9): 0.25, Rules(12): 0.25}


def test_every_rule_set_has_its_share_of_every_size() -> None:
    others = (("standard", 0.25), ("renju", 0.25))
    game = GameConfig(size=15, other_sizes=((9, 0.5),), other_rules=others)
    assert next(iter(game.shares())) == Rules(15)
    assert game.shares() == {
        Rules(size, 5, variant): share / 2
        for size in (15, 9)
        for variant, share in ((FREESTYLE, 0.5), (STANDARD, 0.25), (RENJU, 0.25))
    }


def test_a_run_that_begins_with_a_checkpoint_has_its_shape(tmp_path: Path) -> None:
    net = PolicyValueNet(NetConfig(blocks=1, channels=8, pool_every=1))
    save_checkpoint(
        tmp_path / "net", net, CheckpointMeta(name="x", net=net.config, rules=[Rules(9)])
    )
    config = with_net_of_init(TrainConfig(init=str(tmp_path / "net")))
    assert config.net == NetSection(blocks=1, channels=8)
    with pytest.raises(CheckpointError, match="none"):
        with_net_of_init(TrainConfig(init=str(tmp_path / "none")))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("seed = 18446744073709551616", "seed"),
        ("seed = 9223372036854775808", "seed"),
        ("[learner]\nreuse = inf", "learner.reuse"),
        ("[learner]\nlearning_rate = inf", "learner.learning_rate is inf"),
        ("[learner]\ndecay_start = nan", "learner.decay_start"),
        ("minutes = nan", "minutes"),
        ("[selfplay]\ngames = 1000000000000", "selfplay.games"),
        ("[selfplay]\ngames = 900000000", "selfplay.games is 900,000,000, which takes"),
        ("[selfplay]\nsimulations = 1000000000000", "selfplay.simulations"),
        ("[net]\nchannels = 1000000000", "net.channels"),
        ("[net]\nblocks = 1000000", "net.blocks"),
        ("[replay]\nwindow = 1000000000", "replay.window is 1,000,000,000, which takes"),
        ('init = "models/\\u0000"', "init is 'models/"),
        ('[evaluation]\nopponents = ["net:a\\u0000b"]', "evaluation.opponents"),
    ],
)
def test_a_value_that_no_machine_can_hold_is_named(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(complaint)):
        checked(read_config(write(tmp_path, text)))


def test_a_shipped_network_is_begun_with_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = with_net_of_init(TrainConfig(init="models/9x9"))
    assert config.net.architecture == "patterns"
    assert describe_init(config)
