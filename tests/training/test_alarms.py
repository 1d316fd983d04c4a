"""Each sign of trouble raises its alarm once it lasts, and a healthy run raises none."""

from typing import Any

import pytest

from gomoku.rules import Rules
from gomoku_zero.training.alarms import alarm_names, find_alarms

NINE = Rules(9, 5)

HEALTHY: dict[str, float] = {
    "run/positions": 100_000,
    "replay/window": 60_000,
    "selfplay/plies": 33.0,
    "selfplay/decisive_starts": 150,
    "selfplay/white_share": 0.45,
    "learner/white_rows": 0.49,
    "fresh/policy_kl_black": 0.6,
    "fresh/policy_kl_white": 0.65,
    "fresh/value_loss_black": 0.7,
    "fresh/value_loss_white": 0.72,
    "fresh/value_correlation": 0.4,
    "fresh/policy_entropy": 1.8,
    "fresh/value_gap": 0.05,
    "tactics/policy": 0.9,
    "players/learner_share": 0.4,
    "players/idle_share": 0.02,
}


def history(cycles: int = 10, /, **changed: list[float]) -> list[dict[str, Any]]:
    """A healthy run in which some metrics, `selfplay__plies` and so on, end on other values."""
    lines: list[dict[str, Any]] = [{"cycle": c, **HEALTHY} for c in range(1, cycles + 1)]
    for name, values in changed.items():
        for line, value in zip(lines[-len(values) :], values, strict=True):
            line[name.replace("__", "/")] = value
    return lines


def names(lines: list[dict[str, Any]], rules: Rules = NINE) -> list[str]:
    return [alarm.name for alarm in find_alarms(lines, rules)]


@pytest.mark.parametrize("cycles", range(11))
def test_a_healthy_run_raises_nothing_however_young(cycles: int) -> None:
    assert names(history(cycles)) == []


TROUBLE: dict[str, dict[str, list[float]]] = {
    "value_sign": {"fresh__value_correlation": [-0.3] * 3},
    "white_untrained": {"learner__white_rows": [0.0] * 3},
    "black_untrained": {"learner__white_rows": [1.0] * 3},
    "white_never_wins": {"selfplay__white_share": [0.0] * 3},
    "white_too_weak": {"selfplay__white_share": [0.2] * 3},
    "black_too_weak": {"selfplay__white_share": [0.8] * 3},
    "short_games": {"selfplay__plies": [10.0, 11.0, 10.5]},
    "policy_collapse": {"fresh__policy_entropy": [0.05] * 3},
    "value_gap": {"fresh__value_gap": [0.3, 0.5, 0.2]},
    "tactics_falling": {"tactics__policy": [0.7] * 3},
    "elo_falling": {
        "ladder__elo": [300, 320, 100],
        "ladder__elo_low": [200, 220, 0],
        "ladder__elo_high": [400, 420, 200],
    },
    "learner_starving": {"players__learner_share": [0.1] * 3},
    "workers_starving": {"players__idle_share": [0.5] * 3},
}


def test_there_is_a_trouble_for_every_alarm() -> None:
    assert tuple(TROUBLE) == alarm_names()


@pytest.mark.parametrize("name", TROUBLE)
def test_a_trouble_raises_the_alarm_that_names_it_and_no_other(name: str) -> None:
    alarms = find_alarms(history(10, **TROUBLE[name]), NINE)
    assert [alarm.name for alarm in alarms] == [name]
    text = str(alarms[0])
    assert text.startswith(f"ALARM {name}: ")
    assert "Likely: " in text
    assert "What to do: " in text


@pytest.mark.parametrize("name", [name for name in TROUBLE if name != "elo_falling"])
def test_what_does_not_last_raises_nothing(name: str) -> None:
    # One bad cycle moves the mean of three by a third of its distance: (33 + 33 + 10) / 3 plies.
    once = {metric: values[:1] for metric, values in TROUBLE[name].items()}
    assert names(history(10, **once)) == []


@pytest.mark.parametrize("name", [name for name in TROUBLE if name != "elo_falling"])
def test_fewer_cycles_than_it_takes_raise_nothing(name: str) -> None:
    assert names(history(2, **{m: v[:2] for m, v in TROUBLE[name].items()})) == []


def test_signs_are_put_in_plain_numbers() -> None:
    (alarm,) = find_alarms(history(selfplay__plies=[10.0, 11.0, 10.5]), NINE)
    assert "10.5 plies on average, fewer than 12" in alarm.sign
    (alarm,) = find_alarms(history(selfplay__white_share=[0.2] * 3), NINE)
    assert "20% of the last 450 decisive games" in alarm.sign


def test_a_color_that_is_not_understood_is_named_though_it_is_trained_on() -> None:
    lines = history(fresh__value_loss_white=[1.4] * 3)
    (alarm,) = find_alarms(lines, NINE)
    assert alarm.name == "white_untrained"
    assert "value_loss is 1.40" in alarm.sign
    assert names(history(fresh__policy_kl_black=[2.0] * 3)) == ["black_untrained"]


def test_white_is_judged_by_games_and_not_by_cycles() -> None:
    # 2 of 3 games, 20 of 100 and 20 of 100: 42 of 203, and not the mean of the shares, 36%.
    few = history(selfplay__decisive_starts=[3, 100, 100], selfplay__white_share=[2 / 3, 0.2, 0.2])
    (alarm,) = find_alarms(few, NINE)
    assert "21% of the last 203" in alarm.sign
    assert names(history(selfplay__decisive_starts=[9] * 10, selfplay__white_share=[0.0] * 3)) == []


def test_white_need_not_win_where_black_does_with_best_play() -> None:
    assert names(history(selfplay__white_share=[0.0] * 3), Rules(3, 3)) == []
    assert names(history(selfplay__white_share=[0.15] * 3), Rules(6, 4)) == []
    assert names(history(selfplay__white_share=[0.05] * 3), Rules(6, 4)) == ["white_too_weak"]


def test_a_value_gap_says_nothing_while_the_window_fills() -> None:
    lines = history(fresh__value_gap=[0.5] * 3)
    for line in lines:
        line["replay/window"] = line["run/positions"]
    assert names(lines) == []


def test_an_alarm_goes_when_its_metric_is_no_longer_measured() -> None:
    lines = history(tactics__policy=[0.5] * 3)
    assert names(lines) == ["tactics_falling"]
    lines.append({"cycle": 11, "run/positions": 1})
    assert names(lines) == []


def test_elo_within_its_interval_is_no_fall() -> None:
    lines = history(
        ladder__elo=[320, 100], ladder__elo_low=[120, -100], ladder__elo_high=[520, 300]
    )
    assert names(lines) == []
