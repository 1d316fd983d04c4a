"""A match or tournament as one self-contained web page: plots, tables, replayable games."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from gomoku.record import GameRecord
from gomoku.rules import BLACK, Rules
from gomoku_zero.arena.match import MatchResult
from gomoku_zero.arena.openings import opening_to_text
from gomoku_zero.arena.page import ACCENT, INK, games_json, new_figure, render, to_svg
from gomoku_zero.arena.ratings import Ratings
from gomoku_zero.arena.stats import (
    GameCounts,
    SequentialTest,
    likelihood_of_superiority,
    probability_to_text,
)
from gomoku_zero.arena.summary import sprt_line

_MAX_LABEL = 28


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """The results of an opening for the first player of a match, in either seat."""

    text: str
    as_first: float
    as_second: float


def report_html(
    results: Sequence[MatchResult], ratings: Ratings, test: SequentialTest | None = None
) -> str:
    """The page for some matches with the same rules.

    ratings: of everybody in them.
    test: the sequential test of the only match, if there was one.
    """
    games = [game for match in results for game in match.records]
    rules = results[0].rules
    return render(
        "gomoku_zero.arena",
        "report.html",
        title=_title(results),
        rules=rules.describe(),
        results=results,
        ratings=ratings,
        sprt=None if test is None else sprt_line(test),
        superiority=[
            probability_to_text(likelihood_of_superiority(match.pair_counts)) for match in results
        ],
        opening_rule=results[0].opening_rule.value,
        names=[rating.name for rating in ratings.players],
        cells=_cross_cells(results),
        openings=[_opening_rows(match) for match in results],
        ratings_plot=to_svg(_plot_ratings(ratings)),
        colors_plot=to_svg(_plot_colors(results)),
        lengths_plot=to_svg(_plot_lengths(games)),
        games=games_json(games),
    )


def _title(results: Sequence[MatchResult]) -> str:
    if len(results) == 1:
        return f"{results[0].name_a} against {results[0].name_b}"
    players = {name for match in results for name in (match.name_a, match.name_b)}
    return f"{len(players)} players, {len(results)} matches"


def _cross_cells(results: Sequence[MatchResult]) -> dict[tuple[str, str], GameCounts]:
    """Games of the first name of a key against the second, for both orders."""
    cells = {}
    for match in results:
        games = match.games
        cells[match.name_a, match.name_b] = games
        cells[match.name_b, match.name_a] = GameCounts(games.losses, games.draws, games.wins)
    return cells


def _opening_rows(match: MatchResult) -> list[OpeningRow]:
    return [
        OpeningRow(_opening_text(pair.records, match.rules), *pair.points_by_seat)
        for pair in match.pairs
    ]


def _opening_text(games: Sequence[GameRecord], rules: Rules) -> str:
    """How the games of a pair began; alike, unless players decided about it."""
    phases = [game.opening_phase for game in games if game.opening_phase is not None]
    if phases:
        return "; ".join(phase.to_text() for phase in phases)
    return opening_to_text(games[0].opening, rules) or "empty board"


def _plot_ratings(ratings: Ratings) -> Figure:
    """A dot and an interval for each player, the strongest on top."""
    figure, axes = new_figure(1.0 + 0.32 * len(ratings.players))
    for row, rating in enumerate(reversed(ratings.players)):
        axes.plot([rating.low, rating.high], [row, row], color=ACCENT, linewidth=2)
        axes.plot([rating.elo], [row], "o", color=ACCENT)
    # Names are no formulas, whatever dollar signs are in them.
    axes.set_yticks(
        range(len(ratings.players)),
        [_label(rating.name) for rating in reversed(ratings.players)],
        parse_math=False,
    )
    axes.set_ylim(-0.5, len(ratings.players) - 0.5)
    fixed = next(rating.elo for rating in ratings.players if rating.name == ratings.anchor)
    axes.set_xlabel(f"Elo, with 95% intervals; {ratings.anchor} is {fixed:.0f}", parse_math=False)
    axes.grid(axis="x", color=INK, alpha=0.3)
    return figure


def _plot_colors(results: Sequence[MatchResult]) -> Figure:
    """Two bars for each match: the first player's score as Black and as White."""
    figure, axes = new_figure(1.0 + 0.6 * len(results))
    for row, match in enumerate(reversed(results)):
        axes.barh(row + 0.2, match.as_black.score, 0.36, color="#3b3f46", edgecolor=INK)
        axes.barh(row - 0.2, match.as_white.score, 0.36, color="#f3f1ec", edgecolor=INK)
    labels = [f"{_label(match.name_a)} -\n{_label(match.name_b)}" for match in reversed(results)]
    axes.set_yticks(range(len(results)), labels, parse_math=False)
    axes.set_xlim(0, 1)
    axes.axvline(0.5, color=INK, linewidth=1)
    axes.set_xlabel("score of the first player, as Black and as White")
    return figure


def _plot_lengths(games: Sequence[GameRecord]) -> Figure:
    """How many plies the games took, by who won."""
    figure, axes = new_figure(2.6)
    lengths: dict[str, list[int]] = {"Black won": [], "drawn": [], "White won": []}
    for game in games:
        winner = None if game.outcome is None else game.outcome.winner
        key = "drawn" if winner is None else "Black won" if winner == BLACK else "White won"
        lengths[key].append(len(game.moves))
    longest = max(len(game.moves) for game in games)
    lengths = {label: plies for label, plies in lengths.items() if plies}
    colors = {"Black won": "#3b3f46", "drawn": ACCENT, "White won": "#f3f1ec"}
    axes.hist(
        list(lengths.values()),
        bins=range(0, longest + 3, max(1, longest // 40)),
        stacked=True,
        color=[colors[label] for label in lengths],
        edgecolor=INK,
        linewidth=0.5,
        label=list(lengths),
    )
    axes.set_xlabel("plies")
    axes.set_ylabel("games")
    axes.legend(labelcolor=INK, framealpha=0)
    return figure


def _label(name: str) -> str:
    """A name short enough to stand beside a plot; its end says most."""
    return name if len(name) <= _MAX_LABEL else f"\N{HORIZONTAL ELLIPSIS}{name[1 - _MAX_LABEL :]}"
