"""A whole run: it resumes exactly, survives being killed, and refuses what is not its own."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from gomoku.forbidden import FORBIDDEN_CELL
from gomoku.rules import FREESTYLE, RENJU, STANDARD, Rules
from gomoku_zero.commands.train import main
from gomoku_zero.runs.metrics import read_metrics
from gomoku_zero.runs.rungs import Rung, read_rungs
from gomoku_zero.training.config import (
    EvaluationConfig,
    GameConfig,
    LearnerConfig,
    NetSection,
    SelfPlayConfig,
    TrainConfig,
)
from gomoku_zero.training.config_file import read_config
from gomoku_zero.training.ladder import Ladder
from gomoku_zero.training.lanes import Lanes
from gomoku_zero.training.log import RunLog
from gomoku_zero.training.loop import Trainer
from gomoku_zero.training.replay import Replay, read_arrays
from gomoku_zero.training.run_folder import Progress, RunFolder, State
from gomoku_zero.training.samples import Samples
from gomoku_zero.training.settings import RunError
from mcts.evaluation import Positions, with_forbidden
from nets.checkpoint import CheckpointMeta, load_checkpoint, read_meta, save_checkpoint
from nets.config import NetConfig
from nets.networks import make_net
from nets.patterns.net import PatternNet

ROOT = Path(__file__).parents[2]

TINY = TrainConfig(
    minutes=1e6,
    cycle_positions=60,
    game=GameConfig(size=3, win_length=3),
    net=NetSection(blocks=1, channels=8),
    selfplay=SelfPlayConfig(games=8, simulations=8, random_plies=2),
    learner=LearnerConfig(batch=32),
    evaluation=EvaluationConfig(opponents=(), minutes=1e6),
)


# Every technique that is off by default, and a second board size.
EVERYTHING = msgspec.structs.replace(
    TINY,
    game=GameConfig(
        size=3, win_length=3, other_sizes=((4, 0.3),), other_rules=(("standard", 0.3),)
    ),
    selfplay=msgspec.structs.replace(
        TINY.selfplay,
        fewer_simulations=((0.4, 4),),
        full_share=0.6,
        fast_simulations=3,
        settled_value=0.3,
        stone_distance=1,
        balance_moves=4,
    ),
)

PATTERNS = msgspec.structs.replace(
    TINY,
    net=NetSection(architecture="patterns", channels=8),
)


def train(
    folder: Path,
    cycles: int,
    *,
    resume: bool,
    beside_play: bool = False,
    base: TrainConfig = TINY,
) -> Trainer:
    """Train up to so many cycles of the tiny configuration."""
    run = RunFolder(folder)
    config = msgspec.structs.replace(
        base,
        learner=msgspec.structs.replace(base.learner, beside_play=beside_play),
    )
    # The budget that the learning rate follows is the same however the run is cut up.
    trainer = Trainer(msgspec.structs.replace(config, cycles=8), run, run.begin(resume))
    trainer.stop_after = cycles
    run.write_json("config.json", config)
    with RunLog(folder, seconds=1, done_seconds=0, last_cycle=trainer.progress.cycle) as log:
        trainer.run(log)
    return trainer


@pytest.mark.parametrize(
    ("beside_play", "quantized", "base"),
    [
        (False, True, TINY),
        (False, False, TINY),
        (True, True, TINY),
        (False, True, EVERYTHING),
        (False, True, PATTERNS),
    ],
    ids=["int8", "float32", "beside_play", "everything", "patterns"],
)
def test_resuming_at_a_cycle_boundary_reproduces_the_uninterrupted_run_exactly(
    tmp_path: Path,
    beside_play: bool,
    quantized: bool,
    base: TrainConfig,
    request: pytest.FixtureRequest,
) -> None:
    if not quantized:
        request.getfixturevalue("unquantized")
    how = {"beside_play": beside_play, "base": base}
    train(tmp_path / "whole", 4, resume=False, **how)  # type: ignore[arg-type]
    train(tmp_path / "parts", 2, resume=False, **how)  # type: ignore[arg-type]
    train(tmp_path / "parts", 4, resume=True, **how)  # type: ignore[arg-type]
    files = sorted(f.relative_to(tmp_path / "whole") for f in (tmp_path / "whole").rglob("0*.npz"))
    assert len(files) == 4 * len(base.game.shares())
    for file in files:
        whole, parts = (
            read_arrays(tmp_path / "whole" / file),
            read_arrays(tmp_path / "parts" / file),
        )
        assert whole.keys() == parts.keys()
        for name, array in whole.items():
            np.testing.assert_array_equal(array, parts[name], err_msg=f"{file} {name}")
    states = [RunFolder(tmp_path / name).begin(resume=True) for name in ("whole", "parts")]
    assert states[0] is not None
    assert states[1] is not None
    for name, tensor in states[0].tensors.items():
        assert torch.equal(tensor, states[1].tensors[name]), name


def test_a_run_on_several_sizes_gives_each_its_share(tmp_path: Path) -> None:
    trainer = train(tmp_path, 4, resume=False, base=EVERYTHING)
    points = {"replay": 9, "replay/4": 16, "replay/3-standard": 9, "replay/4-standard": 16}
    rows = {}
    for folder, count in points.items():
        parts = [read_arrays(file)["cells"] for file in (tmp_path / folder).glob("0*.npz")]
        assert {part.shape[1] for part in parts} == {count}
        rows[folder] = sum(len(part) for part in parts)
    assert trainer.progress.positions_by_rules == list(rows.values())
    assert sum(rows.values()) == trainer.progress.positions
    # 29, 13, 13 and 5 positions a cycle at least, and whole games.
    assert 4 * 13 <= rows["replay/4"] < rows["replay"]
    assert 4 * 5 <= rows["replay/4-standard"] < rows["replay/3-standard"]
    meta = read_meta(RunFolder(tmp_path).checkpoint(4))
    assert [Rules(*rules) for rules in meta.rules] == [
        Rules(size, 3, variant) for variant in (FREESTYLE, STANDARD) for size in (3, 4)
    ]


def test_a_batch_is_of_one_size_and_of_all_rules_that_are_played_on_it(tmp_path: Path) -> None:
    trainer = train(tmp_path, 2, resume=False, base=EVERYTHING)
    rows, rng = TINY.learner.batch, np.random.default_rng(0)
    batches = [trainer._windows.draw(rows, rng) for _ in range(60)]
    standard = 0
    for batch in batches:
        assert len({rules.size for _, rules in batch}) == 1
        assert sum(samples.rows for samples, _ in batch) == TINY.learner.batch
        assert all(samples.cells.shape[1] == rules.points for samples, rules in batch)
        standard += sum(samples.rows for samples, rules in batch if rules.variant == STANDARD)
    large = sum(batch[0][1].size == 4 for batch in batches)
    assert 6 <= large <= 30  # three in ten
    assert 0.2 < standard / (60 * TINY.learner.batch) < 0.4


def test_a_run_whose_sizes_were_changed_is_refused(tmp_path: Path) -> None:
    two_sizes = GameConfig(size=3, win_length=3, other_sizes=((4, 0.3),))
    train(tmp_path, 1, resume=False, base=msgspec.structs.replace(TINY, game=two_sizes))
    with pytest.raises(RunError, match=r"game\.other_sizes"):
        train(tmp_path, 2, resume=True)


def test_a_run_whose_rules_were_changed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tmp_path, 1, resume=False)
    RunFolder(tmp_path).write_json("config.json", TINY)
    file = tmp_path / "settings.toml"
    file.write_bytes(msgspec.toml.encode(TINY))
    arguments = [str(file), "--run", str(tmp_path), "--resume", "--cycles", "2"]
    assert main([*arguments, "--game.rules", "standard"]) == 2
    assert (
        "game.rules is freestyle in the configuration of the run and cannot"
        in capsys.readouterr().err
    )
    assert main(arguments) == 0


def test_a_run_under_renju_learns_without_forbidden_moves(tmp_path: Path) -> None:
    game = GameConfig(size=7, rules="renju", other_rules=(("caro", 0.3),))
    selfplay = msgspec.structs.replace(TINY.selfplay, random_plies=12, vcf_search=20)
    net = NetSection(architecture="patterns", channels=8)
    base = msgspec.structs.replace(TINY, game=game, net=net, selfplay=selfplay, cycle_positions=400)
    trainer = train(tmp_path, 2, resume=False, base=base)
    parts = [read_arrays(file) for file in (tmp_path / "replay").glob("0*.npz")]
    cells, policy, to_move, value = (
        np.concatenate([part[name] for part in parts])
        for name in ("cells", "policy", "to_move", "root_value")
    )
    rules = Rules(7, variant=RENJU)
    last_move = np.full(len(cells), -1, np.int16)
    positions = Positions(with_forbidden(cells, rules), to_move, last_move, rules)
    assert (positions.cells == FORBIDDEN_CELL).any(axis=1).sum() > 10
    # But where only a forbidden point stops White's four: there Black has lost.
    assert (value[(policy * positions.illegal()).any(axis=1)] == -1).all()
    net_ = trainer._learner.averaged
    assert isinstance(net_, PatternNet)
    assert net_.forbidden.abs().max() > 0
    meta = read_meta(RunFolder(tmp_path).checkpoint(2))
    assert [Rules(*rules).variant_name for rules in meta.rules] == ["renju", "caro"]


def test_processor_time_does_not_pass_while_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(self: Replay, cycle: int, samples: Samples) -> None:
        time.sleep(1.5)
        append(self, cycle, samples)

    append = Replay.append
    monkeypatch.setattr(Replay, "append", slow)
    seconds = {}
    for clock in ("wall", "cpu"):
        base = msgspec.structs.replace(TINY, clock=clock)
        seconds[clock] = train(tmp_path / clock, 1, resume=False, base=base).progress.seconds
    assert seconds["wall"] > 1.5
    assert seconds["cpu"] < seconds["wall"] - 1


def test_a_run_may_begin_with_a_network_of_another_board_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "first"
    # Of a shape that no run can be given by its settings.
    net = make_net(NetConfig(blocks=1, channels=8, head_channels=8, pool_every=1))
    meta = CheckpointMeta(name="first", net=net.config, rules=[Rules(3, 3)])
    save_checkpoint(checkpoint, net, meta)
    arguments = [
        *("configs/tictactoe.toml", "--run", str(tmp_path / "second"), "--init", str(checkpoint)),
        *("--game.size", "4", "--cycle-positions", "40", "--minutes", "100"),
        *("--learner.learning-rate", "1e-9", "--evaluation.opponents", "random"),
        *("--selfplay.games", "4"),
    ]
    arguments[0] = str(ROOT / arguments[0])
    assert main([*arguments, "--cycles", "1"]) == 0
    before = load_checkpoint(checkpoint).net
    after = load_checkpoint(RunFolder(tmp_path / "second").checkpoint(1))
    assert after.meta.net == before.config
    assert after.meta.rules[0] == Rules(4, 3)
    # Learned so slowly, the weights are still those of the checkpoint.
    for name, weights in before.named_parameters():
        torch.testing.assert_close(after.net.get_parameter(name), weights, atol=1e-4, rtol=0)
    # Neither the option nor the checkpoint is needed to go on.
    shutil.rmtree(checkpoint)
    without = [a for a in arguments if a not in ("--init", str(checkpoint))]
    assert main([*without, "--cycles", "2", "--resume"]) == 0
    assert RunFolder(tmp_path / "second").checkpoint(2).exists()
    (tmp_path / "second" / "config.json").write_text('{"net": 3')
    capsys.readouterr()
    assert main([*arguments, "--cycles", "3", "--resume"]) == 2
    assert "config.json cannot be read" in capsys.readouterr().err
    arguments[2] = str(tmp_path / "third")
    assert main(arguments) == 2
    assert str(checkpoint) in capsys.readouterr().err


def test_settings_of_earlier_versions_are_named_on_resuming(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tmp_path, 1, resume=False)

    def resume(section: str, **settings: object) -> tuple[int, str]:
        values = msgspec.to_builtins(TINY)
        values[section] = values.get(section, {}) | settings
        RunFolder(tmp_path).write_json("config.json", values)
        status = main(["--run", str(tmp_path), "--resume", "--cycles", "1"])
        out, err = capsys.readouterr()
        return status, out + err

    assert "no longer" not in resume("net", head_channels=32)[1]
    status, told = resume("alarms", white_share_low=0.1)
    assert (status, "alarms.white_share_low: 0.1 -> no longer a setting" in told) == (0, True)
    status, told = resume("net", head_channels=8)
    assert (status, "net.head_channels is 8" in told) == (2, True)


def test_the_last_evaluation_knows_that_it_is_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bool] = []

    def climb(*arguments: object, is_last: bool, **settings: object) -> list[object]:
        said.append(is_last)
        return []

    monkeypatch.setattr("gomoku_zero.training.ladder.Ladder.climb", climb)
    evaluation = EvaluationConfig(opponents=("greedy",), minutes=1e-9)
    config = msgspec.structs.replace(TINY, evaluation=evaluation, cycles=2)
    run = RunFolder(tmp_path)
    trainer = Trainer(config, run, run.begin(resume=False))
    with RunLog(tmp_path, seconds=1, done_seconds=0, last_cycle=0) as log:
        trainer.run(log)
    assert said == [False] * (len(said) - 1) + [True]


def test_a_last_evaluation_that_was_cut_off_is_played_by_resuming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = EvaluationConfig(opponents=("random", "greedy"))
    config = msgspec.structs.replace(TINY, evaluation=evaluation, cycles=1)
    run = RunFolder(tmp_path)
    state: State | None = run.begin(resume=False)
    run.write_json("config.json", config)
    add = Ladder.add

    def add_one(self: Ladder, rung: Rung) -> None:
        add(self, rung)
        raise KeyboardInterrupt

    def go_on(state: State | None) -> None:
        trainer = Trainer(config, run, state)
        last_cycle = trainer.progress.cycle
        with RunLog(tmp_path, seconds=1, done_seconds=0, last_cycle=last_cycle) as log:
            trainer.run(log)

    with monkeypatch.context() as patch:
        patch.setattr(Ladder, "add", add_one)
        with pytest.raises(KeyboardInterrupt):
            go_on(state)
    for _ in range(2):  # the second time there is nothing to do
        go_on(run.begin(resume=True))
        assert [rung.result.name_b for rung in read_rungs(tmp_path)] == ["random", "greedy"]


def test_a_run_whose_learning_diverges_stops_before_it_is_saved(tmp_path: Path) -> None:
    learner = msgspec.structs.replace(TINY.learner, learning_rate=1e30)
    train(tmp_path, 1, resume=False)
    with pytest.raises(RunError, match=r"diverged in cycle 2.*learner\.learning_rate"):
        train(tmp_path, 2, resume=True, base=msgspec.structs.replace(TINY, learner=learner))
    assert train(tmp_path, 2, resume=True).progress.cycle == 2


def test_a_run_with_another_number_of_games_at_once_is_refused(tmp_path: Path) -> None:
    one = msgspec.structs.replace(TINY.selfplay, games=1, lanes=1)
    four = msgspec.structs.replace(TINY.selfplay, games=4, lanes=1)
    train(tmp_path, 1, resume=False, base=msgspec.structs.replace(TINY, selfplay=one))
    with pytest.raises(RunError, match=r"selfplay\.games"):
        train(tmp_path, 2, resume=True, base=msgspec.structs.replace(TINY, selfplay=four))


def test_cycles_of_all_sizes_that_were_not_finished_are_forgotten(tmp_path: Path) -> None:
    train(tmp_path, 2, resume=False, base=EVERYTHING)
    # A kill between the files of the two sizes.
    shutil.copy(tmp_path / "replay" / "4" / "000002.npz", tmp_path / "replay" / "4" / "000003.npz")
    trainer = train(tmp_path, 3, resume=True, base=EVERYTHING)
    train(tmp_path / "whole", 3, resume=False, base=EVERYTHING)
    assert trainer.progress.cycle == 3
    for folder in ("replay", "replay/4"):
        found, whole = (
            read_arrays(root / folder / "000003.npz") for root in (tmp_path, tmp_path / "whole")
        )
        np.testing.assert_array_equal(found["cells"], whole["cells"])


def test_a_cycle_that_was_not_finished_is_forgotten(tmp_path: Path) -> None:
    train(tmp_path, 2, resume=False)
    # What a kill between writing the replay and the state of cycle 3 leaves behind.
    (tmp_path / "replay" / "000003.npz").write_bytes(b"half a file")
    (tmp_path / "checkpoints" / "000003").mkdir()
    (tmp_path / "state" / ".000003.unfinished").mkdir()
    with (tmp_path / "metrics.jsonl").open("a") as stream:
        stream.write('{"cycle": 3, "loss/pol')
    trainer = train(tmp_path, 3, resume=True)
    assert trainer.progress.cycle == 3
    assert [line["cycle"] for line in read_metrics(tmp_path)] == [1, 2, 3]
    assert read_arrays(tmp_path / "replay" / "000003.npz")


def test_a_damaged_newest_state_falls_back_to_the_one_before(tmp_path: Path) -> None:
    train(tmp_path, 2, resume=False)
    file = tmp_path / "state" / "000002" / "learner.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    assert train(tmp_path, 2, resume=True).progress.cycle == 2


def test_a_run_is_not_overwritten_without_being_asked(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RunError, match="--resume"):
        RunFolder(tmp_path).begin(resume=False)


def test_a_foreign_folder_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(RunError, match=r"no config\.json"):
        RunFolder(tmp_path).begin(resume=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["configs/none.toml", "--run", "RUN"], "cannot read configs/none.toml"),
        (["README.toml", "--run", "RUN"], "cannot read README.toml"),
        (["configs/6x6.toml", "--run", "RUN", "--game.size", "99"], "game.size"),
        (["configs/6x6.toml", "--run", "RUN", "--game.rules", "chess"], "chess"),
        (["configs/6x6.toml", "--run", "RUN", "--selfplay.lanes", "999"], "selfplay.lanes"),
        (["configs/6x6.toml", "--run", "RUN", "--evaluation.opponents", "pur:9"], "pur:9"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_clear_line(
    arguments: list[str], expected: str, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [sys.executable, "train.py", *(str(tmp_path) if a == "RUN" else a for a in arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert expected in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize("file", sorted(ROOT.glob("configs/*.toml")), ids=lambda f: f.stem)
def test_every_preset_can_be_read(file: Path) -> None:
    assert read_config(file).name == file.stem.removesuffix("-gpu")


@pytest.mark.slow
def test_a_run_killed_at_random_instants_loses_at_most_the_cycle_in_progress(
    tmp_path: Path,
) -> None:
    run = tmp_path / "run"
    command = [
        sys.executable,
        *("train.py", "configs/tictactoe.toml", "--run", str(run), "--minutes", "10"),
        *("--cycle-positions", "300", "--evaluation.opponents", "greedy"),
    ]
    chance = random.Random(5)
    seen = Progress()
    for _ in range(5):
        resume = ["--resume"] if RunFolder(run).can_resume() else []
        process = subprocess.Popen([*command, *resume], cwd=ROOT, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(15, 25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = len(read_metrics(run))
        state = RunFolder(run).begin(resume=True)
        assert state is not None
        assert state.progress.cycle >= max(seen.cycle, done)
        assert state.progress.games >= seen.games
        assert state.progress.positions >= seen.positions
        seen = state.progress
    assert seen.cycle > 5
    for file in sorted((run / "replay").glob("[0-9]*.npz")):
        read_arrays(file)


def test_two_processes_do_not_train_in_one_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tmp_path / "run", 1, resume=False)
    file = ROOT / "configs" / "tictactoe.toml"
    with RunFolder(tmp_path / "run").locked():
        assert main([str(file), "--run", str(tmp_path / "run"), "--resume"]) == 2
    assert "another process is training in" in capsys.readouterr().err


def test_a_run_in_the_background_of_a_shell_stops_when_asked_to(tmp_path: Path) -> None:
    run = tmp_path / "run"
    # A shell without job control has SIGINT ignored in what it starts with "&".
    process = subprocess.Popen(
        [
            *(sys.executable, "train.py", "configs/tictactoe.toml", "--run", str(run)),
            *("--cycle-positions", "100", "--evaluation.opponents", "greedy"),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        for _ in range(1200):
            if (run / "metrics.jsonl").exists():
                break
            time.sleep(0.1)
        process.terminate()
        assert process.wait(timeout=60) == 130
    finally:
        process.kill()


def test_an_interrupt_does_not_wait_for_the_end_of_a_cycle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunFolder(tmp_path)
    # Minutes of play, if it is waited for.
    long = msgspec.structs.replace(TINY, cycle_positions=10**6)
    trainer = Trainer(long, run, run.begin(resume=False))

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    with RunLog(tmp_path, seconds=1, done_seconds=0, last_cycle=0) as log:
        monkeypatch.setattr(log, "progress", interrupt)
        with pytest.raises(KeyboardInterrupt):
            trainer.run(log)
    assert isinstance(trainer._players, Lanes)
    assert sum(lane.positions for lane in trainer._players) < 10**5
