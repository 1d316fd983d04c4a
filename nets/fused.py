"""A folded network on the CPU with convolution, addition and rectifier in one oneDNN call.

torch's compiler makes the same calls, but needs a C++ compiler on the user's machine and a minute.
"""

from typing import Any

import torch
from torch import Tensor, nn

from nets.resnet import Block, NetOutput, PolicyValueNet, pool


class FusedNet:
    """What a folded `PolicyValueNet` computes, faster; its weights are copied once, repacked."""

    def __init__(self, net: PolicyValueNet) -> None:
        self._net = net
        with torch.no_grad():
            self._weights = {
                module: _packed(module) for module in net.modules() if isinstance(module, nn.Conv2d)
            }

    @staticmethod
    def is_supported(dtype: torch.dtype) -> bool:
        """Whether this torch has the operators, and this processor the precision."""
        operators = getattr(torch.ops, "mkldnn", None)
        return (
            torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
            and hasattr(operators, "_convolution_pointwise")
            and (dtype == torch.float32 or bfloat16_is_native())
        )

    def __call__(self, planes: Tensor) -> NetOutput:
        """`PolicyValueNet.forward`, in evaluation mode."""
        net = self._net
        x = self._convolve(net.stem.conv, planes, "relu")
        for block in net.blocks:
            assert isinstance(block, Block)
            inner = self._convolve(block.first.conv, x, "relu")
            if block.bias is not None:
                inner = inner + block.bias(pool(inner))[:, :, None, None]
            x = self._convolve_and_add(block.second.conv, inner, x)
        policy = self._convolve(net.policy_in.conv, x, "relu")
        policy = torch.relu(policy + net.policy_bias(pool(policy))[:, :, None, None])
        logits = self._convolve(net.policy_out, policy, "none").flatten(2)
        value_in = self._convolve(net.value_in.conv, x, "relu")
        value = net.value_out(torch.relu(net.value_hidden(pool(value_in))))
        return NetOutput(logits[:, 0], logits[:, 1], value[:, :3], value[:, 3])

    def _convolve(self, conv: nn.Conv2d, x: Tensor, then: str) -> Tensor:
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._weights[conv], conv.bias, *_geometry(conv), then, [], ""
        )
        return result

    def _convolve_and_add(self, conv: nn.Conv2d, x: Tensor, other: Tensor) -> Tensor:
        result: Tensor = torch.ops.mkldnn._convolution_pointwise.binary(
            x, other, self._weights[conv], conv.bias, *_geometry(conv), "add", 1.0, "relu", [], ""
        )
        return result


def bfloat16_is_native() -> bool:
    """Whether this processor computes with bfloat16 rather than by way of float32."""
    probe = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return bool(probe is not None and probe())


def _packed(conv: nn.Conv2d) -> Tensor:
    packed: Tensor = torch._C._nn.mkldnn_reorder_conv2d_weight(
        conv.weight.detach().to_mkldnn(), *_geometry(conv)
    )
    return packed


def _geometry(conv: nn.Conv2d) -> tuple[Any, ...]:
    return list(conv.padding), list(conv.stride), list(conv.dilation), conv.groups
