"""The player that gives advice: a search that knows what it expects after each of its moves."""

from collections.abc import Sequence

from arena.roster import make_evaluator, make_player
from gomoku.player import Player
from mcts.player import SearchPlayer, leaves_for
from mcts.search import SearchConfig
from ui.opponents import NORMAL_STRENGTH, PURE, Opponent
from ui.session import GameSetup


class SearchAnalyst(SearchPlayer):
    """Plays as `SearchPlayer` does, and tells more about the position it last analysed."""

    def line_after(self, move: int) -> tuple[int, ...]:
        """The moves it expects if a move is played now, beginning with that."""
        search = self._search
        return (move,) if search is None else search.line_after(0, move)


def make_analyst(spec: str, *, seed: int = 0, device: str = "auto") -> Player:
    """The player a spec names, one that explains itself if it searches.

    Raises:
        SpecError: if the spec names no player.
    """
    kind, _, argument = spec.partition(":")
    if kind not in ("net", "pure") or not argument:
        return make_player(spec, seed=seed, device=device)
    evaluator, simulations = make_evaluator(spec, seed=seed, device=device)
    leaves = leaves_for(simulations) if kind == "net" else 1
    return SearchAnalyst(spec, evaluator, SearchConfig(simulations=simulations, leaves=leaves))


def analyst_for(setup: GameSetup, opponents: Sequence[Opponent]) -> str:
    """The spec of the player that gives advice in a game: the engine itself if it searches, else
    the first network that plays by these rules, else pure search."""
    engine = setup.engine
    if engine is not None and engine.startswith(("net:", "pure:")):
        return engine
    networks = (each for each in opponents if each.base.startswith("net:"))
    return next((each for each in networks if each.plays(setup.rules)), PURE).spec(NORMAL_STRENGTH)
