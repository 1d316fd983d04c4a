"""Random records with everything that they can hold, for laws over all formats."""

from hypothesis import strategies as st

from gomoku.board import Board, Outcome, Termination
from gomoku.record import GameRecord, Node
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12
).map(lambda text: " ".join(text.split()))
"""A line as people write them."""

RESULTS = st.sampled_from(
    [
        None,
        Outcome(None, Termination.FULL_BOARD),
        *(
            Outcome(winner, way)
            for winner in (BLACK, WHITE)
            for way in (Termination.RESIGNED, Termination.TIME, Termination.ILLEGAL_MOVE)
        ),
    ]
)


@st.composite
def played(draw: st.DrawFn, rules: Rules) -> Board:
    """A random game, perhaps on beyond a dead draw."""
    board = Board(rules)
    count = draw(st.integers(0, min(rules.points, 60)))
    for move in draw(st.permutations(range(rules.points)))[:count]:
        outcome = board.outcome
        if outcome is None or outcome.termination is Termination.DEAD_DRAW:
            board.push(move)
    return board


@st.composite
def rule_sets(draw: st.DrawFn, sizes: st.SearchStrategy[int]) -> Rules:
    return Rules(draw(sizes), 5, draw(st.sampled_from([FREESTYLE, STANDARD, RENJU, CARO])))


@st.composite
def games(draw: st.DrawFn, rules: Rules, names: st.SearchStrategy[str] = TEXT) -> GameRecord:
    """A game with names and a result, and no tree."""
    board = draw(played(rules))
    outcome = board.outcome or draw(RESULTS)
    return GameRecord(rules, board.moves, outcome, draw(names), draw(names))


@st.composite
def trees(draw: st.DrawFn, rules: Rules) -> tuple[Node, ...]:
    """Moves with variations and comments, in the order of a file."""
    nodes: list[Node] = []

    def grow(parent: int, path: tuple[int, ...]) -> None:
        outcome = Board.from_moves(rules, path).outcome
        if len(nodes) > 12 or outcome is not None:
            return
        free = [move for move in range(rules.points) if move not in path]
        for move in draw(
            st.lists(st.sampled_from(free), unique=True, max_size=2 if len(path) < 6 else 0)
        ):
            color = BLACK if len(path) % 2 == 0 else WHITE
            nodes.append(Node(parent, color, move, draw(TEXT)))
            grow(len(nodes) - 1, (*path, move))

    grow(-1, ())
    return tuple(nodes)


@st.composite
def commented_games(draw: st.DrawFn, rules: Rules) -> GameRecord:
    """A game whose tree says more than its main line."""
    nodes = draw(trees(rules))
    if not nodes:
        return draw(games(rules))
    line = [nodes[index].move for index in GameRecord(rules, (), nodes=nodes).main_line()]
    moves = tuple(move for move in line if move is not None)
    outcome = Board.from_moves(rules, moves).outcome or draw(RESULTS)
    says_more = len(nodes) > len(moves) or any(node.comment for node in nodes)
    return GameRecord(
        rules,
        moves,
        outcome,
        draw(TEXT),
        draw(TEXT),
        comment=draw(TEXT),
        nodes=nodes if says_more else (),
    )
