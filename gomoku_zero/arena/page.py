"""The parts that our web pages share: a look, plots as SVG, and games that can be replayed.

A page is one file that needs nothing else. Templates of any package may include `style.css` and
`replay.html` of `arena/templates`; the latter wants `games` from `games_json`.
"""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gomoku.board import Termination
from gomoku.record import GameRecord
from gomoku.rules import BLACK

INK = "#7a7f87"  # readable on a light and on a dark page
ACCENT = "#2f7fd0"

_FONT = Path(str(files("gomoku_zero").joinpath("window", "fonts", "regular.otf")))
_FONT_NAME = "Noto Sans CJK SC"
_FIRST_RARE = 0x2E80
"""Scripts of East Asia begin here; what comes before, every system shows."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """Curves and notes beside a game that is replayed; one entry a position, the first included.

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
    page = environment.get_template(template).render(**values)
    return page.replace("</style>", f"{font_face(page)}</style>", 1)


def font_face(text: str) -> str:
    """A style with the characters of a page that many systems have no font for, such as Chinese
    names: those of the window's font; "" where it is not needed."""
    from fontTools import subset  # it comes with matplotlib, and takes long to import

    font = subset.load_font(str(_FONT), subset.Options())
    wanted = {ord(letter) for letter in text} & font.getBestCmap().keys()
    wanted = {code for code in wanted if code >= _FIRST_RARE}
    if not wanted:
        return ""
    subsetter = subset.Subsetter(subset.Options(layout_features=[], notdef_outline=True))
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff"
    data = io.BytesIO()
    font.save(data)
    encoded = base64.b64encode(data.getvalue()).decode()
    return (
        f'@font-face {{ font-family: "{_FONT_NAME}"; '
        f'src: url("data:font/woff;base64,{encoded}") format("woff"); }}\n'
        f'body, select {{ font-family: system-ui, "{_FONT_NAME}", sans-serif; }}\n'
        f'svg text {{ font-family: "DejaVu Sans", "{_FONT_NAME}", sans-serif !important; }}\n'
    )


@cache
def _know_the_font() -> None:
    """Let plots measure names in it, and fall back on it where their own font has no sign."""
    import matplotlib
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(_FONT))
    matplotlib.rcParams["font.family"] = ["DejaVu Sans", _FONT_NAME]


def new_figure(height: float, width: float = 8.0) -> tuple[Figure, Axes]:
    """An empty plot in our look, measured in inches."""
    _know_the_font()
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
