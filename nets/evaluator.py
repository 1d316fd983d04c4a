"""A network as an evaluator: device, precision, symmetries, folded inference."""

import copy
from collections.abc import Collection

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gomoku.rules import Rules
from gomoku.symmetry import SYMMETRIES, image_points, source_points
from mcts.evaluation import Evaluation, Positions
from nets.device import find_device
from nets.features import encode
from nets.resnet import LOSS, WIN, PolicyValueNet


class UnsupportedRulesError(ValueError):
    """Positions under rules that a network has not been trained on."""


class NetEvaluator:
    """Evaluates positions with a private copy of a network, folded for inference.

    symmetry: "none" looks at positions as they are; "random" at one of their eight images, chosen
        by the position and the seed alone, so that answers do not depend on the batch; "average"
        at all eight.
    rules: rule sets the network has been trained on; others of the same win length and variant
        differ only in size, and are fine. None allows everything.
    """

    def __init__(
        self,
        net: PolicyValueNet,
        *,
        device: str = "auto",
        symmetry: str = "none",
        rules: Collection[Rules] | None = None,
        seed: int = 0,
    ) -> None:
        assert symmetry in ("none", "random", "average"), symmetry
        self.device = find_device(device)
        self._symmetry = symmetry
        self._trained = None if rules is None else {(r.win_length, r.variant) for r in rules}
        self._hash = np.random.default_rng(seed).integers(1 << 30, size=512, dtype=np.int64)
        self._dtype = torch.bfloat16 if self.device.type == "cuda" else torch.float32
        self._net = copy.deepcopy(net).eval()
        self._net.fold()
        self._net.to(self.device, self._dtype)
        self._net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._net.requires_grad_(False)

    def evaluate(self, positions: Positions) -> Evaluation:
        """Priors are probabilities over all points, occupied ones included.

        Raises:
            UnsupportedRulesError: if the network has not been trained on such rules.
        """
        self._check(positions.rules)
        if self._symmetry == "none":
            return self._evaluate(positions, None)
        size, batch = positions.rules.size, len(positions.cells)
        if self._symmetry == "random":
            cells = positions.cells.astype(np.int64)
            keys = cells @ self._hash[: cells.shape[1]]
            return self._evaluate(positions, (keys % 8191) % SYMMETRIES)
        answers = [
            self._evaluate(positions, np.full(batch, symmetry)) for symmetry in range(SYMMETRIES)
        ]
        assert all(answer.prior.shape == (batch, size * size) for answer in answers)
        return Evaluation(
            np.mean([answer.prior for answer in answers], axis=0, dtype=np.float32),
            np.mean([answer.value for answer in answers], axis=0, dtype=np.float32),
        )

    def _evaluate(self, positions: Positions, symmetries: NDArray[np.int64] | None) -> Evaluation:
        cells, last_move = positions.cells, positions.last_move
        if symmetries is not None:
            size = positions.rules.size
            cells = np.take_along_axis(cells, source_points(size)[symmetries], axis=1)
            images = image_points(size)[symmetries, np.maximum(last_move, 0)]
            last_move = np.where(last_move < 0, -1, images).astype(np.int16)
        prior, value = self._infer(cells, positions.to_move, last_move, positions.rules)
        if symmetries is not None:
            prior = np.take_along_axis(prior, image_points(size)[symmetries], axis=1)
        return Evaluation(prior, value)

    @torch.inference_mode()
    def _infer(
        self,
        cells: NDArray[np.int8],
        to_move: NDArray[np.int8],
        last_move: NDArray[np.int16],
        rules: Rules,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        planes = encode(self._send(cells), self._send(to_move), self._send(last_move), rules).to(
            self._dtype, memory_format=torch.channels_last
        )
        output = self._net(planes)
        prior = torch.softmax(output.policy.float(), dim=1)
        chances = torch.softmax(output.value.float(), dim=1)
        value = chances[:, WIN] - chances[:, LOSS]
        return prior.cpu().numpy(), value.cpu().numpy()

    def _send(self, array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device, non_blocking=True)

    def _check(self, rules: Rules) -> None:
        if self._trained is not None and (rules.win_length, rules.variant) not in self._trained:
            raise UnsupportedRulesError(
                f"this network has not been trained for {rules.describe()}: choose a checkpoint "
                "that has, or rules that this one knows"
            )
