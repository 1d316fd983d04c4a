"""A rank other than 0: it learns what it is told to, from its part of the window."""

from typing import Any

import msgspec
import numpy as np
import torch.distributed as dist

from gomoku_zero.training.batches import Batch, drawn_ahead
from gomoku_zero.training.config import ReplayConfig, TrainConfig
from gomoku_zero.training.learner import Learner
from gomoku_zero.training.ranks import Ranks
from gomoku_zero.training.windows import Windows
from nets.config import NetConfig
from nets.networks import make_net


def follow(ranks: Ranks) -> None:
    """Learn until the run is over."""
    config: TrainConfig
    shape: NetConfig
    config, shape = ranks.hear()
    net = make_net(shape)
    device = ranks.device(config.learner.device, net)
    learner = Learner(net, config.learner, device, config.seed, ranks=ranks)
    part = Windows(None, _part_of(config.replay, ranks), config.game.shares())

    def draw() -> Batch:
        return learner.prepare(part.draw(config.learner.batch // ranks.size, learner.rng))

    while True:
        match ranks.hear():
            case ("restore", tensors, steps):
                learner.restore(tensors, steps)
            case ("append",):
                mine: list[Any] = [None]
                dist.scatter_object_list(mine, None, src=0)
                part.append(0, mine[0])
            case ("learn", steps, share, cycle):
                # Of the cycle, so that a run that is resumed draws what it would have drawn.
                learner.rng.bit_generator.state = np.random.default_rng(
                    [config.seed, ranks.rank, cycle]
                ).bit_generator.state
                is_on_gpu = device.type == "cuda"
                with learner.on_own_stream():
                    for batch in drawn_ahead(draw, steps, threaded=is_on_gpu):
                        learner.learn(batch, share)
            case ("stop",):
                dist.destroy_process_group()
                return


def _part_of(replay: ReplayConfig, ranks: Ranks) -> ReplayConfig:
    """A window of a part of the positions: it grows by the same law."""
    return msgspec.structs.replace(replay, window=max(1, replay.window // ranks.size))
