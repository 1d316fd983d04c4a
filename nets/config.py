"""The shape of a network and the rules it knows; without torch, so that checkpoints are listed
and played without importing it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, WHITE, Color, Rules

ARCHITECTURES = ("resnet", "patterns")

MAX_BLOCKS = 256
MAX_WIDTH = 4096

Width = Annotated[int, Meta(ge=1, le=MAX_WIDTH)]
"""A number of channels or hidden units."""


@dataclass(frozen=True, slots=True)
class NetConfig:
    """A network.

    architecture: resnet, a residual network (`nets.resnet`); or patterns, one that looks up lines
        in a table (`nets.patterns`). What only the other one has is not used.
    blocks, channels: of the trunk.
    stem_kernel: side of the first convolution; 5 sees a whole row of five at once.
    pool_every: every how many blocks global pooling tells a block about the whole board.
    head_channels: of the policy and the value head.
    value_hidden: width of the hidden layer behind the value.
    line_channels: width of the network that looks at one line; patterns only. It costs nothing in
        play.
    """

    architecture: str = "resnet"
    blocks: Annotated[int, Meta(ge=1, le=MAX_BLOCKS)] = 4
    channels: Width = 64
    stem_kernel: Literal[1, 3, 5, 7, 9] = 5
    pool_every: Annotated[int, Meta(ge=1, le=MAX_BLOCKS)] = 2
    head_channels: Width = 32
    value_hidden: Width = 64
    line_channels: Width = 128

    @property
    def has_tables(self) -> bool:
        """True if the network plays from tables (`nets.patterns.tables`), which a CPU reads."""
        return self.architecture == "patterns"


class DeviceError(ValueError):
    """A device that is unknown or not there."""


class UnsupportedRulesError(ValueError):
    """Positions under rules that a network has not been trained on."""


FEATURES_VERSION = 2
"""Of what networks are told of a position. Version 1 knew freestyle and standard only: the first
two of the numbers below, and no forbidden points; its networks are read as ones that ignore the
rest."""

RuleNumbers = tuple[float, float, float, float, float]

RULE_NUMBERS = 5
"""How many numbers describe the rules."""


def rule_numbers(rules: Rules, to_move: Color) -> RuleNumbers:
    """The numbers that tell a network the rules when a side is to move.

    Whether a row longer than the win length wins for that side; (win length - 4) / 2; whether it
    wins for the other side; whether Black has forbidden points (renju); whether a row that is shut
    at both ends does not win (caro).
    """
    longer_wins = {
        color: rules.variant in (FREESTYLE, CARO) or (rules.variant == RENJU and color == WHITE)
        for color in (BLACK, WHITE)
    }
    return (
        float(longer_wins[to_move]),
        (rules.win_length - 4) / 2,
        float(longer_wins[to_move.other]),
        float(rules.variant == RENJU),
        float(rules.variant == CARO),
    )


def numbers_of_both(rules: Rules) -> tuple[RuleNumbers, RuleNumbers]:
    """`[2, RULE_NUMBERS]` those for Black and for White to move."""
    return rule_numbers(rules, BLACK), rule_numbers(rules, WHITE)


def check_rules(rules: Rules, trained: Collection[Rules] | None) -> None:
    """Refuse rules that a network was not trained on; a different size alone is fine.

    trained: None allows everything.

    Raises:
        UnsupportedRulesError: naming the rules.
    """
    if trained is None:
        return
    if (rules.win_length, rules.variant) not in {(r.win_length, r.variant) for r in trained}:
        raise UnsupportedRulesError(
            f"this network has not been trained for {rules.describe()}: choose a checkpoint "
            "that has, or rules that this one knows"
        )
