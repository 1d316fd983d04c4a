"""Losses, one gradient step, and the moving average of the weights that plays."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.samples import Samples, positions_of_samples
from nets.features import encode
from nets.networks import Net
from nets.resnet import DRAW, LOSS, WIN, NetOutput

# What the learning rate falls to at the end of the budget, as a share of the highest.
DECAY_FLOOR = 0.05

# Exponent that flattens the policy target for the soft policy (KataGo: temperature 4).
SOFT_EXPONENT = 0.25


class Losses(NamedTuple):
    """Mean losses of a batch; of policies the excess over the target's own entropy (KL)."""

    total: Tensor
    policy: Tensor
    value: Tensor
    reply: Tensor
    moves_left: Tensor
    soft_policy: Tensor


class Targets(NamedTuple):
    """`Samples` as tensors on the device, `B` rows."""

    cells: Tensor  # as in `Positions`: forbidden points are marked
    illegal: Tensor  # [B, A]
    to_move: Tensor
    last_move: Tensor
    policy: Tensor
    value: Tensor  # [B, 3] chances of win, draw, loss
    reply: Tensor
    moves_left: Tensor


def value_target(samples: Samples, config: LearnerConfig) -> NDArray[np.float32]:
    """`[B, 3]` chances of win, draw and loss: the game's result, mixed with the search's value.

    The search knows only one number; it is read as chances of win and loss without draws, but for
    what a teacher said of draws. A result that is discounted for being far away is partly a draw.
    """
    weight = config.value_discount ** (samples.moves_left.astype(np.float32) - 1)
    result = np.zeros((samples.rows, 3), np.float32)
    result[:, WIN] = weight * (samples.outcome == 1)
    result[:, LOSS] = weight * (samples.outcome == -1)
    result[:, DRAW] = 1 - result[:, WIN] - result[:, LOSS]
    thought = np.zeros_like(result)
    value = samples.root_value.astype(np.float32)
    # What is left beside draws cannot be less than the lead.
    draw = np.minimum(samples.root_draw.astype(np.float32), 1 - np.abs(value))
    thought[:, WIN] = (1 - draw + value) / 2
    thought[:, DRAW] = draw
    thought[:, LOSS] = (1 - draw - value) / 2
    certain = config.proven_values & (np.abs(value) == 1)
    share = np.where(certain, 1.0, config.root_value_share)[:, None]
    mixed: NDArray[np.float32] = ((1 - share) * result + share * thought).astype(np.float32)
    return mixed


def compute_losses(output: NetOutput, targets: Targets, config: LearnerConfig) -> Losses:
    """The losses of a batch and their weighted sum."""
    illegal = targets.illegal
    policy = _divergence(targets.policy, output.policy, illegal)
    value = functional.cross_entropy(output.value, targets.value)
    reply = functional.cross_entropy(
        output.reply, targets.reply, ignore_index=-1, reduction="sum"
    ) / len(targets.reply)
    moves_left = functional.smooth_l1_loss(output.moves_left, targets.moves_left)
    soft_policy = torch.zeros_like(policy)
    if config.soft_policy_weight > 0:
        flattened = targets.policy**SOFT_EXPONENT
        flattened = flattened / flattened.sum(dim=1, keepdim=True)
        soft_policy = _divergence(flattened, output.soft_policy[:, 0], illegal)
    total = (
        policy
        + config.value_weight * value
        + config.reply_weight * reply
        + config.moves_left_weight * moves_left
        + config.soft_policy_weight * soft_policy
    )
    return Losses(total, policy, value, reply, moves_left, soft_policy)


def _divergence(target: Tensor, logits: Tensor, illegal: Tensor) -> Tensor:
    """Mean KL divergence of a policy from its target `[B, A]`; illegal moves do not count."""
    logits = logits.masked_fill(illegal, -torch.inf)
    log_policy = functional.log_softmax(logits, dim=1).masked_fill(illegal, 0.0)
    cross_entropy: Tensor = -(target * log_policy).sum(dim=1)
    entropy: Tensor = torch.special.entr(target).sum(dim=1)
    return (cross_entropy - entropy).mean()


class Learner:
    """The network in training and its moving average."""

    def __init__(self, net: Net, config: LearnerConfig, device: torch.device, seed: int) -> None:
        self._config = config
        self._device = device
        self._net = net.to(device)
        self._rng = np.random.default_rng(seed)
        decayed = [p for p in net.parameters() if p.ndim > 1]
        plain = [p for p in net.parameters() if p.ndim <= 1]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": config.weight_decay},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            betas=(0.9, 0.99),
            fused=True,
        )
        self._average = AveragedModel(net, avg_fn=self._blend, use_buffers=True)
        # One for good: torch deals out its streams in turn, and a new one may be a lane's.
        self._stream: Any = (
            torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            if device.type == "cuda"
            else None
        )
        self.steps = 0
        self._rows_by_color = {BLACK: 0, WHITE: 0}

    @property
    def rng(self) -> np.random.Generator:
        """What draws batches."""
        return self._rng

    @contextlib.contextmanager
    def on_own_stream(self) -> Iterator[None]:
        """Launch what is inside on a stream of the GPU's of its own, beside self-play, and wait
        for it at the end; on a CPU this does nothing."""
        stream = self._stream
        if stream is None:
            yield
            return
        stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(stream):
            yield
        stream.synchronize()

    @property
    def averaged(self) -> Net:
        """The network to play with: the moving average of the weights."""
        net = self._average.module
        assert isinstance(net, Net)
        return net

    def is_finite(self) -> bool:
        """Whether every number of the network to play with is one."""
        return all(bool(t.isfinite().all()) for t in self.averaged.state_dict().values())

    def learning_rate(self, progress: float) -> float:
        """At this share of the run's budget, after as many steps as were made."""
        rate = self._config.learning_rate * min(
            1.0, (self.steps + 1) / (self._config.warmup_steps + 1)
        )
        start = self._config.decay_start
        if progress <= start or start == 1:
            return rate
        angle = math.pi * min(1.0, (progress - start) / (1 - start))
        return rate * (DECAY_FLOOR + (1 - DECAY_FLOOR) * (1 + math.cos(angle)) / 2)

    def step(self, batch: Sequence[tuple[Samples, Rules]], progress: float) -> Losses:
        """One gradient step on a batch; the losses are detached.

        batch: positions of one board size, those under the same rules together. What normalizes
            over a batch must see all rules at once, as it uses one average for all in play.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate(progress)
        self._net.train()
        parts = [self._targets(samples, rules) for samples, rules in batch]
        targets = Targets(*(torch.cat(column) for column in zip(*parts, strict=True)))
        planes = torch.cat(
            [
                encode(part.cells, part.to_move, part.last_move, rules)
                for part, (_, rules) in zip(parts, batch, strict=True)
            ]
        )
        output = self._net(planes.to(memory_format=torch.channels_last))
        losses = compute_losses(output, targets, self._config)
        self._optimizer.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        if self._config.clip:
            nn.utils.clip_grad_norm_(self._net.parameters(), self._config.clip)
        self._optimizer.step()
        self._average.update_parameters(self._net)
        self.steps += 1
        for samples, _ in batch:
            whites = int((samples.to_move == WHITE).sum())
            self._rows_by_color[WHITE] += whites
            self._rows_by_color[BLACK] += samples.rows - whites
        return Losses(*(loss.detach() for loss in losses))

    def take_rows_by_color(self) -> dict[Color, int]:
        """How many rows with each color to move have been trained on since the last call."""
        rows = dict(self._rows_by_color)
        self._rows_by_color = {BLACK: 0, WHITE: 0}
        return rows

    @torch.inference_mode()
    def judge(self, samples: Samples, rules: Rules) -> tuple[Losses, NetOutput]:
        """The losses of the averaged network on some positions, and what it says of them.

        Nothing is learned, and the losses are not those of a step: batch norm takes its averages.
        """
        targets = self._targets(samples, rules)
        planes = encode(targets.cells, targets.to_move, targets.last_move, rules)
        # In pieces, as in training: the memory of one forward pass must not grow with the window.
        planes = planes.to(memory_format=torch.channels_last)
        outputs = [
            self.averaged.eval()(planes[first : first + self._config.batch])
            for first in range(0, samples.rows, self._config.batch)
        ]
        output = NetOutput(*(torch.cat(parts) for parts in zip(*outputs, strict=True)))
        return compute_losses(output, targets, self._config), output

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state: weights, their average, and the optimizer's moments."""
        state = {f"net.{k}": v for k, v in self._net.state_dict().items()}
        state |= {f"average.{k}": v for k, v in self._average.state_dict().items()}
        for index, moments in self._optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{index}.{k}": v for k, v in moments.items()}
        return {name: tensor.detach().cpu().clone() for name, tensor in state.items()}

    def restore(self, tensors: dict[str, Tensor], steps: int) -> None:
        """Go on from what `tensors` gave after so many steps, with a network of the same shape."""
        self._net.load_state_dict(_below("net.", tensors))
        self._average.load_state_dict(_below("average.", tensors))
        moments: dict[int, dict[str, Any]] = {}
        for name, tensor in _below("optimizer.", tensors).items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = tensor
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": moments, "param_groups": groups})
        self.steps = steps

    def _blend(self, average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        """The moving average; it follows faster while it is young.

        count: of updates, as many as steps; on a GPU, reading it would wait.
        """
        decay = min(self._config.averaging, (1 + self.steps) / (10 + self.steps))
        blended: Tensor = average + (current - average) * (1 - decay)
        return blended.to(average.dtype)

    def _targets(self, samples: Samples, rules: Rules) -> Targets:
        def send(array: NDArray[np.generic], dtype: torch.dtype) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(self._device, dtype)

        points = samples.cells.shape[1]
        positions = positions_of_samples(samples, rules)
        return Targets(
            cells=send(positions.cells, torch.int8),
            illegal=send(positions.illegal(), torch.bool),
            to_move=send(samples.to_move, torch.int8),
            last_move=send(samples.last_move, torch.int16),
            policy=send(samples.policy, torch.float32),
            value=send(value_target(samples, self._config), torch.float32),
            reply=send(samples.reply, torch.int64),
            moves_left=send(samples.moves_left, torch.float32) / points,
        )


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
