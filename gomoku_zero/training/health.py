"""The health of a run, by a cycle's games and the network's view of them.

All of it is explained in docs/training.md. The network is the one that played the games; it has
not been trained on them yet, so what it says of them is what it has understood.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from gomoku.rules import BLACK, WHITE, Color, Rules
from gomoku_zero.training.learner import Judge, Losses
from gomoku_zero.training.players import GameTotals
from gomoku_zero.training.replay import Replay
from gomoku_zero.training.samples import Samples, positions_of_samples, take
from nets.resnet.net import LOSS, WIN, NetOutput

Metrics = dict[str, float]


def describe_games(games: GameTotals) -> Metrics:
    """How long games were and who won them; White's share of those that did not begin on the empty
    board is of decisive ones, and left out when there are none.
    """
    decisive = games.black_starts + games.white_starts
    metrics: Metrics = {
        "selfplay/plies": games.plies / games.games,
        "selfplay/black_wins": games.black_wins / games.games,
        "selfplay/draws": games.draws / games.games,
        "selfplay/decisive_starts": decisive,
    }
    if decisive:
        metrics["selfplay/white_share"] = games.white_starts / decisive
    return metrics


def describe_targets(samples: Samples) -> Metrics:
    """How sharp the policy targets are, and how many root values are proven wins or losses."""
    proven = np.abs(samples.root_value.astype(np.float32)) == 1
    metrics: Metrics = {"selfplay/proven_roots": float(proven.mean())}
    if not proven.all():
        entropies = entropy(samples.policy[~proven].astype(np.float32))
        metrics["selfplay/target_entropy"] = float(entropies.mean())
    return metrics


def describe_learning(rows: dict[Color, int]) -> Metrics:
    """White's share of the rows trained on; nothing where no step was made."""
    total = sum(rows.values())
    return {"learner/white_rows": rows[WHITE] / total} if total else {}


def judge_fresh(judge: Judge, fresh: Samples, older: Samples | None, rules: Rules) -> Metrics:
    """The network's view of a cycle's positions before it is trained on them.

    older: some that it has been trained on; None while there are none.
    """
    parts = {color: take(fresh, fresh.to_move == color) for color in (BLACK, WHITE)}
    judged = {c: judge.judge(part, rules) for c, part in parts.items() if part.rows}
    shares = {color: parts[color].rows / fresh.rows for color in judged}
    metrics: Metrics = {}
    for name, key in (("policy", "policy_kl"), ("value", "value_loss")):
        by_color = {color: _loss(losses, name) for color, (losses, _) in judged.items()}
        metrics[f"fresh/{key}"] = sum(shares[c] * loss for c, loss in by_color.items())
        for color, loss in by_color.items():
            metrics[f"fresh/{key}_{color.name.lower()}"] = loss
    values = np.concatenate([_values(output) for _, output in judged.values()])
    outcomes = np.concatenate([parts[color].outcome for color in judged]).astype(np.float32)
    # A net that has learned nothing yet has nearly the same value everywhere, but not quite.
    if judge.steps > 0 and values.std() > 0 and outcomes.std() > 0:
        metrics["fresh/value_correlation"] = float(np.corrcoef(values, outcomes)[0, 1])
    unproven = [
        _entropies(output, parts[color], rules)[np.abs(parts[color].root_value) < 1]
        for color, (_, output) in judged.items()
    ]
    if sum(map(len, unproven)):
        metrics["fresh/policy_entropy"] = float(np.concatenate(unproven).mean())
    if older is not None:
        remembered, _ = judge.judge(older, rules)
        metrics["replay/value_loss"] = _loss(remembered, "value")
        metrics["fresh/value_gap"] = metrics["fresh/value_loss"] - metrics["replay/value_loss"]
    return metrics


def entropy(policy: NDArray[np.float32]) -> NDArray[np.float32]:
    """`[B]` entropies in nats of `[B, A]` probabilities."""
    logarithms = np.log(policy, out=np.zeros_like(policy), where=policy > 0)
    entropies: NDArray[np.float32] = -(policy * logarithms).sum(axis=1)
    return entropies


def some_of(source: Samples | Replay, most: int, rng: np.random.Generator) -> Samples:
    """So many positions of a cycle or of the replay window, or all."""
    count = source.rows if isinstance(source, Samples) else source.count
    chosen = np.arange(count) if count <= most else np.sort(rng.choice(count, most, replace=False))
    return take(source, chosen) if isinstance(source, Samples) else source.take(chosen)


def _loss(losses: Losses, name: str) -> float:
    return float(losses._asdict()[name])


def _values(output: NetOutput) -> NDArray[np.float32]:
    chances = torch.softmax(output.value, dim=1)
    values: NDArray[np.float32] = (chances[:, WIN] - chances[:, LOSS]).cpu().numpy()
    return values


def _entropies(output: NetOutput, samples: Samples, rules: Rules) -> NDArray[np.float32]:
    """Of the network's policy over the legal moves."""
    illegal = torch.from_numpy(positions_of_samples(samples, rules).illegal())
    illegal = illegal.to(output.policy.device)
    policy = torch.softmax(output.policy.masked_fill(illegal, -torch.inf), dim=1)
    return entropy(policy.cpu().numpy())
