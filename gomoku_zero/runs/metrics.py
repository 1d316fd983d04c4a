"""The metrics that a run wrote about its cycles."""

from pathlib import Path
from typing import Any

import msgspec

METRICS_FILE = "metrics.jsonl"

_NAMES = {
    "run": "minutes games positions other_seconds",
    "selfplay": "plies black_wins draws white_share decisive_starts target_entropy proven_roots "
    "simulations_per_second evaluations_per_second remembered seconds positions most_simulations",
    "players": "workers nodes games_per_second games_per_second_least games_per_second_by_worker "
    "calls rows_waiting lag max_lag dropped_rows lost_workers learner_share idle_share",
    "fresh": "policy_kl policy_kl_black policy_kl_white policy_entropy value_loss value_loss_black "
    "value_loss_white value_correlation value_gap",
    "replay": "value_loss window",
    "loss": "total policy value reply moves_left",
    "learner": "white_rows steps seconds refresh_seconds learning_rate",
    "ladder": "cycle elo elo_low elo_high",
    "tactics": "cycle policy search five_policy five_search block_four_policy block_four_search "
    "open_four_policy open_four_search block_open_three_policy block_open_three_search",
}
METRICS = frozenset(f"{group}/{name}" for group in _NAMES for name in _NAMES[group].split())
"""Every metric, but for `match/OPPONENT` and `alarm/NAME`; docs/training.md explains each."""


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """The metrics of a run by cycle; what is none of ours is left out, such as a last
    line cut short by a crash."""
    try:
        lines = (folder / METRICS_FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [decoded for line in lines if (decoded := metrics_of(line)) is not None]


def metrics_of(line: bytes) -> dict[str, Any] | None:
    """The metrics in a line; None if it is damaged or none of ours."""
    try:
        decoded = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded.get("cycle"), int) else None
