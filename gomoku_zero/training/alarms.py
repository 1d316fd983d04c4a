"""Signs that a run goes wrong, each with its likely cause and what to do about it.

Pure functions of the metrics so far: the lines of metrics.jsonl, oldest first. A sign counts when
it has lasted: the mean over the last few cycles is what is compared, and while there are fewer, or
a metric is not measured, nothing is said. docs/training.md explains each alarm and each metric.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gomoku.rules import Rules

History = Sequence[dict[str, Any]]

# Limits, from healthy runs on 3x3, 6x6 and 9x9 (docs/training.md).

LASTING_CYCLES = 3
"""Cycles over which a sign must last: its mean over so many counts."""

MAX_WHITE_SHARE = 0.7
"""White should not win more than this share of decisive games from random starts."""

MIN_DECISIVE_GAMES = 100
"""Decisive games from random starts that it takes to judge White's share."""

MIN_POLICY_ENTROPY = 0.1
"""A policy of the network with less entropy than this, in nats, has collapsed."""

MAX_VALUE_GAP = 0.2
"""By how much the value loss on new games may exceed that on older ones, on average."""

MIN_VALUE_CORRELATION = -0.1
"""The network's values must not correlate with the results of new games below this."""

MIN_COLOR_SHARE = 0.2
"""Each color must have at least this share of the rows that are trained on."""

MAX_COLOR_RATIO = 1.75
"""The policy and the value loss for one color must not be so many times those for the other."""

MAX_TACTICS_DROP = 0.15
"""By how much the share of tactical problems that the policy solves may fall from its best."""

MAX_ELO_DROP = 100.0
"""By how much the ladder's Elo may fall from its best, beyond both intervals."""

# Of players in processes: how much of its time the learner may wait for positions, and workers may
# wait for the learner, before more of the other pays.
_LEARNER_WAITS = 0.8
_WORKERS_WAIT = 0.2


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that looks wrong.

    name: as in the metric `alarm/<name>` and in docs/training.md.
    sign: what was seen, with its numbers. cause: what is likely behind it. remedy: what to do.
    """

    name: str
    sign: str
    cause: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"ALARM {self.name}: {self.sign}\n  Likely: {self.cause}\n  What to do: {self.remedy}"
        )


def find_alarms(history: History, rules: Rules) -> list[Alarm]:
    """The alarms that stand after the last cycle of a history, in a fixed order."""
    found = (check(history, rules) for check in _CHECKS.values())
    return [alarm for alarm in found if alarm is not None]


def alarm_names() -> tuple[str, ...]:
    """Every alarm there is, in the order of `find_alarms`."""
    return tuple(_CHECKS)


def alarm_states(standing: Iterable[Alarm]) -> dict[str, int]:
    """The metric of every alarm: 1 while it stands, else 0."""
    names = {alarm.name for alarm in standing}
    return {f"alarm/{name}": int(name in names) for name in _CHECKS}


def fewest_plies(rules: Rules) -> float:
    """The mean length of games below which they have collapsed.

    The shortest game has 2 * win_length - 1 plies, and three more are few. Where the board is small
    for the row games are near that anyway: 10 plies with four in a row on 6x6, 8 in tic-tac-toe.

    >>> [fewest_plies(Rules(*size)) for size in ((15, 5), (9, 5), (6, 4), (3, 3))]
    [12.0, 12.0, 8.0, 0.0]
    """
    room = rules.size - rules.win_length
    return 0.0 if room < 2 else 2.0 * rules.win_length + (0 if room == 2 else 2)


def min_white_share(rules: Rules) -> float:
    """The share of decisive games from random starts that White should win.

    With fewer than five in a row Black wins most of them: on 6x6 with four White has 40% of them at
    first, and 25% after 6 minutes.

    >>> [min_white_share(Rules(*size)) for size in ((15, 5), (6, 4), (3, 3))]
    [0.3, 0.1, 0.0]
    """
    return {3: 0.0, 4: 0.1}.get(rules.win_length, 0.3)


def series(history: History, name: str) -> list[tuple[int, float]]:
    """The cycles in which a metric was measured, with its values."""
    return [
        (line["cycle"], float(line[name]))
        for line in history
        if isinstance(line.get(name), int | float)
    ]


def recent_mean(history: History, name: str) -> float | None:
    """The mean of a metric over the last `LASTING_CYCLES` in which it was measured.

    None while there are fewer, or when it is no longer measured.
    """
    values = series(history, name)
    if len(values) < LASTING_CYCLES or values[-1][0] != _last_cycle(history):
        return None
    return sum(value for _, value in values[-LASTING_CYCLES:]) / LASTING_CYCLES


def _value_sign(history: History, rules: Rules) -> Alarm | None:
    correlation = recent_mean(history, "fresh/value_correlation")
    if correlation is None or correlation >= MIN_VALUE_CORRELATION:
        return None
    return Alarm(
        "value_sign",
        f"the network's values point the wrong way: their correlation with the results of new "
        f"games is {correlation:+.2f}, and should be positive.",
        "the sign of the value is wrong somewhere: in the value target, in whose view a result is "
        "stored, or where a value is handed up the tree; the search then prefers bad moves.",
        "stop the run, as it gets worse with every cycle. Check a change to the learner's value "
        "target, the samples or the evaluator: a won position must have a value near +1 for the "
        "side to move. The checkpoints and the replay window are of no use.",
    )


def _white_untrained(history: History, rules: Rules) -> Alarm | None:
    return _untrained("white", "black", history)


def _black_untrained(history: History, rules: Rules) -> Alarm | None:
    return _untrained("black", "white", history)


def _untrained(color: str, other: str, history: History) -> Alarm | None:
    """A color that is not learned: by its share of the rows, or by what is understood of it."""
    name = color.capitalize()
    sign = ""
    white = recent_mean(history, "learner/white_rows")
    if white is not None:
        share = white if color == "white" else 1 - white
        if share < MIN_COLOR_SHARE:
            sign = f"only {share:.0%} of the rows trained on have {name} to move."
    for loss in ("policy_kl", "value_loss"):
        own = recent_mean(history, f"fresh/{loss}_{color}")
        others = recent_mean(history, f"fresh/{loss}_{other}")
        if own is None or others is None or own <= MAX_COLOR_RATIO * others or sign:
            continue
        sign = (
            f"the network does not understand positions with {name} to move: fresh/{loss} is "
            f"{own:.2f} on new ones, {others:.2f} where {other.capitalize()} is to move."
        )
    if not sign:
        return None
    return Alarm(
        f"{color}_untrained",
        sign,
        f"positions with {name} to move do not reach the learner: they are not recorded, are left "
        "out when batches are drawn, or have no weight in the loss.",
        f"stop the run and look for what treats the colors differently between self-play, the "
        f"replay window and the loss. The window can be kept if it holds {name}'s positions.",
    )


def _white_never_wins(history: History, rules: Rules) -> Alarm | None:
    counted = _white_share(history)
    if counted is None or counted[0] > 0 or min_white_share(rules) == 0:
        return None
    return Alarm(
        "white_never_wins",
        f"White won none of the last {counted[1]:.0f} decisive games from random starts.",
        "nobody learns to defend, because White has nothing to win: the starts favor Black, or "
        "White's positions are not learned at all.",
        "see whether white_untrained is raised, too. If not, raise selfplay.random_plies, so that "
        "more games begin with an even chance.",
    )


def _white_too_weak(history: History, rules: Rules) -> Alarm | None:
    counted = _white_share(history)
    if counted is None or counted[0] == 0 or counted[0] >= min_white_share(rules):
        return None
    return Alarm(
        "white_too_weak",
        f"White won only {counted[0]:.0%} of the last {counted[1]:.0f} decisive games from random "
        f"starts, less than {min_white_share(rules):.0%}.",
        "most starts are won for Black, so that there is little to learn about defending; or White "
        "is learned worse than Black.",
        "raise selfplay.random_plies or lower selfplay.empty_starts. On a small board where Black "
        "wins most starts with best play, this is expected.",
    )


def _black_too_weak(history: History, rules: Rules) -> Alarm | None:
    counted = _white_share(history)
    if counted is None or counted[0] <= MAX_WHITE_SHARE:
        return None
    return Alarm(
        "black_too_weak",
        f"White won {counted[0]:.0%} of the last {counted[1]:.0f} decisive games from random "
        f"starts, more than {MAX_WHITE_SHARE:.0%}.",
        "Black moves first and should win at least as often: Black's positions are learned badly, "
        "or the starts favor White.",
        "compare fresh/policy_kl_black with fresh/policy_kl_white: if Black's is far larger, its "
        "positions do not reach the learner. Otherwise look at some games in games/.",
    )


def _short_games(history: History, rules: Rules) -> Alarm | None:
    plies = recent_mean(history, "selfplay/plies")
    fewest = fewest_plies(rules)
    if plies is None or plies >= fewest:
        return None
    return Alarm(
        "short_games",
        f"games last {plies:.1f} plies on average, fewer than {fewest:g}; the shortest there is "
        f"takes {2 * rules.win_length - 1}.",
        "both sides only attack, and whoever is first wins: nobody has learned to block. The value "
        "loss looks good meanwhile, as such games are easy to foretell.",
        "wait some cycles: young runs often recover by themselves. If not, raise "
        "selfplay.simulations, use more random starts (selfplay.random_plies, a lower "
        "selfplay.empty_starts), or begin from a checkpoint of a smaller board.",
    )


def _policy_collapse(history: History, rules: Rules) -> Alarm | None:
    entropy = recent_mean(history, "fresh/policy_entropy")
    if entropy is None or entropy >= MIN_POLICY_ENTROPY:
        return None
    return Alarm(
        "policy_collapse",
        f"the network's policy has an entropy of {entropy:.2f} nats where nothing is decided, less "
        f"than {MIN_POLICY_ENTROPY:g}: it considers one move only.",
        "self-play repeats itself, so other moves are neither tried nor learned.",
        "raise selfplay.temperature_plies or selfplay.random_plies, and "
        "see in games/ whether the games are all alike.",
    )


def _value_gap(history: History, rules: Rules) -> Alarm | None:
    gap = recent_mean(history, "fresh/value_gap")
    if gap is None or gap <= MAX_VALUE_GAP or not _window_was_full(history):
        return None
    return Alarm(
        "value_gap",
        f"the value loss is {gap:.2f} larger on new games than on those of the window, more than "
        f"{MAX_VALUE_GAP:g}: results are remembered, not understood.",
        "the network learns the games in the window by heart: they are too few, or trained on too "
        "often.",
        "lower learner.reuse, raise replay.window, or make a smaller net.",
    )


def _tactics_falling(history: History, rules: Rules) -> Alarm | None:
    shares = [value for _, value in series(history, "tactics/policy")]
    now = recent_mean(history, "tactics/policy")
    if now is None:
        return None
    means = [
        sum(shares[end - LASTING_CYCLES : end]) / LASTING_CYCLES
        for end in range(LASTING_CYCLES, len(shares) + 1)
    ]
    best = max(means)
    if now >= best - MAX_TACTICS_DROP:
        return None
    return Alarm(
        "tactics_falling",
        f"the policy solves {now:.0%} of the tactical problems; it was {best:.0%} before.",
        "what was learned is being forgotten: the learning rate is too high, the window too short, "
        "or self-play has gone to a kind of game in which such positions do not occur.",
        "lower learner.learning_rate or raise replay.window, and see whether short_games or "
        "policy_collapse is raised, too. Earlier checkpoints are still there to play with.",
    )


def _elo_falling(history: History, rules: Rules) -> Alarm | None:
    rated = [
        (line["ladder/elo"], line["ladder/elo_low"], line["ladder/elo_high"])
        for line in history
        if isinstance(line.get("ladder/elo"), int | float)
    ]
    if len(rated) < 2:
        return None
    now, _, high = rated[-1]
    best, low, _ = max(rated[:-1])
    if now >= best - MAX_ELO_DROP or high >= low:
        return None
    return Alarm(
        "elo_falling",
        f"the last evaluation gives {now:+.0f} Elo [up to {high:+.0f}]; an earlier one gave "
        f"{best:+.0f} [at least {low:+.0f}].",
        "the run has become weaker than it was: it forgets, or a changed setting harms it.",
        "play with the best checkpoint (python train.py --report tells which), undo what was "
        "changed since, or lower learner.learning_rate.",
    )


def _learner_starving(history: History, rules: Rules) -> Alarm | None:
    share = recent_mean(history, "players/learner_share")
    if share is None or share >= 1 - _LEARNER_WAITS:
        return None
    return Alarm(
        "learner_starving",
        f"the learner is busy {share:.0%} of the time, and waits for positions otherwise.",
        "workers are too few, or are lost again and again, for what the learner could take.",
        "add cores or machines: ray start --address on each is enough. Where there are no more, "
        "raise learner.reuse, or live with it: nothing is wrong with the run.",
    )


def _workers_starving(history: History, rules: Rules) -> Alarm | None:
    share = recent_mean(history, "players/idle_share")
    if share is None or share <= _WORKERS_WAIT:
        return None
    return Alarm(
        "workers_starving",
        f"workers wait {share:.0%} of the time, since the learner is behind with their positions.",
        "one learner feeds only so many workers: docs/cluster.md says how many.",
        "let it learn on a GPU, or on several by torchrun; lower learner.reuse, raise "
        "learner.batch, or give cores back (players.workers).",
    )


def _white_share(history: History) -> tuple[float, float] | None:
    """White's share of the latest decisive games from random starts, and how many they are.

    None while they are too few to say.
    """
    last = _last_cycle(history)
    games = {c: n for c, n in series(history, "selfplay/decisive_starts") if n > 0}
    shares = [(c, share) for c, share in series(history, "selfplay/white_share") if c in games]
    latest = shares[-LASTING_CYCLES:]
    count = sum(games[cycle] for cycle, _ in latest)
    if len(latest) < LASTING_CYCLES or latest[-1][0] != last or count < MIN_DECISIVE_GAMES:
        return None
    return sum(share * games[cycle] for cycle, share in latest) / count, count


def _window_was_full(history: History) -> bool:
    """Return whether the window had dropped its oldest positions before the last `LASTING_CYCLES`.

    While it fills, every position in it has been trained on more often than it will be later.
    """
    made = dict(series(history, "run/positions"))
    kept = series(history, "replay/window")[-LASTING_CYCLES - 1 :]
    return len(kept) > LASTING_CYCLES and all(made.get(cycle, 0) > count for cycle, count in kept)


def _last_cycle(history: History) -> int:
    return max((int(line["cycle"]) for line in history), default=0)


_CHECKS: dict[str, Callable[[History, Rules], Alarm | None]] = {
    "value_sign": _value_sign,
    "white_untrained": _white_untrained,
    "black_untrained": _black_untrained,
    "white_never_wins": _white_never_wins,
    "white_too_weak": _white_too_weak,
    "black_too_weak": _black_too_weak,
    "short_games": _short_games,
    "policy_collapse": _policy_collapse,
    "value_gap": _value_gap,
    "tactics_falling": _tactics_falling,
    "elo_falling": _elo_falling,
    "learner_starving": _learner_starving,
    "workers_starving": _workers_starving,
}
