"""Let players play pairs of games and say who is stronger, and how sure that is.

    gomoku-zero pit net:models/6x6@100 pure:1000 --pairs 50
    gomoku-zero pit net:runs/a net:runs/b --pairs 1000 --sprt 0 20
    gomoku-zero pit random greedy pure:1000 net:models/6x6@25 --anchor random

Players are named by specs:

  net:FOLDER@SIMULATIONS   a checkpoint, searching that much for every move; without @..., 400, or
                           where there is a time for a move, as much as it allows.
                           With ,vcf=0 behind it without looking for wins by fours, with
                           ,vct=5000 looking for wins by threes at the root as well
  pure:PLAYOUTS            tree search with random playouts instead of a network
  level:NUMBER             levels 1 to 10, which err as people do, with the network in models/ that
                           knows the rules, or none; level:NUMBER:FOLDER with another one
  engine:PROGRAM@SECONDS   a Gomocup engine with so much time for every move; without @..., 1. With
                           ,match=180 behind it with so many seconds for all its moves of a game,
                           with ,start=120 with so many to start, instead of 60
  greedy                   takes a five, blocks a five, else extends its longest open row
  random                   any empty point

More than two play everybody against everybody, or with --gauntlet the first against each other.

With --opening-rule swap2 players decide how games begin, as at tournaments; see docs/openings.md.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
from tqdm import tqdm

from gomoku.board import Board
from gomoku.extras import require
from gomoku.formats.sgf import game_to_sgf
from gomoku.opening_rules import OpeningPhase, OpeningRule, OpeningRuleError, opening_rule_from_name
from gomoku.rules import Rules, RulesError, variant_from_name
from gomoku.storage import write_whole
from gomoku_zero.arena.journal import Journal, JournalError
from gomoku_zero.arena.match import GAMES_AT_ONCE
from gomoku_zero.arena.openings import (
    Opening,
    OpeningsError,
    arranged,
    empty_openings,
    random_openings,
    read_openings,
    shipped_openings,
)
from gomoku_zero.arena.ratings import rate
from gomoku_zero.arena.stats import Sprt
from gomoku_zero.arena.summary import (
    cross_table,
    match_table,
    match_to_json,
    running_score,
    sprt_line,
    tournament_to_json,
)
from gomoku_zero.arena.tournament import (
    Standing,
    Tournament,
    gauntlet,
    play_tournament,
    round_robin,
)
from gomoku_zero.commands import fail, program
from gomoku_zero.commands.compile import get_ready_with_bar
from gomoku_zero.players.engine import DEFAULT_SECONDS
from gomoku_zero.players.spec import Engine, Net, PlayerSpec, SpecError, make_player, parse_spec
from mcts.player import MAX_SIMULATIONS, Limit, Player, PlayerFailure, UnusablePlayerError

FAULTY = 3
"""The exit status of a match in which a player could not be used, or only lost by faults."""


class PitError(ValueError):
    """A match that cannot be played as asked for."""


@dataclass(frozen=True)
class Options:
    """The match to play. The results of a match are those of its first player."""

    players: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Two specs or more: net:FOLDER@SIMULATIONS, pure:PLAYOUTS, level:NUMBER, engine:PROGRAM,
    greedy or random."""

    pairs: int = 100
    """Pairs of games in each match; both games of a pair begin alike, with colors swapped."""

    openings: str = "random"
    """random: short ones, no two alike. balanced: a set shipped for the rules. empty: the empty
    board every time. Or a file of Gomocup's openings."""

    opening_rule: Literal["free", "swap", "swap2", "pro", "long-pro"] = "free"
    """free: games begin with the openings. Else on the empty board, and the players put the first
    stones and choose colors by this rule; in every pair each of them sits first once. Engines know
    only swap2."""

    size: int | None = None
    """Points along one side; by default what the first checkpoint was trained on, else 15."""

    win_length: int | None = None
    """Stones in a row that win; by default what the first checkpoint was trained on, else 5."""

    rules: Literal["freestyle", "standard", "renju", "caro"] | None = None
    """Whether more in a row win too (freestyle) or do nothing (standard), Black has forbidden
    moves (renju), or a row shut at both ends does nothing (caro); by default as trained."""

    seconds: tuple[float, ...] = ()
    """Time for every move: one number for all, or one for each player. Games are then played one
    at a time. A spec's simulations still hold. Without it a network of which no simulations are
    said has the time of the engine it plays."""

    seed: int = 0
    """Seed of openings and players: the same seed gives the same match, unless it was resumed."""

    sprt: tuple[float, float] | None = None
    """Stop as soon as it is clear whether the first player is stronger by the second number of
    Elo rather than by the first, with 5% error rates."""

    gauntlet: bool = False
    """The first player against each of the others, instead of everybody against everybody."""

    anchor: str | None = None
    """The spec whose rating is fixed among more than two players; by default the first."""

    anchor_elo: float = 0.0
    """What it is fixed at."""

    resume: bool = False
    """Go on with the same match where it was interrupted."""

    journal: Path | None = None
    """Where pairs are kept as they end, to resume from. By default a file in runs/matches that is
    deleted when the match is over."""

    json: Path | None = None
    """Write the result to this file as well."""

    sgf: Path | None = None
    """Write all games to this file."""

    profile: Path | None = None
    """Record what happens when to this file, for ui.perfetto.dev; such as match.json.gz."""

    report: Path | None = None
    """Write a web page to this file: ratings, tables, plots, and the games to replay."""

    games_at_once: int = GAMES_AT_ONCE
    """Games in progress together: more make better use of a GPU."""

    device: str = "auto"
    """Where networks run: auto, cpu, cuda, cuda:1, mps or xpu."""


def main(arguments: Sequence[str]) -> int:
    """Play a match or a tournament; returns the exit status."""
    options = tyro.cli(Options, args=arguments, prog=program("pit"), description=__doc__)
    # As in train.py: beside a busy program, torch's threads would mostly wait for each other.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    # So that players are closed and engines ended; a shell that starts this in the background has
    # SIGINT ignored, and nohup, which is to be respected, SIGHUP.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        return pit(options)
    except (
        PitError,
        SpecError,
        RulesError,
        OpeningRuleError,
        OpeningsError,
        JournalError,
        OSError,
    ) as error:
        return fail("pit", str(error))
    except KeyboardInterrupt:
        fail("pit", "interrupted; the same command with --resume resumes it")
        return 130


def pit(options: Options) -> int:
    """Play what is asked for, print the results and write the files; returns the exit status.

    Raises:
        PitError, SpecError, RulesError, OpeningRuleError, OpeningsError, JournalError: if it cannot
            be played.
    """
    _check(options)
    rules = _rules(options)
    count = len(options.players)
    tournament = Tournament(
        _distinct(options.players),
        rules,
        _openings(options, rules),
        gauntlet(count) if options.gauntlet else round_robin(count),
        opening_rule_from_name(options.opening_rule),
        options.seed,
    )
    standing = Standing(tournament, None if options.sprt is None else Sprt(*options.sprt))
    settings = _settings(options, rules)
    path = options.journal or Path("runs", "matches", f"{_digest(settings)}.jsonl")
    with Journal(path, settings, resume=options.resume) as journal:
        if journal.set_aside is not None:
            print(f"Beginning anew; the last match is in {journal.set_aside}.", file=sys.stderr)
        for remark in journal.remarks:
            print(f"{remark}; it is played again", file=sys.stderr)
        for entry in journal.entries:
            standing.add(entry)
        try:
            if not standing.is_over:
                _play(options, standing, journal)
        except UnusablePlayerError as error:
            if standing.pairs:
                _report(options, standing)
            print(f"The match ends here: {error}", file=sys.stderr)
            return FAULTY
        _report(options, standing)
        if options.journal is None:
            journal.remove()
    failed = [line for name in tournament.players if (line := _faults(standing, name))]
    for line in failed:
        print(line)
    return FAULTY if failed else 0


def _faults(standing: Standing, name: str) -> str:
    """Says of a player that it lost all its games by faults; "" if it did not."""
    matches = [match for match in standing.results() if name in (match.name_a, match.name_b)]
    lost = [game for match in matches for game in match.failures(name)]
    games = sum(len(match.records) for match in matches)
    if not games or len(lost) < games:
        return ""
    reason = lost[0].reason or (lost[0].outcome.termination.value if lost[0].outcome else "")
    return (
        f"{name} lost all {games} games by faults, the first because it {reason}: "
        "this says nothing about how well it plays."
    )


def _play(options: Options, standing: Standing, journal: Journal) -> None:
    """Play what is missing, under a progress bar."""
    tournament = standing.tournament
    with ExitStack() as stack:
        get_ready_with_bar((tournament.rules.variant,))
        resumed = len(journal.entries)
        players: list[Player] = [
            stack.enter_context(closing(_make_ready(options, index, tournament, resumed)))
            for index in range(len(tournament.players))
        ]
        if options.profile is not None:
            require("--profile", "torch")
            # torch takes a second to import.
            from nets.timeline import TimedPlayer, record_timeline

            players = [TimedPlayer(player) for player in players]
            stack.enter_context(record_timeline(options.profile))
        bar = stack.enter_context(
            tqdm(total=tournament.pairs, initial=standing.pairs, unit="pair", dynamic_ncols=True)
        )
        for entry in play_tournament(
            standing,
            players,
            limits=_limits(options, tournament.rules),
            games_at_once=_games_at_once(options),
        ):
            journal.append(entry)
            standing.add(entry)
            test = "" if standing.test is None else f", {standing.test}"
            bar.set_postfix_str(running_score(standing.match(entry.a, entry.b)) + test, False)
            bar.update()
            if standing.is_over:
                break
            if journal.is_asked_to_stop:
                raise KeyboardInterrupt


def _report(options: Options, standing: Standing) -> None:
    """Print the results and write the files asked for."""
    results = standing.results()
    names = standing.tournament.players
    anchor = names[0 if options.anchor is None else options.players.index(options.anchor)]
    if len(results) == 1:
        print(match_table(results[0]))
        if standing.test is not None:
            print(sprt_line(standing.test))
        plain = match_to_json(results[0], standing.test)
    else:
        ratings = rate(results, anchor=anchor, anchor_elo=options.anchor_elo)
        print(cross_table(results), ratings.table(), sep="\n\n")
        plain = tournament_to_json(results, ratings)
    if options.json is not None:
        write_whole(options.json, (json.dumps(plain, indent=2) + "\n").encode())
    if options.sgf is not None:
        games = [game for match in results for game in match.records]
        text = "\n".join(game_to_sgf(game) for game in games) + "\n"
        write_whole(options.sgf, text.encode())
    if options.report is not None:
        require("--report", "matplotlib")
        # matplotlib takes a second to import.
        from gomoku_zero.arena.report import report_html

        page = report_html(
            results,
            rate(results, anchor=anchor, anchor_elo=options.anchor_elo),
            standing.test,
        )
        write_whole(options.report, page.encode())


def _check(options: Options) -> None:
    if len(options.players) < 2:
        raise PitError("a match needs two players or more, such as: pit greedy random")
    if options.pairs < 1:
        raise PitError(f"--pairs {options.pairs}: a match needs at least one pair")
    if options.games_at_once < 1:
        raise PitError(f"--games-at-once {options.games_at_once}: at least one game is played")
    if options.seed < 0:
        raise PitError(f"--seed {options.seed}: give a number that is not negative")
    for seconds in options.seconds:
        if not 0 < seconds < float("inf"):
            raise PitError(f"--seconds {seconds}: a move needs some time, such as 0.5")
    if len(options.seconds) not in (0, 1, len(options.players)):
        raise PitError(
            f"--seconds has {len(options.seconds)} numbers: give one, or one for each of the "
            f"{len(options.players)} players"
        )
    if not abs(options.anchor_elo) < float("inf"):
        raise PitError(f"--anchor-elo {options.anchor_elo} is not a rating, such as 1500")
    if options.sprt is not None:
        if len(options.players) != 2:
            raise PitError("--sprt tests the first of two players, not of more")
        if not all(abs(elo) < float("inf") for elo in options.sprt):
            raise PitError(f"--sprt {options.sprt[0]:g} {options.sprt[1]:g}: give two numbers")
        if options.sprt[0] >= options.sprt[1]:
            raise PitError(f"--sprt {options.sprt[0]:g} {options.sprt[1]:g}: give the lesser first")
    if options.anchor is not None and options.anchor not in options.players:
        raise PitError(f"--anchor {options.anchor}: it is not among the players")
    if options.opening_rule != "free":
        _check_opening_rule(options)
    for name, file in (("json", options.json), ("sgf", options.sgf), ("report", options.report)):
        if file is not None and not file.absolute().parent.is_dir():
            raise PitError(f"--{name} {file}: there is no folder {file.parent}")
        if file is not None and file.is_dir():
            raise PitError(f"--{name} {file}: that is a folder, give the name of a file")


def _specs(options: Options) -> list[PlayerSpec]:
    return [parse_spec(text) for text in options.players]


def _check_opening_rule(options: Options) -> None:
    rule = f"--opening-rule {options.opening_rule}"
    if options.openings not in ("random", "empty"):
        raise PitError(f"--openings {options.openings} does not go with {rule}: leave one out")
    engines = [spec for spec in _specs(options) if isinstance(spec, Engine)]
    if engines and options.opening_rule != OpeningRule.SWAP2.value:
        raise PitError(f"{rule}: {engines[0]} cannot be asked for it; engines know only swap2")
    if engines and options.profile is not None:
        raise PitError(f"--profile does not go with {rule} and {engines[0]}: leave one out")


def _rules(options: Options) -> Rules:
    """The rules asked for; what is left open comes from the first player made for some."""
    rules = next((made for spec in _specs(options) if (made := spec.rules())), Rules())
    changes: dict[str, int] = {}
    if options.size is not None:
        changes["size"] = options.size
        if options.win_length is None and options.size < rules.win_length:
            changes["win_length"] = options.size
    if options.win_length is not None:
        changes["win_length"] = options.win_length
    if options.rules is not None:
        changes["variant"] = variant_from_name(options.rules)
    return rules._replace(**changes).validated()


def _openings(options: Options, rules: Rules) -> list[Opening]:
    if options.opening_rule != "free":
        OpeningPhase(opening_rule_from_name(options.opening_rule), rules)  # refused on small boards
        return empty_openings(options.pairs)
    if options.openings == "empty":
        return empty_openings(options.pairs)
    if options.openings == "random":
        return random_openings(rules, options.pairs, options.seed)
    if options.openings == "balanced":
        return arranged(shipped_openings(rules), options.pairs, options.seed)
    file = Path(options.openings)
    if not file.is_file():
        raise PitError(f"--openings {file}: write random, balanced, empty or the name of a file")
    return arranged(read_openings(file, rules), options.pairs, options.seed)


def _distinct(specs: Sequence[str]) -> tuple[str, ...]:
    """A name for each spec; one that is there twice gets a number."""
    return tuple(
        spec if specs.index(spec) == index else f"{spec} #{specs[: index + 1].count(spec)}"
        for index, spec in enumerate(specs)
    )


def _games_at_once(options: Options) -> int:
    timed = any(seconds is not None for seconds in _seconds(options))
    one = timed or any(spec.one_game_at_a_time for spec in _specs(options))
    return 1 if one else options.games_at_once


def _seconds(options: Options) -> list[float | None]:
    """Each player's time for a move: what was asked for; else engines have their own, and a network
    of which nothing is said has as long as the slowest of them."""
    if len(options.seconds) == len(options.players):
        return list(options.seconds)
    if options.seconds:
        return [options.seconds[0]] * len(options.players)
    specs = _specs(options)
    engines = [spec.seconds or DEFAULT_SECONDS for spec in specs if isinstance(spec, Engine)]
    return [max(engines) if engines and _is_open(spec) else None for spec in specs]


def _limits(options: Options, rules: Rules) -> list[Limit]:
    """Each player's limit for a move; a network without simulations thinks until its time is up."""
    return [
        Limit(MAX_SIMULATIONS if seconds is not None and _is_open(spec) else None, seconds)
        for spec, seconds in zip(_specs(options), _seconds(options), strict=True)
    ]


def _is_open(spec: PlayerSpec) -> bool:
    return isinstance(spec, Net) and spec.simulations is None


def _settings(options: Options, rules: Rules) -> dict[str, Any]:
    """All that decides what is played, but for the number of pairs: more may be added later."""
    return {
        "players": [
            [name, spec.fingerprint()]
            for name, spec in zip(options.players, _specs(options), strict=True)
        ],
        "rules": list(rules),
        "openings": options.openings,
        "seed": options.seed,
        "seconds": _seconds(options),
        # Not there before opening rules were: journals of that time still fit.
        **({} if options.opening_rule == "free" else {"opening_rule": options.opening_rule}),
    }


def _digest(settings: dict[str, Any]) -> str:
    return sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def _make_ready(options: Options, index: int, tournament: Tournament, resumed: int) -> Player:
    """A player that has made its first move, so that one who cannot play at all says so now.

    In the match itself a failure only loses the game, and so it does for an engine that fails here.

    resumed: the pairs that had been played when the match was resumed, 0 for a new one.
    """
    spec = options.players[index]
    # Whoever draws the same numbers again may play the same games again, and nothing new is shown.
    seed = options.seed + index + resumed * len(options.players)
    player = make_player(spec, seed=seed, device=options.device)
    player.name = tournament.players[index]
    try:
        player.choose_moves([Board(tournament.rules)], Limit(simulations=1))
    except PlayerFailure as failure:
        fail("pit", f"{spec} {failure}; it loses the games it fails in")
    except Exception as error:
        player.close()
        raise PitError(f"{spec} cannot play {tournament.rules.describe()}: {error}") from error
    return player
