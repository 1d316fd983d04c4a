"""A match in words for people and in JSON for programs."""

from typing import Any

from arena.match import MatchResult
from arena.stats import GameCounts, likelihood_of_superiority


def match_table(result: MatchResult) -> str:
    """A few lines: results by color, Elo with its interval, and what to be wary of."""
    rows = [
        ("as Black", result.as_black),
        ("as White", result.as_white),
        ("together", result.games),
    ]
    superiority = likelihood_of_superiority(result.pair_counts)
    lines = [
        f"{result.name_a} against {result.name_b}, "
        f"{len(result.pairs)} pairs on {result.rules.describe()}",
        f"{'':10}{'wins':>7}{'draws':>7}{'losses':>8}{'score':>8}",
        *(
            f"{label:10}{counts.wins:7}{counts.draws:7}{counts.losses:8}{counts.score:8.1%}"
            for label, counts in rows
        ),
        f"Elo {result.elo} (95%); stronger with probability {superiority:.1%}",
    ]
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


def running_score(result: MatchResult) -> str:
    """The score so far, short enough for a progress bar."""
    games = result.games
    return f"+{games.wins} ={games.draws} -{games.losses}, Elo {result.elo}"


def match_to_json(result: MatchResult) -> dict[str, Any]:
    """The result as plain data; wins, losses, score and Elo are those of the first player.

    Elo is always a finite number: after a sweep, bounds stop at 2000.
    """
    games, elo = result.games, result.elo
    return {
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
        "distinct_games": result.distinct_games,
        "forfeits": {
            name: [game.reason for game in result.failures(name)]
            for name in (result.name_a, result.name_b)
        },
    }


def _counts_to_json(counts: GameCounts) -> dict[str, int]:
    return {"wins": counts.wins, "draws": counts.draws, "losses": counts.losses}
