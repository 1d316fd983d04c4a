"""A PyTorch network as an evaluator: device, precision, folded inference."""

import copy
from collections.abc import Collection

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gomoku.rules import Rules
from mcts.evaluation import Evaluation, Positions
from nets.config import check_rules
from nets.device import find_device
from nets.features import encode
from nets.networks import Net
from nets.resnet.graphs import CudaDevice, GraphedNet
from nets.resnet.net import DRAW, LOSS, WIN, NetOutput, PolicyValueNet

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def best_precision(net: Net, device: torch.device) -> str:
    """bfloat16 for residual networks on GPUs made for it, else float32."""
    if device.type != "cuda" or not isinstance(net, PolicyValueNet):
        return "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported(False) else "float32"


class NetEvaluator:
    """Evaluates positions with a private copy of a network, folded for inference."""

    def __init__(
        self,
        net: Net,
        *,
        device: str,
        precision: str = "auto",
        rules: Collection[Rules] | None = None,
    ) -> None:
        """Copy a network to where it is to run.

        device: a name, as for `nets.device.find_device`.
        precision: float32 or bfloat16; auto takes what `best_precision` says.
        rules: rule sets the network has been trained on; others of the same win length and variant
            differ only in size, and are fine. None allows everything.

        Raises:
            DeviceError: if the device is unknown or not there.
        """
        self.device = find_device(device)
        if precision == "auto":
            precision = best_precision(net, self.device)
        self._dtype = PRECISIONS[precision]
        self._trained = rules
        self._net = self._folded(net)
        self._graphed: GraphedNet | None = None
        if isinstance(self._net, PolicyValueNet) and self.device.type == "cuda":
            self._graphed = GraphedNet(self._net, CudaDevice(self.device))

    def load(self, net: Net) -> None:
        """Go on with the weights of another network of the same shape."""
        folded = self._folded(net)
        for mine, theirs in zip(self._net.parameters(), folded.parameters(), strict=True):
            mine.copy_(theirs)
        # A network of patterns is not folded: its normalization is made of these.
        for buffer, its in zip(self._net.buffers(), folded.buffers(), strict=True):
            buffer.copy_(its)
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)  # graphs read the weights from other streams

    def evaluate(self, positions: Positions) -> Evaluation:
        """Priors are probabilities over all points, occupied ones included.

        Raises:
            UnsupportedRulesError: if the network has not been trained on such rules.
        """
        check_rules(positions.rules, self._trained)
        if self._graphed is not None:
            return self._graphed.evaluate(positions)
        return self._infer(positions)

    @torch.inference_mode()
    def _infer(self, positions: Positions) -> Evaluation:
        output = self._output(positions)
        prior = torch.softmax(output.policy.float(), dim=1)
        chances = torch.softmax(output.value.float(), dim=1)
        value = chances[:, WIN] - chances[:, LOSS]
        draw = chances[:, DRAW]
        return Evaluation(prior.cpu().numpy(), value.cpu().numpy(), draw.cpu().numpy())

    def _output(self, positions: Positions) -> NetOutput:
        planes = encode(
            self._send(positions.cells),
            self._send(positions.to_move),
            self._send(positions.last_move),
            positions.rules,
        ).to(self._dtype, memory_format=torch.channels_last)
        output: NetOutput = self._net(planes)
        return output

    def _folded(self, net: Net) -> Net:
        folded = copy.deepcopy(net).eval()
        folded.fold()
        folded.to(self.device, self._dtype)
        folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        folded.requires_grad_(False)
        return folded

    def _send(self, array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)
