"""Train an agent by self-play: `gomoku-zero train configs/6x6.toml --run runs/six --minutes 15`."""

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import tyro
from tyro.conf import Positional

from gomoku.extras import require
from gomoku_zero.commands import fail, program, report
from gomoku_zero.players.models import find_preset
from gomoku_zero.training.config import (
    ConfigError,
    TrainConfig,
    checked,
    read_config,
    with_net_of_init,
)

PROFILED_CYCLES = 2


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """Train an agent by self-play, with the settings of a TOML file. Every setting can be
    overridden here; --help after a file shows that file's values. --report RUN instead of all
    else writes a web page about a run, as the command `report` does."""

    config: Positional[Path]
    """A TOML file with settings, such as configs/6x6.toml."""
    run: Path
    """The run's folder, such as runs/six."""
    resume: bool = False
    """Go on with the run in that folder."""
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
        named = next((a for a in arguments if a.endswith(".toml")), "")
        file = find_preset(named) if named else Path()
        settings = read_config(file) if file.name else TrainConfig()
        parsed = tyro.cli(
            Arguments,
            args=arguments,
            prog=program("train"),
            default=Arguments(
                config=file if file.name else tyro.MISSING, run=tyro.MISSING, settings=settings
            ),
        )
        settings = parsed.settings
        # With a checkpoint to begin with, only that tells the shape of the network.
        if not settings.init and not parsed.resume:
            settings = checked(settings)
        return train(parsed.run, settings, parsed.resume, parsed.profile)
    except ConfigError as error:
        return fail("train", str(error))


def train(run: Path, config: TrainConfig, resume: bool, profile: Path | None = None) -> int:
    # Threads of torch that spin for long while they wait make a step 30 times slower once another
    # program wants one of the cores; this must be said before torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    require("training")
    # torch and the kernels take seconds to load: not before the arguments are known to be right.
    from gomoku_zero.players.spec import SpecError
    from gomoku_zero.training.about import describe_session
    from gomoku_zero.training.log import RunLog
    from gomoku_zero.training.loop import Trainer
    from gomoku_zero.training.replay import ReplayError
    from gomoku_zero.training.run_folder import RunError, RunFolder
    from nets.backends import BackendError
    from nets.checkpoint import CheckpointError
    from nets.config import DeviceError
    from nets.export import ExportError
    from nets.timeline import record_timeline

    # Named, since a shell that starts this in the background has SIGINT ignored.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = RunFolder(run)
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(folder.locked())
            state = folder.begin(resume)
            config = folder.as_begun(config) if resume else config
            config = config if state else with_net_of_init(config)
            config = checked(config)
            if state is not None:
                folder.check_rules(config)
            print(f"{run}: preparing (compiling kernels takes half a minute, once)", flush=True)
            trainer = Trainer(config, folder, state)
            print(f"{run}: self-play runs the network in {trainer.inference.choice}", flush=True)
            if trainer.inference.remark:
                print(f"{run}: {trainer.inference.remark}", flush=True)
            folder.write_json("config.json", config)
            folder.add_session(describe_session(config))
            progress = trainer.progress
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
        print(f"\nstopped; go on with --run {run} --resume", file=sys.stderr)
        return 130
    except OSError as error:
        return fail(
            "train", f"{error.strerror or error}: {error.filename or run}; the run stays resumable"
        )
    what = "done" if trainer.is_done() else f"stopped, to go on with --resume; {profile}"
    print(f"{what}: {folder.checkpoint(trainer.progress.cycle)}")
    return 0


def _split_equals(arguments: Sequence[str]) -> list[str]:
    """Arguments with `--report=RUN` as two words."""
    return [part for argument in arguments for part in argument.split("=", 1)]
