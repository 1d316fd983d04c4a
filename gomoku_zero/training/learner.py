"""Losses, one gradient step, and the moving average of the weights that plays."""

import contextlib
import copy
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.training.batches import Batch, Targets, make_batch
from gomoku_zero.training.config import LearnerConfig
from gomoku_zero.training.ranks import Ranks
from gomoku_zero.training.samples import Samples
from nets.evaluator import PRECISIONS, best_precision
from nets.networks import Net
from nets.resnet.net import NetOutput

# What the learning rate falls to at the end of the budget, as a share of the highest.
DECAY_FLOOR = 0.05

# Steps over which it rises from 0.
WARMUP_STEPS = 200

# Of predicting the opponent's answer, and how long the game goes on, in the total loss. The former
# is KataGo's (Wu 2020).
REPLY_WEIGHT = 0.15
MOVES_LEFT_WEIGHT = 0.05

# Decoupled, on the weights of convolutions and linear layers.
WEIGHT_DECAY = 1e-3

# Largest norm of the gradient of a step.
MAX_GRADIENT = 1.0

# By how much, and by what share, a loss in bfloat16 may differ from that in float32.
MAX_PRECISION_ERROR = 0.02


class Losses(NamedTuple):
    """Mean losses of a batch; of policies the excess over the target's own entropy (KL)."""

    total: Tensor
    policy: Tensor
    value: Tensor
    reply: Tensor
    moves_left: Tensor


def compute_losses(output: NetOutput, targets: Targets) -> Losses:
    """The losses of a batch and their weighted sum."""
    illegal = targets.illegal
    policy = _divergence(targets.policy, output.policy, illegal)
    value = functional.cross_entropy(output.value, targets.value)
    reply = functional.cross_entropy(
        output.reply, targets.reply, ignore_index=-1, reduction="sum"
    ) / len(targets.reply)
    moves_left = functional.smooth_l1_loss(output.moves_left, targets.moves_left)
    total = policy + value + REPLY_WEIGHT * reply + MOVES_LEFT_WEIGHT * moves_left
    return Losses(total, policy, value, reply, moves_left)


def _divergence(target: Tensor, logits: Tensor, illegal: Tensor) -> Tensor:
    """Mean KL divergence of a policy from its target `[B, A]`; illegal moves do not count."""
    logits = logits.masked_fill(illegal, -torch.inf)
    log_policy = functional.log_softmax(logits, dim=1).masked_fill(illegal, 0.0)
    cross_entropy: Tensor = -(target * log_policy).sum(dim=1)
    entropy: Tensor = torch.special.entr(target).sum(dim=1)
    return (cross_entropy - entropy).mean()


class Judge(NamedTuple):
    """A network that is asked what it makes of positions.

    steps: that it had learned.
    """

    net: Net
    config: LearnerConfig
    device: torch.device
    steps: int

    @torch.inference_mode()
    def judge(self, samples: Samples, rules: Rules) -> tuple[Losses, NetOutput]:
        """The losses of the network on some positions, and what it says of them.

        Nothing is learned, and the losses are not those of a step: batch norm takes its averages.
        """
        pinned = self.device.type == "cuda"
        targets = make_batch([(samples, rules)], self.config, pinned=pinned).on(self.device)
        planes = targets.planes()
        # In pieces, as in training: the memory of one forward pass must not grow with the window.
        outputs = [
            self.net.eval()(planes[first : first + self.config.batch])
            for first in range(0, samples.rows, self.config.batch)
        ]
        output = NetOutput(*(torch.cat(parts) for parts in zip(*outputs, strict=True)))
        return compute_losses(output, targets), output


class Learner:
    """The network in training and its moving average."""

    def __init__(
        self,
        net: Net,
        config: LearnerConfig,
        device: torch.device,
        seed: int,
        *,
        precision: str = "auto",
        ranks: Ranks | None = None,
    ) -> None:
        """
        ranks: learns together with other processes, which have Learners of the same network.
        precision: of a step's multiplications, weights being float32 always: float32 or bfloat16;
            auto takes what `best_precision` says. bfloat16 is checked at the first step.
        """
        self._config = config
        self.device = device
        self._net = net.to(device)
        self.precision = best_precision(net, device) if precision == "auto" else precision
        self._is_checked = self.precision == "float32"
        self.remark = ""
        """What people should know of the latest steps; usually nothing."""
        self._rng = np.random.default_rng(seed)
        decayed = [p for p in net.parameters() if p.ndim > 1]
        plain = [p for p in net.parameters() if p.ndim <= 1]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": WEIGHT_DECAY},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            betas=(0.9, 0.99),
            fused=True,
        )
        self._averaged = copy.deepcopy(self._net).requires_grad_(False)
        self._ranks = ranks
        self._trained: nn.Module = self._net if ranks is None else ranks.wrap(self._net)
        # One for good: torch deals out its streams in turn, and a new one may be a lane's.
        self._stream: Any = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            # Batches have few shapes, and a mantissa of 10 bits is more than bfloat16 has.
            torch.backends.cudnn.benchmark = True
            torch.set_float32_matmul_precision("high")
        self.steps = 0
        self._rows_by_color = {BLACK: 0, WHITE: 0}

    @property
    def rng(self) -> np.random.Generator:
        """The generator that draws batches."""
        return self._rng

    @contextlib.contextmanager
    def on_own_stream(self) -> Iterator[None]:
        """Launch what is inside on a stream of the GPU's of its own, beside self-play, and wait
        for it at the end; on a CPU this does nothing."""
        stream = self._stream
        if stream is None:
            yield
            return
        stream.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(stream):
            yield
        stream.synchronize()

    @property
    def averaged(self) -> Net:
        """The network to play with: the moving average of the weights."""
        return self._averaged

    def is_finite(self) -> bool:
        """Return whether every number of the network to play with is one."""
        return all(bool(t.isfinite().all()) for t in self.averaged.state_dict().values())

    def learning_rate(self, progress: float) -> float:
        """At this share of the run's budget, after as many steps as were made."""
        rate = self._config.learning_rate * min(1.0, (self.steps + 1) / (WARMUP_STEPS + 1))
        start = self._config.decay_start
        if progress <= start or start == 1:
            return rate
        angle = math.pi * min(1.0, (progress - start) / (1 - start))
        return rate * (DECAY_FLOOR + (1 - DECAY_FLOOR) * (1 + math.cos(angle)) / 2)

    def step(self, batch: Sequence[tuple[Samples, Rules]], progress: float) -> Losses:
        """`learn` from samples as they are drawn."""
        return self.learn(self.prepare(batch), progress)

    def prepare(self, batch: Sequence[tuple[Samples, Rules]]) -> Batch:
        """The batch that `learn` reads; may be made in another thread.

        batch: positions of one board size, those under the same rules together.
        """
        return make_batch(batch, self._config, pinned=self.device.type == "cuda")

    def learn(self, batch: Batch, progress: float) -> Losses:
        """One gradient step; the losses are detached.

        What normalizes over a batch sees all rules at once, as it uses one average for all in play.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate(progress)
        targets = batch.on(self.device)
        planes = targets.planes()
        if not self._is_checked:
            self._check_precision(planes, targets)
        self._net.train()
        output = _output(self._trained, planes, self.precision)
        losses = compute_losses(output, targets)
        self._optimizer.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._net.parameters(), MAX_GRADIENT)
        self._optimizer.step()
        self._follow()
        self.steps += 1
        for color, rows in batch.rows_by_color.items():
            self._rows_by_color[color] += rows
        if self._ranks is not None:
            return Losses(*self._ranks.mean(torch.stack([loss.detach() for loss in losses])))
        return Losses(*(loss.detach() for loss in losses))

    def take_rows_by_color(self) -> dict[Color, int]:
        """How many rows with each color to move have been trained on since the last call."""
        rows = dict(self._rows_by_color)
        self._rows_by_color = {BLACK: 0, WHITE: 0}
        return rows

    def judge(self) -> Judge:
        """The averaged network as it is now, whatever is learned later."""
        return Judge(copy.deepcopy(self._averaged.eval()), self._config, self.device, self.steps)

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state: weights, their average, and the optimizer's moments."""
        state = {f"net.{k}": v for k, v in self._net.state_dict().items()}
        state |= {f"average.{k}": v for k, v in self._averaged.state_dict().items()}
        for index, moments in self._optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{index}.{k}": v for k, v in moments.items()}
        return {name: tensor.detach().cpu().clone() for name, tensor in state.items()}

    def restore(self, tensors: dict[str, Tensor], steps: int) -> None:
        """Go on from what `tensors` gave after so many steps, with a network of the same shape."""
        self._net.load_state_dict(_below("net.", tensors))
        average = _below("average.module.", tensors) or _below("average.", tensors)  # 0.2.0
        self._averaged.load_state_dict(average)
        moments: dict[int, dict[str, Any]] = {}
        for name, tensor in _below("optimizer.", tensors).items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = tensor
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": moments, "param_groups": groups})
        self.steps = steps

    @torch.no_grad()
    def _check_precision(self, planes: Tensor, targets: Targets) -> None:
        """Go on in float32 if bfloat16 gives other losses for a batch."""
        self._is_checked = True
        net = copy.deepcopy(self._net).train()  # whose batch norms may learn from this
        exact, rough = (
            compute_losses(_output(net, planes, precision), targets)
            for precision in ("float32", self.precision)
        )
        for name, loss in rough._asdict().items():
            expected = getattr(exact, name)
            if not (loss - expected).abs() <= MAX_PRECISION_ERROR * (1 + expected.abs()):
                self.remark = (
                    f"learning goes on in float32, slower: in {self.precision} the {name} loss of "
                    f"a batch is {float(loss):.4f}, not {float(expected):.4f}"
                )
                self.precision = "float32"
                return

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average towards the weights after a step; it follows faster while it is young,
        and begins at the first step's weights."""
        steps = self.steps
        decay = min(self._config.averaging, (1 + steps) / (10 + steps)) if steps else 0.0
        mine, theirs = ([*net.parameters(), *net.buffers()] for net in (self._averaged, self._net))
        # Few launches for all tensors, and nothing that waits for a GPU.
        blended = [t.is_floating_point() for t in mine]
        torch._foreach_lerp_(
            [t for t, is_blended in zip(mine, blended, strict=True) if is_blended],
            [t for t, is_blended in zip(theirs, blended, strict=True) if is_blended],
            1 - decay,
        )
        for counter, its, is_blended in zip(mine, theirs, blended, strict=True):
            if not is_blended:
                counter.copy_(its)


def _output(net: nn.Module, planes: Tensor, precision: str) -> NetOutput:
    """A network's output in float32, computed in a precision."""
    dtype = PRECISIONS[precision]
    with torch.autocast(planes.device.type, dtype, enabled=dtype != torch.float32):
        output = net(planes)
    return NetOutput(*(tensor.float() for tensor in output))


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
