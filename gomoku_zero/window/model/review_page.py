"""A game and its review as one web page that needs nothing else."""

import json

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gomoku.opening_rules import Decision, Option
from gomoku.rules import BLACK, VARIANT_NAMES, Rules
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.explanation import MAX_LINE, SIGNS, explain
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.review import Mistake, Phase, Severity, SideSummary
from gomoku_zero.window.model.session import GameSession

TEXTS = (*("better_line_button", "answer_button", "previous_mistake", "next_mistake"),)
"""Keys of the language files that the page's script shows."""


def review_page(session: GameSession, names: tuple[str, str], language: Language) -> str:
    """The page: a board to step through, all lines and comments, the graph, the mistakes.

    names: of Black and White.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("gomoku_zero.window"),
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.0f}%"
    environment.globals["say"] = language.say
    outcome, review = session.result, session.review
    result = ""
    if outcome is not None:
        winner = outcome.winner
        side = language.say("black" if winner is BLACK else "white")
        result = language.say("draw") if winner is None else language.say("side_wins", side=side)
    phases = dict(zip(Phase, review.phases, strict=False))
    return environment.get_template("review.html").render(
        language=language.code,
        names=names,
        result=result,
        rules=rules_line(session.setup.rules, language),
        summaries=review.summaries if review.share is not None else None,
        phases={each.value: sides for each, sides in phases.items() if any(sides)},
        severities=[(SIGNS[each], f"{each.name.lower()}", _count(each)) for each in Severity],
        data=_script_data(session, language),
    )


def rules_line(rules: Rules, language: Language) -> str:
    """The size of the board and what wins."""
    name = VARIANT_NAMES[rules.variant]
    key = f"name_{name}" if f"name_{name}" in language.texts else name
    return language.joined(f"{rules.size}x{rules.size}", language.say(key, length=rules.win_length))


def _count(severity: Severity) -> str:
    """The field of a `SideSummary` that counts them, which is also a key of the language files."""
    name = "inaccuracies" if severity is Severity.INACCURACY else f"{severity.name.lower()}s"
    assert name in SideSummary.__dataclass_fields__
    return name


def _script_data(session: GameSession, language: Language) -> Markup:
    """The data of the page's script."""
    setup, tree = session.setup, session.tree
    size = setup.rules.size
    start = Position(setup.rules, (), setup.start).board()
    nodes: list[dict[str, object]] = []
    way: list[int] = []  # the node of every depth; -1 for the start
    before: list[Decision] = []
    main = session.main_line.decisions
    for depth, decision, comment, _ in tree.entries(main):
        del way[depth - 1 :], before[depth - 1 :]
        parent = way[-1] if way else -1
        before.append(decision)
        if isinstance(decision, Option):  # no stone, so nothing to be seen
            way.append(parent)
            continue
        is_main = tuple(before) == main[:depth]
        nodes.append({"parent": parent, "move": decision, "main": is_main, "comment": comment})
        way.append(len(nodes) - 1)
    data = {
        "size": size,
        "start": start.cells.tolist(),
        "black_first": start.to_move is BLACK,
        "comment": tree.comment(()),
        "nodes": nodes,
        "rates": session.review.black_win_rates,
        "finds": session.review.finds,
        "mistakes": [_mistake(each, size, language) for each in session.mistakes],
        "line": session.result.line if session.result is not None else (),
        "texts": {key: language.say(key) for key in TEXTS},
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))


def _mistake(mistake: Mistake, size: int, language: Language) -> dict[str, object]:
    return {
        "ply": mistake.ply,
        "severity": list(Severity).index(mistake.severity),
        "sign": SIGNS[mistake.severity],
        "said": explain(mistake, size, language),
        "better": mistake.better_line if mistake.missed_win else mistake.better_line[:MAX_LINE],
        "answer": mistake.refutation if mistake.allows_win else mistake.refutation[:MAX_LINE],
    }
