"""A session as a game that is saved, and a saved game as what a session begins with."""

import time
from dataclasses import replace

from gomoku.opening_rules import (
    Decision,
    OpeningRule,
    Option,
    Seat,
)
from gomoku.record import GameRecord, Node
from gomoku.rules import BLACK, Color
from gomoku_zero.window.model.line import GameLine
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.tree import GameTree


def game_of(
    session: GameSession, black: str, white: str, tree: GameTree | None = None
) -> GameRecord:
    """The session's game as it is saved, under the names given.

    tree: its lines and comments, if others than it has.
    """
    tree = tree or session.tree
    game = saved_game(session.setup, session.decisions, tree)
    if tree.source is not None and tree.source.outcome == session.result:
        game = replace(game, reason=tree.source.reason, written_result=tree.source.written_result)
    return replace(game, outcome=session.result, black=black, white=white)


def saved_game(
    setup: GameSetup, decisions: tuple[Decision, ...], tree: GameTree | None = None
) -> GameRecord:
    """A game without a result as it is saved, under the names of its setup, with all its lines."""
    line = GameLine(setup.opening, setup.rules, decisions)
    phase = line.opening if setup.opening is not OpeningRule.FREE else None
    record = GameRecord(
        setup.rules,
        line.moves,
        opening_plies=len(phase.moves) if phase is not None else 0,
        opening_phase=phase,
        start=setup.start,
        properties=(("DT", (time.strftime("%Y-%m-%d"),)),),
    )
    if tree is not None and tree.source is not None:
        record = replace(
            record,
            properties=tree.source.properties,
            written_rules=tree.source.written_rules,
            rules_are_guessed=tree.source.rules_are_guessed,
        )
    if tree is not None and not tree.is_only(decisions):
        record = replace(record, comment=tree.comment(()), nodes=_nodes(setup, decisions, tree))
    seated = setup if record.color_of(Seat.FIRST) is BLACK else setup.swapped
    return replace(record, black=seated.names[0], white=seated.names[1])


def _nodes(setup: GameSetup, decisions: tuple[Decision, ...], tree: GameTree) -> tuple[Node, ...]:
    """The places of a tree, the game's own line first; choices of an opening are told elsewhere."""
    color = Position(setup.rules, (), setup.start).board().to_move
    last = len(decisions)
    ends_with_stone = bool(decisions) and not isinstance(decisions[-1], Option)
    twin = -1  # of the last move: lines behind it must not look like a part of the game
    nodes: list[Node] = []
    way: list[tuple[Decision, int, Color]] = []  # its index and the next color at every depth
    for depth, decision, comment, properties in tree.entries(decisions):
        del way[depth - 1 :]
        parent, to_move = way[-1][1:] if way else (-1, color)
        if isinstance(decision, Option):
            way.append((decision, parent, to_move))
            continue
        is_behind = depth == last + 1 and tuple(each[0] for each in way) == decisions
        if is_behind and ends_with_stone:
            if twin < 0:
                end = nodes[parent]
                nodes.append(Node(end.parent, end.color, end.move))
                twin = len(nodes) - 1
            parent = twin
        nodes.append(Node(parent, to_move, decision, comment, properties))
        way.append((decision, len(nodes) - 1, to_move.other))
    return tuple(nodes)


def game_setup(game: GameRecord) -> tuple[GameSetup, tuple[Decision, ...]]:
    """A saved game as two humans' one: what it started from, and everything decided in it."""
    phase = game.opening_phase
    names = (game.black, game.white)
    if game.color_of(Seat.FIRST) is not BLACK:
        names = names[::-1]
    moves = game.moves
    rule, stones = OpeningRule.FREE, 0
    opening: tuple[Decision, ...] = ()
    if phase is not None and (phase.is_over or len(phase.moves) == len(moves)):
        rule, opening, stones = phase.rule, phase.decisions, len(phase.moves)
    setup = GameSetup(game.rules, HUMAN, HUMAN, start=game.start, names=names, opening=rule)
    return setup, (*opening, *moves[stones:])


def game_tree(game: GameRecord, setup: GameSetup, decisions: tuple[Decision, ...]) -> GameTree:
    """All lines of a saved game, as far as they can be played.

    setup, decisions: as `game_setup` gives them.
    """
    tree = GameTree((), game.comment)
    tree.source = game
    tree.add(decisions)
    line = GameLine(setup.opening, setup.rules, decisions)
    paths: list[tuple[Decision, ...] | None] = []
    known = _Playable(setup)
    for node in game.nodes:
        before = paths[node.parent] if node.parent >= 0 else ()
        path = before
        if before is not None and node.move is not None:
            path = (*before, node.move)
            stones = tuple(each for each in path if not isinstance(each, Option))
            if line.moves[: len(stones)] == stones:  # the game itself, with its choices
                path = decisions[: line.index_of(len(stones))]
            path = path if known.takes(path) else None
        paths.append(path)
        if path is None:
            continue
        tree.add(path)
        if node.comment or node.properties:
            tree.write(path, node.comment, node.properties)
    return tree


class _Playable:
    """Knows which lines can be played; quickest for lines that come in order."""

    def __init__(self, setup: GameSetup) -> None:
        self._setup = setup
        self._board = Position(setup.rules, (), setup.start).board()
        self._first = self._board.to_move

    def takes(self, path: tuple[Decision, ...]) -> bool:
        moves = tuple(each for each in path if not isinstance(each, Option))
        board = self._board
        while board.moves != moves[: len(board.moves)]:
            board.pop()
        try:
            for move in moves[len(board.moves) :]:
                board.push(move)
            if self._setup.opening is not OpeningRule.FREE:
                GameLine(self._setup.opening, self._setup.rules, path, self._first)
        except ValueError:
            return False
        return True
