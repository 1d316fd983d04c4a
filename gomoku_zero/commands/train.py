"""Train an agent by self-play: `gomoku-zero train configs/6x6.toml --run runs/six --minutes 15`."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import tyro
from tyro.conf import Positional

from gomoku.extras import require, require_cluster
from gomoku_zero.commands import fail, program, report, to_paste
from gomoku_zero.players.models import find_preset
from gomoku_zero.training.config import ConfigError, TrainConfig
from gomoku_zero.training.config_file import checked, describe_init, read_config, with_net_of_init
from gomoku_zero.training.settings import (
    RunError,
    check_changes,
    describe_removed,
    settings_to_resume,
)
from gomoku_zero.training.stopping import STOPPED, leave, stopping_within

if TYPE_CHECKING:
    from gomoku_zero.training.loop import Trainer
    from gomoku_zero.training.run_folder import RunFolder, State

PROFILED_CYCLES = 2

# Seconds after Ctrl-C or SIGTERM: containers are killed after 10.
STOP_SECONDS = 5.0

_HELP = ("-h", "--help")


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """Train an agent by self-play, with the settings of a TOML file. Every setting can be
    overridden here; --help after a file shows that file's values. --report RUN instead of all
    else writes a web page about a run, as the command `report` does."""

    config: Positional[Path | None] = None
    """A TOML file with settings, such as configs/6x6.toml; --resume needs none."""
    run: Path
    """The run's folder, such as runs/six."""
    resume: bool = False
    """Resume the run in that folder with its own settings, but for those given here."""
    profile: Path | None = None
    """Record what happens when to this file, for ui.perfetto.dev: the first two cycles of this
    session, after which it stops; such as runs/six.json.gz."""
    settings: Annotated[TrainConfig, tyro.conf.arg(name="")] = TrainConfig()


def main(arguments: Sequence[str]) -> int:
    """Train, or write a report with --report; returns the exit status."""
    arguments = list(arguments)
    if any(argument.split("=")[0] == "--report" for argument in arguments):
        return report.main([a for a in _split_equals(arguments) if a != "--report"])
    try:
        asked = _parse([a for a in arguments if a not in _HELP], TrainConfig(), arguments)
        if _wants_help(arguments) and asked.config is None and not asked.resume:
            _parse(arguments, TrainConfig(), arguments)
        began, damage = _base(asked)
        parsed = _parse(arguments, began, arguments)
        if damage is not None and (parsed.settings.init or parsed.settings.distill):
            raise damage  # another network gave the run its shape, or its games
        if parsed.resume and damage is None:
            for line in [*describe_removed(parsed.run), *check_changes(began, parsed.settings)]:
                print(f"{parsed.run}: {line}", flush=True)
        # With a checkpoint to begin with, only that tells the shape of the network.
        settings = parsed.settings if parsed.settings.init else checked(parsed.settings)
        return train(parsed.run, settings, parsed.resume, parsed.profile)
    except (ConfigError, RunError) as error:
        return fail("train", str(error))


def _parse(words: list[str], settings: TrainConfig, arguments: list[str]) -> Arguments:
    """The command line, with these settings where it says nothing else."""
    default = Arguments(run=Path() if _wants_help(arguments) else tyro.MISSING, settings=settings)
    return tyro.cli(Arguments, args=words, prog=program("train"), default=default)


def _wants_help(arguments: list[str]) -> bool:
    return any(argument in _HELP for argument in arguments)


def _base(asked: Arguments) -> tuple[TrainConfig, RunError | None]:
    """The settings that the command line changes: a file's, or those of the run that is resumed;
    and what is wrong with the latter if they had to be a file's.

    Raises:
        ConfigError, RunError: if there are none.
    """
    named = None if asked.config is None else find_preset(str(asked.config))
    if asked.resume:
        return settings_to_resume(asked.run, named)
    if named is None:
        raise ConfigError(
            "name a file of settings, such as configs/6x6.toml, or give --resume to continue "
            f"the run in {asked.run}"
        )
    if not named.is_file():
        complete = find_preset(f"{asked.config}.toml")
        hint = f": write {asked.config}.toml" if complete.is_file() else ""
        raise ConfigError(f"cannot read {asked.config}: it is not a file of settings{hint}")
    return read_config(named), None


def train(run: Path, config: TrainConfig, resume: bool, profile: Path | None = None) -> int:
    # Threads of torch that spin for long while they wait make a step 30 times slower once another
    # program wants one of the cores; this must be said before torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    require("training")
    if config.players.kind != "threads":
        require_cluster()
    # torch and the kernels take seconds to load: not before the arguments are known to be right.
    from gomoku_zero.players.spec import SpecError
    from gomoku_zero.training.replay import ReplayError
    from gomoku_zero.training.run_folder import RunFolder
    from nets.backends import BackendError
    from nets.checkpoint import CheckpointError
    from nets.config import DeviceError
    from nets.export import ExportError

    if int(os.environ.get("RANK", "0")) > 0:  # of torchrun
        return _follow()
    folder = RunFolder(run)

    def say_stopped() -> None:
        again = (
            f"resume with: {to_paste('train')} --run {run} --resume"
            if folder.can_resume()
            else f"nothing to resume is in {run}: begin again"
        )
        print(f"\nstopped; {again}", file=sys.stderr)

    try:
        with stopping_within(STOP_SECONDS, say_stopped), folder.locked():
            checkpoint = _train(folder, config, resume, profile)
    except (
        ConfigError,
        RunError,
        ReplayError,
        CheckpointError,
        DeviceError,
        SpecError,
        BackendError,
        ExportError,
    ) as error:
        return fail("train", str(error))
    except KeyboardInterrupt:
        say_stopped()
        leave(STOPPED)
    except OSError as error:
        if not run.is_dir():
            return fail("train", f"{run} was deleted or moved while the run was using it")
        left = "; the run stays resumable" if folder.can_resume() else ""
        return fail("train", f"{error.strerror or error}: {error.filename or run}{left}")
    print(f"{f'stopped, to resume with --resume; {profile}' if profile else 'done'}: {checkpoint}")
    print(f"play it: {to_paste('play')} --opponent net:{checkpoint}")
    return 0


def _train(folder: "RunFolder", config: TrainConfig, resume: bool, profile: Path | None) -> Path:
    """Train until the budget is used; the checkpoint that came of it."""
    from gomoku_zero.runs.live import Live, forget_stop, write_live
    from gomoku_zero.training.about import describe_session
    from gomoku_zero.training.log import RunLog
    from nets.timeline import record_timeline

    run = folder.root
    with contextlib.ExitStack() as stack:
        state = folder.begin(resume)
        forget_stop(run)
        stack.callback(forget_stop, run)  # whoever asks is answered by the end
        write_live(run, Live(doing="preparing", budget=60 * config.minutes))
        for line in describe_init(config) if state is None else ():
            print(f"{run}: {line}", flush=True)
        config = checked(config if state else with_net_of_init(config))
        print(f"{run}: preparing (compiling kernels takes half a minute, once)", flush=True)
        trainer = _prepare(folder, config, state)
        progress = trainer.progress
        if trainer.is_done() and state is not None:
            print(
                f"{run}: the budget is used up, with {progress.seconds / 60:.1f} of "
                f"{config.minutes:g} minutes and {progress.cycle} cycles: give more "
                "with --minutes or --cycles"
            )
        print(f"{run}: self-play runs the network in {trainer.inference.form}", flush=True)
        if trainer.inference.remark:
            print(f"{run}: {trainer.inference.remark}", flush=True)
        folder.write_json("config.json", config)
        trainer.save_beginning()
        folder.add_session(describe_session(config))
        log = RunLog(
            run,
            seconds=60 * config.minutes,
            done_seconds=progress.seconds,
            last_cycle=progress.cycle,
        )
        stack.enter_context(log)
        if profile is not None:
            stack.enter_context(record_timeline(profile))
            trainer.stop_after = progress.cycle + PROFILED_CYCLES
        trainer.run(log)
    return folder.checkpoint(trainer.progress.cycle)


def _prepare(folder: "RunFolder", config: TrainConfig, state: "State | None") -> "Trainer":
    """A new run, or one that goes on from the latest state that can be used."""
    from gomoku_zero.training.loop import Trainer
    from gomoku_zero.training.replay import ReplayError

    while True:
        try:
            return Trainer(config, folder, state)
        except ReplayError as error:
            # What the cycle before needs may be whole.
            state = folder.state_before(state.progress.cycle) if state else None
            if state is None:
                raise
            print(f"{folder.root}: {error}; resuming after cycle {state.progress.cycle}")


def _follow() -> int:
    """Learn beside the process that has the run."""
    from gomoku_zero.training.follower import follow
    from gomoku_zero.training.ranks import Ranks

    ranks = Ranks.join()
    assert ranks is not None
    follow(ranks)
    return 0


def _split_equals(arguments: Sequence[str]) -> list[str]:
    """Arguments with `--report=RUN` as two words."""
    return [part for argument in arguments for part in argument.split("=", 1)]
