"""The network that plays a run's games in place of the one that learns from them.

Such a run is one like any other but for this: policies and values to learn are those of the
teacher's searches, and the teacher's network says how likely draws are. A teacher that is given as
the folder of a run is its latest checkpoint; what its replay window holds is in that of the new run
from the beginning.

The run keeps a copy of its teacher, and of the window: the folder may change or go.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gomoku.rules import Rules
from gomoku_zero.training.config import ConfigError, TrainConfig
from gomoku_zero.training.inference import Inference
from gomoku_zero.training.replay import read_samples, replay_files
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.training.samples import Samples, concatenate, marked, positions_of_samples
from mcts.evaluation import Positions
from nets.checkpoint import load_checkpoint, read_meta, save_checkpoint
from nets.config import UnsupportedRulesError, check_rules

# Positions that the teacher's network is asked about at once.
_BATCH = 1024


class Teacher:
    """The network whose games a run learns from."""

    def __init__(self, folder: RunFolder, config: TrainConfig) -> None:
        """The copy in a run folder.

        Raises:
            CheckpointError: if the copy is missing or damaged.
            ConfigError: if it has not learned the rules.
        """
        checkpoint = load_checkpoint(folder.teacher)
        net, meta = checkpoint.net, checkpoint.meta
        for rules in config.game.shares():
            try:
                check_rules(rules, meta.rules)
            except UnsupportedRulesError as error:
                raise ConfigError(f"distill is {config.distill}: {error}") from None
        self.inference = Inference(net, list(config.game.shares()), config.selfplay, config.seed)
        self.inference.refresh(net, None)
        self._judge = self.inference.plain()

    def with_draws(self, samples: Samples, rules: Rules) -> Samples:
        """The positions, with how likely the network takes draws for."""
        positions = positions_of_samples(samples, rules)
        draws = [
            self._draws(positions.rows(slice(first, first + _BATCH)))
            for first in range(0, samples.rows, _BATCH)
        ]
        return samples._replace(root_draw=np.concatenate(draws).astype(np.float16))

    def _draws(self, positions: Positions) -> NDArray[np.float32]:
        draws = self._judge.evaluate(positions).draw
        assert draws is not None  # every network tells
        return draws


def keep_teacher(source: Path, folder: RunFolder) -> None:
    """Copy a checkpoint, or the latest of a run, into the folder of a run that learns from it.

    Raises:
        CheckpointError: if it is neither, or damaged.
    """
    checkpoint = load_checkpoint(RunFolder(source).latest_checkpoint() or source)
    save_checkpoint(folder.teacher, checkpoint.net, checkpoint.meta)


def window_of_teacher(source: Path, rules: Rules) -> Samples | None:
    """The positions under some rules in the replay window of a run; None if `source` is no
    run, or has none of these.

    Raises:
        ReplayError: if a file of it is damaged.
    """
    folder = RunFolder(source)
    checkpoint = folder.latest_checkpoint()
    if checkpoint is None:
        return None
    trained = [Rules(*its) for its in read_meta(checkpoint).rules]
    if rules not in trained:
        return None
    files = replay_files(folder.replay_of(rules, trained[0]))
    parts = [marked(read_samples(file), rules) for file in files]
    return concatenate(parts) if parts else None
