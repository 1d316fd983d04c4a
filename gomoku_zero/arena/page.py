"""What our web pages share: a look, plots as SVG, and games that can be replayed.

A page is one file that needs nothing else. Templates of any package may include `style.css` and
`replay.html` of `arena/templates`; the latter wants `games` from `games_json`.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gomoku.board import Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK

INK = "#7a7f87"  # readable on a light and on a dark page
ACCENT = "#2f7fd0"


@dataclass(frozen=True, slots=True)
class Annotations:
    """What is shown beside a game as it is replayed; one entry a position, the first one included.

    graphs: by name, values in [-1, 1] for Black.
    notes: a line for each position.
    """

    graphs: Mapping[str, Sequence[float]]
    notes: Sequence[str]


def render(package: str, template: str, **values: object) -> str:
    """The page that a template in `templates/` of a package makes of some values."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("gomoku_zero.arena")]),
    )
    environment.filters["percent"] = lambda share: f"{share:.1%}"
    return environment.get_template(template).render(**values)


def new_figure(height: float, width: float = 8.0) -> tuple[Figure, Axes]:
    """An empty plot in our look, measured in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    for spine in axes.spines.values():
        spine.set_color(INK)
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    return figure, axes


def to_svg(figure: Figure) -> Markup:
    """The figure as an SVG element; the same figure always gives the same text."""
    from matplotlib import rc_context

    text = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "gomoku-zero"}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    svg = text.getvalue()
    return Markup(svg[svg.index("<svg") :])


def games_json(
    games: Sequence[GameRecord], annotations: Sequence[Annotations] | None = None
) -> Markup:
    """The games for the page's script; "</" would end the script element.

    annotations: one for each game, if there are any.
    """
    notes = annotations or [Annotations({}, ())] * len(games)
    plain = [
        {
            "black": game.black,
            "white": game.white,
            "size": game.rules.size,
            "moves": game.moves,
            "opening": game.opening_plies,
            "line": game.outcome.line if game.outcome else (),
            "result": result_text(game),
            "graphs": {name: [round(v, 3) for v in line] for name, line in note.graphs.items()},
            "notes": note.notes,
        }
        for game, note in zip(games, notes, strict=True)
    ]
    return Markup(json.dumps(plain, separators=(",", ":")).replace("<", "\\u003c"))


def result_text(game: GameRecord) -> str:
    """Who won and how, in words."""
    if game.outcome is None:
        return "not finished"
    how = game.outcome.termination.value
    if game.outcome.winner is None:
        return f"draw ({how})"
    winner = "Black" if game.outcome.winner == BLACK else "White"
    if game.outcome.termination == Termination.LINE:
        return f"{winner} won"
    return f"{winner} won ({how}{': ' if game.reason else ''}{game.reason})"
