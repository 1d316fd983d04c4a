"""A match in words for people and in JSON for programs."""

from collections.abc import Sequence
from typing import Any

from gomoku.opening_rules import OpeningRule
from gomoku_zero.arena.match import MatchResult
from gomoku_zero.arena.ratings import Ratings
from gomoku_zero.arena.stats import (
    GameCounts,
    SequentialTest,
    Verdict,
    likelihood_of_superiority,
    probability_to_text,
)


def match_table(result: MatchResult) -> str:
    """A few lines: results by color, Elo with its interval, and what to be wary of."""
    free = result.opening_rule is OpeningRule.FREE
    seats = [] if free else [("as first", result.as_first), ("as second", result.as_second)]
    rows = [
        ("as Black", result.as_black),
        ("as White", result.as_white),
        *seats,
        ("together", result.games),
    ]
    superiority = likelihood_of_superiority(result.pair_counts)
    lines = [
        f"{result.name_a} against {result.name_b}, "
        f"{len(result.pairs)} pairs on {result.rules.describe()}"
        + ("" if free else f", {result.opening_rule.value}"),
        f"{'':10}{'wins':>7}{'draws':>7}{'losses':>8}{'score':>8}",
        *(
            f"{label:10}{counts.wins:7}{counts.draws:7}{counts.losses:8}{counts.score:8.1%}"
            for label, counts in rows
        ),
        f"Elo {result.elo} (95%); stronger with probability {probability_to_text(superiority)}",
    ]
    if result.options:
        chosen = ", ".join(f"{name} {count}" for name, count in result.options.items())
        lines.append(f"In the opening: {chosen}.")
    games, distinct = result.games.games, result.distinct_games
    if distinct < games:
        lines.append(
            f"Only {distinct} of {games} games are distinct: repeated games prove nothing new, "
            "and the interval is too narrow."
        )
    else:
        lines.append(f"All {games} games are distinct.")
    for name in dict.fromkeys((result.name_a, result.name_b)):
        failed = result.failures(name)
        if failed:
            lines.append(f"{name} forfeited {len(failed)} games; the first: {failed[0].reason}")
    return "\n".join(lines)


def sprt_line(test: SequentialTest) -> str:
    """How a sequential test stands, in words."""
    sprt = test.sprt
    meaning = {
        Verdict.OPEN: "undecided",
        Verdict.ACCEPTED: f"accepted: stronger, by {sprt.elo1:g} rather than {sprt.elo0:g} Elo",
        Verdict.REJECTED: f"rejected: stronger by {sprt.elo0:g} rather than {sprt.elo1:g} Elo",
    }[test.verdict]
    return f"SPRT [{sprt.elo0:g}, {sprt.elo1:g}] {meaning} after {test.counts.pairs} pairs; {test}"


def cross_table(results: Sequence[MatchResult]) -> str:
    """One line a match: points of the first player and its Elo difference."""
    width = max(len(f"{match.name_a} - {match.name_b}") for match in results)
    return "\n".join(
        f"{f'{match.name_a} - {match.name_b}':{width}}  {running_score(match)}" for match in results
    )


def running_score(result: MatchResult) -> str:
    """The score so far, short enough for a progress bar."""
    games = result.games
    return f"+{games.wins} ={games.draws} -{games.losses}, Elo {result.elo}"


def match_to_json(result: MatchResult, test: SequentialTest | None = None) -> dict[str, Any]:
    """The result as plain data; wins, losses, score and Elo are those of the first player.

    Elo is always a finite number: after a sweep, bounds stop at 2000.
    """
    games, elo = result.games, result.elo
    plain: dict[str, Any] = {
        "players": [result.name_a, result.name_b],
        "rules": {
            "size": result.rules.size,
            "win_length": result.rules.win_length,
            "variant": result.rules.variant_name,
        },
        "pairs": len(result.pairs),
        "pair_counts": list(result.pair_counts),
        **_counts_to_json(games),
        "score": games.score,
        "elo": elo.elo,
        "elo_low": elo.low,
        "elo_high": elo.high,
        "likelihood_of_superiority": likelihood_of_superiority(result.pair_counts),
        "as_black": _counts_to_json(result.as_black),
        "as_white": _counts_to_json(result.as_white),
        "opening_rule": result.opening_rule.value,
        "as_first": _counts_to_json(result.as_first),
        "as_second": _counts_to_json(result.as_second),
        "opening_choices": result.options,
        "distinct_games": result.distinct_games,
        "forfeits": {
            name: [game.reason for game in result.failures(name)]
            for name in (result.name_a, result.name_b)
        },
    }
    if test is not None:
        plain["sprt"] = {
            "elo0": test.sprt.elo0,
            "elo1": test.sprt.elo1,
            "alpha": test.sprt.alpha,
            "beta": test.sprt.beta,
            "llr": test.llr,
            "lower_bound": test.sprt.lower_bound,
            "upper_bound": test.sprt.upper_bound,
            "verdict": test.verdict.value,
        }
    return plain


def tournament_to_json(results: Sequence[MatchResult], ratings: Ratings) -> dict[str, Any]:
    """All matches, and the ratings that follow from them, strongest first."""
    return {
        "matches": [match_to_json(result) for result in results],
        "anchor": ratings.anchor,
        "first_move_elo": ratings.first_move_elo,
        "ratings": [
            {
                "player": rating.name,
                "elo": rating.elo,
                "elo_low": rating.low,
                "elo_high": rating.high,
                "games": rating.games.games,
                **_counts_to_json(rating.games),
                "score": rating.games.score,
            }
            for rating in ratings.players
        ],
    }


def _counts_to_json(counts: GameCounts) -> dict[str, int]:
    return {"wins": counts.wins, "draws": counts.draws, "losses": counts.losses}
