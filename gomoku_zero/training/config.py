"""Everything that can be set about a training run, with where each number comes from.

Read from a TOML file, then overridden on the command line; unknown or ill-typed fields are refused
by name. Sources: [AGZ] Silver et al. 2017 and 2018; [KG] Wu 2020 and the KataGo documentation;
[GAZ] Danihelka et al. 2022; [here] measured in docs/experiments.md.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gomoku.rules import Rules, variant_from_name
from mcts.search import SearchConfig
from mcts.search_player import VCT_VISITS
from nets.config import MAX_BLOCKS, NetConfig, Width

Positive = Annotated[int, Meta(ge=1, le=10**9)]
NotNegative = Annotated[int, Meta(ge=0, le=10**9)]
Share = Annotated[float, Meta(ge=0, le=1)]
BoardSize = Annotated[int, Meta(ge=3, le=22)]


NOISE_FRACTION = 0.25
"""Share of Dirichlet noise in the root priors, without gumbel [AGZ: 0.25]."""

WINDOW_EXPONENT = 0.75
"""How sub-linearly the replay window grows: alpha of [KG] appendix C."""

WINDOW_GROWTH = 0.4
"""beta of that formula: how steeply the window grows at first."""


class ConfigError(ValueError):
    """A training configuration that cannot be used; the message names the field."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the configuration."""


class GameConfig(_Section, frozen=True):
    """The rules to train on."""

    size: BoardSize = 15
    """Points along one side of the board."""
    win_length: Annotated[int, Meta(ge=3, le=6)] = 5
    """Stones in a row that win."""
    rules: str = "freestyle"
    """freestyle: so many or more win; standard: exactly so many; renju: Black has forbidden points;
    caro: so many shut at both ends do not win."""
    other_sizes: tuple[tuple[BoardSize, Share], ...] = ()
    """Further board sizes that the same network is trained on, each with its share of the games,
    positions and batches, such as [[9, 0.25]]; the rest is for `size`, which is what matches and
    tactics are about."""
    other_rules: tuple[tuple[str, Share], ...] = ()
    """Further rules that the same network is trained on, each with its share, on every board size,
    such as [["standard", 0.3], ["renju", 0.3]]; the rest is for `rules`, which is what matches and
    tactics are about."""

    def to_rules(self) -> Rules:
        """Those of `size`."""
        return Rules(self.size, self.win_length, variant_from_name(self.rules)).validated()

    def shares(self) -> dict[Rules, float]:
        """Every rule set with its share of the run, that of `size` and `rules` first."""
        variants = [(variant_from_name(name), share) for name, share in self.other_rules]
        sizes = [(self.size, 1.0 - sum(share for _, share in self.other_sizes)), *self.other_sizes]
        own = (variant_from_name(self.rules), 1.0 - sum(share for _, share in variants))
        return {
            Rules(size, self.win_length, variant).validated(): of_size * of_variant
            for variant, of_variant in (own, *variants)
            for size, of_size in sizes
        }


class NetSection(_Section, frozen=True):
    """The network; see nets/config.py."""

    architecture: Literal["resnet", "patterns"] = "resnet"
    """A residual network, or line patterns, far cheaper on a CPU; see nets/patterns/net.py."""
    blocks: Annotated[int, Meta(ge=1, le=MAX_BLOCKS)] = 4
    """Residual blocks; not of patterns."""
    channels: Width = 64
    """Channels of the trunk; features of a line of patterns."""

    def to_config(self) -> NetConfig:
        return NetConfig(**msgspec.structs.asdict(self))

    @classmethod
    def of_config(cls, net: NetConfig) -> "NetSection":
        return cls(**{name: getattr(net, name) for name in cls.__struct_fields__})


class SelfPlayConfig(_Section, frozen=True):
    """How the net plays itself."""

    games: Positive = 128
    """Games in progress at once, all lanes together."""
    lanes: NotNegative = 0
    """Threads, each with a share of the games and a network instance of its own; 0 for one a
    core. What a run plays depends on it, so a run keeps the number that it began with."""
    device: str = "auto"
    """Where the network runs, also for matches: auto, cpu, cuda, cuda:1, mps or xpu. auto takes the
    CPU for line patterns, which run from tables there, and a CUDA device for another network."""
    cache: NotNegative = 32_768
    """Answers of the network that a lane remembers until the next network, at 4 bytes a point
    each; 0 for none. Play is the same with any [here: saves a fifth to a third of the calls]."""
    simulations: Positive = 32
    """Simulations per move."""
    fewer_simulations: tuple[tuple[Share, Positive], ...] = ()
    """Progressive simulations [MiniZero, Wu et al. 2023]: while less than this share of the run is
    over, only so many simulations, such as [[0.1, 16], [0.5, 32]]; the first that fits counts."""
    full_share: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Playout cap randomization [KG: 0.25]: this share of the moves is searched in full and learned
    from, the others are searched with `fast_simulations` and only played. 1 switches it off."""
    fast_simulations: Positive = 8
    """Simulations of the moves that are only played; unlike KataGo's, they have noise, too."""
    settled_value: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Soft resignation [KG: 0.95 on its scale]: while both sides' searches have found the same side
    ahead by more than this value for `SETTLED_PLIES` plies in a row, the game is played on with
    `fast_simulations`, and few of its positions are learned from. 1 switches it off."""
    gumbel: bool = True
    """Sequential halving with Gumbel noise at the root [GAZ]; else PUCT and Dirichlet noise."""
    vcf_search: NotNegative = 30
    """At every new position in the tree the threat solver looks for a win by continuous fours and
    tries at most so many of them; what it finds is proven. 0 switches it off, and the search for
    wins by continuous threats where a position has 32 visits. [here: 30 cost 6 to 9% of the moves
    per second, and gain more; threats at 200 simulations cost 2%]"""
    temperature_plies: NotNegative = 6
    """Plies after the opening whose move is drawn; later ones are the search's best."""
    empty_starts: Share = 0.2
    """Share of games from the empty board; the others begin with random stones, so that both
    sides win some and White learns to defend."""
    random_plies: NotNegative = 4
    """Most random stones at the start of a game; each number from 0 is as likely."""
    stone_distance: NotNegative = 0
    """Random stones after the first lie within so many points of another one, in rows and columns;
    0 for anywhere."""
    balance_moves: NotNegative = 0
    """Out of so many random moves one more is played at the start, most likely one that leaves
    neither side ahead by the network: chances go with (1 - v^2)^4 [KataGomo]. 0 for none."""

    def simulations_at(self, share: float) -> int:
        """Simulations per move when this share of the run is over."""
        for until, simulations in self.fewer_simulations:
            if share < until:
                return simulations
        return self.simulations

    def to_search(self) -> SearchConfig:
        return SearchConfig(
            simulations=self.simulations,
            noise_fraction=0.0 if self.gumbel else NOISE_FRACTION,
            gumbel=self.gumbel,
            vcf_nodes=self.vcf_search,
            vct_visits=VCT_VISITS if self.vcf_search else 0,
            # Sequential halving counts visits from zero; and a tree that is dropped at every move
            # need not be stored to resume a run exactly.
            keep_tree=False,
        )


class PlayersConfig(_Section, frozen=True):
    """Where self-play runs; see docs/cluster.md."""

    kind: Literal["threads", "processes", "ray"] = "threads"
    """threads of this process; processes of this machine; or workers on every machine of a Ray
    cluster."""
    workers: NotNegative = 0
    """Processes; 0 for as many as there are cores, on all nodes together, those that join as
    well. Not of threads, whose number is `selfplay.lanes`."""
    cores: Positive = 1
    """Cores of a worker, each with a lane; `selfplay.games` are those of one worker."""
    address: str = ""
    """Of the cluster's head, such as 10.0.0.1:6379; empty for the one that this machine is in."""
    lag: Positive = 4
    """Positions played by a network so many cycles older than the present one are learned from;
    older ones are dropped."""


class ReplayConfig(_Section, frozen=True):
    """Which recent positions are trained on."""

    window: Positive = 20_000
    """Positions the window holds at least; it grows as [KG] appendix C."""

    def window_at(self, positions: int) -> int:
        """How many of the latest positions to keep, of so many made since the start."""
        if positions <= self.window:
            return self.window
        grown = ((positions / self.window) ** WINDOW_EXPONENT - 1) / WINDOW_EXPONENT
        return int(self.window * (1 + WINDOW_GROWTH * grown))


class LearnerConfig(_Section, frozen=True):
    """Losses and gradient steps."""

    device: str = "auto"
    """Where it learns: auto, the fastest there is; or cpu, cuda, cuda:1, mps or xpu."""
    batch: Annotated[int, Meta(ge=2)] = 256
    """Positions per step."""
    reuse: Annotated[float, Meta(gt=0, le=1000)] = 4.0
    """How often each position is trained on, on average [KG: 4]."""
    learning_rate: Annotated[float, Meta(gt=0)] = 2e-3
    """AdamW; constant, then a cosine down to 5% at the end of the budget."""
    decay_start: Share = 0.6
    """Share of the budget after which the learning rate falls; 1 for never."""
    averaging: Share = 0.999
    """Decay per step of the moving average of the weights, which is what plays [KG]."""
    root_value_share: Share = 0.25
    """Share of the search's root value in the value target; the rest is the game's result."""
    beside_play: bool = False
    """Learn from the cycle before while this one is played, instead of in turn: for a GPU, which
    has room for both. The network that plays is then one cycle older."""


class EvaluationConfig(_Section, frozen=True):
    """Matches of the current net, now and then."""

    minutes: Annotated[float, Meta(gt=0)] = 5.0
    """Training minutes between two evaluations; there is always one at the end."""
    opponents: tuple[str, ...] = ("random", "greedy", "pure:1000", "pure:10000")
    """Player specs, as for pit.py: the rungs of the ladder, and behind them the checkpoint that was
    evaluated last. With none there are no matches."""
    tactics_cycles: NotNegative = 1
    """Every how many cycles the tactical suite is run, by the policy alone and by search; 0 for
    never. There is a suite for the sizes in arena/data/tactics."""


class TrainConfig(_Section, frozen=True):
    """A training run."""

    name: str = "agent"
    """Name of the agent, written into its checkpoints."""
    minutes: Annotated[float, Meta(gt=0, le=1e6)] = 60.0
    """Wall-clock budget of playing and learning; saving, tactics and evaluation matches are not
    counted. Resuming goes on counting."""
    cycles: NotNegative = 0
    """Stop after so many cycles even if minutes are left; 0 for no such limit. With it, and minutes
    that are not reached, a run depends on nothing but its seed."""
    clock: Literal["wall", "cpu"] = "wall"
    """What minutes are: of wall clock; or of processor time over the number of cores, which
    compares runs on a machine that has other things to do as well."""
    init: str = ""
    """A checkpoint to begin with, such as models/9x9, or a run, whose latest it is: the run has its
    network's shape, whatever [net] says. Board size and rules may differ."""
    distill: str = ""
    """A checkpoint that plays the games to learn from instead of the network itself, its teacher;
    or the folder of a run, whose latest checkpoint is the teacher and whose replay window is where
    this one's begins."""
    cycle_positions: Positive = 4096
    """New positions to learn from per cycle of self-play and learning."""
    keep_checkpoints: Positive = 5
    """How many of the latest checkpoints stay, beside every tenth and those that were evaluated,
    of which the best is one."""
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 1
    """Of everything random."""
    game: GameConfig = GameConfig()
    net: NetSection = NetSection()
    selfplay: SelfPlayConfig = SelfPlayConfig()
    players: PlayersConfig = PlayersConfig()
    replay: ReplayConfig = ReplayConfig()
    learner: LearnerConfig = LearnerConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
