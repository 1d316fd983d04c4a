"""The player that gives advice: a search that explains itself."""

from collections.abc import Sequence
from dataclasses import replace

from gomoku.board import Board
from gomoku.machine import usable_cores
from gomoku_zero.players.spec import Net, Pure, SpecError, make_player, parse_spec, spec_or_none
from gomoku_zero.window.model.opponents import NORMAL_STRENGTH, PURE, Opponent, opponent_of
from gomoku_zero.window.model.setup import GameSetup
from mcts.player import Player
from mcts.search_player import VCT_NODES, SearchPlayer
from mcts.vcf import solve_vcf


def make_analyst(spec: str, *, seed: int = 0, device: str = "auto") -> Player:
    """The player a spec names, one that explains itself if it searches.

    Raises:
        SpecError: if the spec names no player.
    """
    known = parse_spec(spec)
    if not isinstance(known, Net | Pure):
        return make_player(spec, seed=seed, device=device)
    if isinstance(known, Net):
        threads = known.threads or (None if known.simulations else usable_cores())
        known = replace(known, threads=threads, vct=known.vct or VCT_NODES)
    evaluator, config = known.search(seed=seed, device=device)
    config = replace(config, waits_to_compile=False)
    solve_vcf(Board(), nodes=1)  # compiles while nobody waits for a move
    return SearchPlayer(spec, evaluator, config, advises=True)


def analyst_for(setup: GameSetup, opponents: Sequence[Opponent]) -> str:
    """The spec of the player that gives advice in a game: the engine itself if it searches and is
    there, else the first network that plays by these rules, else pure search."""
    engine = setup.engine
    if engine is not None and _searches(engine) and _is_there(engine, opponents):
        return engine
    rules = setup.rules
    networks = [each for each in opponents if each.is_network and each.plays(rules)]
    nearest = min(networks, key=lambda each: each.distance(rules), default=PURE)
    return nearest.spec(NORMAL_STRENGTH)


def _searches(spec: str) -> bool:
    return isinstance(spec_or_none(spec), Net | Pure)


def _is_there(spec: str, opponents: Sequence[Opponent]) -> bool:
    """True if a player can be had: the network of a game that was left may be gone by now."""
    base = opponent_of(spec, opponents)[0].base
    listed = next((each for each in opponents if each.base == base), None)
    if listed is not None:
        return not listed.broken
    try:
        parse_spec(spec).rules()
    except SpecError:
        return False
    return True
