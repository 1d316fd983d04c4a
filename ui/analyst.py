"""The player that gives advice: a search that knows what it expects after each of its moves."""

from arena.roster import make_evaluator, make_player
from gomoku.player import Player
from mcts.player import SearchPlayer, leaves_for
from mcts.search import SearchConfig


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
