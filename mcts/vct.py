"""Forced wins by continuous threats (VCT): fours, and moves that threaten a win by fours.

An attack here is any move after which the attacker, were it to move again, would have a win by
continuous fours (`mcts/vcf.py`): a four, an open or broken three, or a quieter move that
lends its stone to fours elsewhere. The win is a tree: one attack at every turn of the attacker,
and for every reply of the other side either a win by fours or another attack.

**Why a claimed win is one.** After an attack every legal reply is dealt with. The threatened line
of fours is played through once more with the reply on the board, under the same tests as in the
search for fours: it must still make fours, each forcing the same answer, and leave no time for an
enemy four. Where it does, the reply is refuted by that very line; where it does not, the reply is
searched like any other position, and the attack fails unless that position is won. So nothing is
taken for granted about which replies could matter, and no rule is an exception: forbidden points,
overlines that stop nothing and rows shut at both ends are all met by playing the moves.

In freestyle and standard, replies that cannot matter are not even played through. The line goes on
undisturbed after a reply that is not one of its points, and that fills no enemy window up to a
four, counting as the enemy's the answers in the line too: the attacker's rows hold none but points
of the line, and the enemy never gains a four that it would not have had. In renju a stone far away
can allow or forbid a point, and in caro it can shut a row, so there every reply is played through.

**Why none is missed** within the depth and the nodes, in freestyle and standard. Where no win by
fours exists, a move creates one only if it joins the line of fours it creates. At the first four
of that line which was impossible before, it either stands in a window, empty of enemy stones, that
needs it, or stops an enemy four made by an answer. The search for fours that just failed played
every four before that one, so the windows that lack three stones at most, counting those fours as
stones, and the points of enemy fours met on the way hold every attack. In renju and caro moves of
another kind are imaginable, which allow or forbid a point or shut a row from afar, and not tried.
"""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomoku.board import Board
from gomoku.forbidden import is_forbidden, is_forbidden_stone
from gomoku.intrinsics import count_bits, lowest_bit
from gomoku.jit import kernel
from gomoku.kernels import forced_reply, put_stone, take_stone, winning_moves, winning_moves_through
from gomoku.lines import (
    DIRECTIONS,
    LINES,
    Cells,
    Lines,
    clear_stone,
    full_windows,
    line_count,
    line_points,
    line_through,
    point_on_line,
    set_stone,
)
from gomoku.rules import CARO, FREESTYLE, MAX_SIZE, RENJU, STANDARD, Color, Rules
from mcts.vcf import CALLS, CAP_REACHED, NODES_LEFT, Scratch, find_vcf, is_playable
from mcts.vcf import make_scratch as make_scratch_of_fours

MOST_DEPTH = 24
"""Attacks in a row that are searched at most, before the fours that end a win."""

_OPEN = -2  # a position whose attacks are still being tried
_NEVER = 127  # the depth of a failure that no greater depth would mend

_MAX_POINTS = MAX_SIZE * MAX_SIZE
_FAILED_ENTRIES = 1 << 14  # a power of two

# Indices into `VctScratch.counters`: the nodes left, and the depth of the win found.
_LEFT, _FOUND_DEPTH = range(2)

# Indices into a row of `VctScratch.frames`.
_KEY, _DEPTH, _FORCED, _CUT, _MOVE, _REPLY, _PLIES, _THREAT = range(8)
_NEXT_ATTACK, _ATTACKS_END, _NEXT_REPLY, _REPLIES_END = range(8, 12)


class VctScratch(NamedTuple):
    """Room to search in, so that `find_vct` allocates nothing; every thread needs its own.

    A level is a position with the attacker to move, some attacks and replies from the first.

    line: the winning line after a search that found one: attack, reply, attack, ...
    fours: for the searches for fours.
    lines: `[levels, points]` the win of each level as far as it is known; while the replies to an
        attack are tried, that attack, -1, and the line of fours that it threatens.
    attacks, replies: `[levels, points]` those still to be tried.
    frames: `[levels, 12]` what else a level is doing.
    failed: `[entries, 2]` keys of positions not won, and to what depth. A collision would only
        hide a win, as with `Scratch.failed`.
    scores: `[points]` how much an attack promises.
    near: `[4, LINES]` points as bitmasks, as in a board's lines.
    listed: `[points]` marks of replies.
    counters: see the indices above.
    """

    line: NDArray[np.int32]
    fours: Scratch
    lines: Annotated[NDArray[np.int32], 2]
    attacks: Annotated[NDArray[np.int32], 2]
    replies: Annotated[NDArray[np.int32], 2]
    frames: Annotated[NDArray[np.int64], 2]
    failed: Annotated[NDArray[np.int64], 2]
    scores: NDArray[np.int32]
    near: Annotated[NDArray[np.int32], 2]
    listed: NDArray[np.int8]
    counters: NDArray[np.int64]


def make_scratch() -> VctScratch:
    """Scratch for boards of any size; half a megabyte."""
    levels = MOST_DEPTH + 1
    return VctScratch(
        line=np.zeros(2 * _MAX_POINTS, np.int32),
        fours=make_scratch_of_fours(),
        lines=np.zeros((levels, 2 * _MAX_POINTS), np.int32),
        attacks=np.zeros((levels, _MAX_POINTS), np.int32),
        replies=np.zeros((levels, _MAX_POINTS), np.int32),
        frames=np.zeros((levels, 12), np.int64),
        failed=np.zeros((_FAILED_ENTRIES, 2), np.int64),
        scores=np.zeros(_MAX_POINTS, np.int32),
        near=np.zeros((DIRECTIONS, LINES), np.int32),
        listed=np.zeros(_MAX_POINTS, np.int8),
        counters=np.zeros(2, np.int64),
    )


@dataclass(frozen=True, slots=True)
class VctResult:
    """A win by continuous threats.

    line: the moves of the attacker, who begins and ends it, and replies in between, those that
        resist longest against the attacks that were found. -1 where all are alike: the attacker's
        next moves are the same whatever is replied. It need not be the shortest win.
    depth: attacks before the fours that end it; 0 is a win by fours alone.
    """

    line: tuple[int, ...]
    depth: int


def solve_vct(
    board: Board, nodes: int, color: Color | None = None, depth: int = MOST_DEPTH
) -> VctResult | None:
    """A win by continuous threats, by trying at most `nodes` moves; the board is unchanged.

    color: the attacker, who is taken to be on move; the side to move unless told otherwise.
    depth: the most attacks before the fours that end the win, 0 to `MOST_DEPTH`. The win found is
        one with the fewest.

    Returns None if there is no such win, if it was not found within `nodes`, or if the game is
    over.

    Raises:
        ValueError: if the depth is out of range.

    >>> from gomoku.rules import Rules
    >>> board = Board.from_text('''
    ...     . . . . . . . . .
    ...     . . . . . . . . .
    ...     . . . o . . . . .
    ...     . . . x x . . . .
    ...     . . . . . . x . .
    ...     . . . . . . x . .
    ...     . . . . . . . . .
    ...     . . . o . o . . .
    ...     . . . . . . . . .''', Rules(9))
    >>> win = solve_vct(board, nodes=10_000, color=Color.BLACK)
    >>> win.line[0], win.depth
    (33, 1)
    """
    if not 0 <= depth <= MOST_DEPTH:
        raise ValueError(f"a depth of {depth} attacks: use 0 to {MOST_DEPTH}")
    if board.outcome is not None:
        return None
    side = 0 if (board.to_move if color is None else color) > 0 else 1
    cells, lines = board.copy_arrays()
    scratch = make_scratch()
    plies = find_vct(cells, lines, board.rules, side, depth, nodes, scratch)
    if plies <= 0:
        return None
    line = tuple(int(move) for move in scratch.line[:plies])
    return VctResult(line, int(scratch.counters[_FOUND_DEPTH]))


@kernel(apart=True)
def find_vct(
    cells: Cells,
    lines: Lines,
    rules: Rules,
    side: int,
    depth: int,
    node_cap: int,
    scratch: VctScratch,
) -> int:
    """The plies of a win by continuous threats for a side that is to move, Black (0) or White (1).

    The fewest attacks before fours are tried first, `depth` at most. `node_cap` counts fours,
    attacks and replies alike.

    Returns 0 if there is none, and `CAP_REACHED` if `node_cap` moves were tried without finding
    one. The line is in `scratch.line`, its depth in `scratch.counters[_FOUND_DEPTH]`. Cells and
    lines are changed while searching, and restored. Nobody may have won before.
    """
    scratch.counters[_LEFT] = node_cap
    # A large odd step: keys of different calls have nothing in common.
    scratch.fours.counters[CALLS] += 1
    key = scratch.fours.counters[CALLS] * 0x1E3779B97F4A7C15
    for limit in range(depth + 1):
        plies = _search(cells, lines, rules, side, key, limit, scratch)
        if plies > 0:
            for index in range(plies):
                scratch.line[index] = scratch.lines[0, index]
            scratch.counters[_FOUND_DEPTH] = limit
        if plies != 0 or scratch.frames[0, _CUT] == 0:
            return plies
    return 0


@kernel
def _search(
    cells: Cells,
    lines: Lines,
    rules: Rules,
    side: int,
    key: int,
    depth: int,
    scratch: VctScratch,
) -> int:
    """`find_vct` to one depth; the line is in the first of `scratch.lines`.

    Depth first, with the levels on a stack of our own: numba crashes on recursive kernels that it
    takes from its cache.
    """
    frames, keys = scratch.frames, scratch.fours.keys
    level = 0
    frames[0, _KEY], frames[0, _DEPTH] = key, depth
    plies = _open(cells, lines, rules, side, 0, scratch)
    while plies != CAP_REACHED:
        frame = frames[level]
        if plies == _OPEN:
            if frame[_NEXT_REPLY] < frame[_REPLIES_END]:
                # 1. The attack stands: try the next reply to it.
                reply = scratch.replies[level, frame[_NEXT_REPLY]]
                frame[_NEXT_REPLY] += 1
                frame[_REPLY] = reply
                put_stone(cells, lines, 1 - side, reply, rules)
                child = frames[level + 1]
                child[_KEY] = frame[_KEY] ^ keys[side, frame[_MOVE]] ^ keys[1 - side, reply]
                child[_DEPTH] = frame[_DEPTH] - 1
                level += 1
                plies = _open(cells, lines, rules, side, level, scratch)
                continue
            if frame[_MOVE] < 0:
                if frame[_NEXT_ATTACK] < frame[_ATTACKS_END]:
                    # 2. Try the next attack.
                    move = scratch.attacks[level, frame[_NEXT_ATTACK]]
                    frame[_NEXT_ATTACK] += 1
                    plies = _attack(cells, lines, rules, side, move, level, scratch)
                    continue
                # 3. None is left: the position is not won.
                plies = 0
                known = _NEVER if frame[_CUT] == 0 else frame[_DEPTH]
                _remember(scratch.failed, frame[_KEY], known)
            else:
                # 4. Every reply is refuted: the position is won.
                take_stone(cells, lines, side, frame[_MOVE], rules.size)
                frame[_MOVE] = -1
                plies = frame[_PLIES] if frame[_PLIES] > 0 else frame[_THREAT]

        # 5. Tell the level before.
        if level == 0:
            return plies
        level -= 1
        parent = frames[level]
        take_stone(cells, lines, 1 - side, parent[_REPLY], rules.size)
        if plies > 0:
            if plies + 2 > parent[_PLIES]:
                parent[_PLIES] = plies + 2
                scratch.lines[level, 1] = parent[_REPLY]
                for index in range(plies):
                    scratch.lines[level, 2 + index] = scratch.lines[level + 1, index]
        else:
            parent[_CUT] |= frame[_CUT]
            take_stone(cells, lines, side, parent[_MOVE], rules.size)
            parent[_MOVE] = -1
            parent[_NEXT_REPLY] = parent[_REPLIES_END]
        plies = _OPEN

    while True:
        if frames[level, _MOVE] >= 0:
            take_stone(cells, lines, side, frames[level, _MOVE], rules.size)
        if level == 0:
            return CAP_REACHED
        level -= 1
        take_stone(cells, lines, 1 - side, frames[level, _REPLY], rules.size)


@kernel
def _open(
    cells: Cells, lines: Lines, rules: Rules, side: int, level: int, scratch: VctScratch
) -> int:
    """Look at a position for the first time.

    Returns the plies of a win by fours, 0 if the position is not won to its depth, `CAP_REACHED`,
    or `_OPEN` with the attacks listed.
    """
    frame = scratch.frames[level]
    frame[_MOVE] = -1
    frame[_CUT] = 0
    frame[_NEXT_REPLY] = frame[_REPLIES_END] = 0
    frame[_NEXT_ATTACK] = frame[_ATTACKS_END] = 0
    known = _known_failure(scratch.failed, frame[_KEY])
    if known >= frame[_DEPTH]:
        frame[_CUT] = known != _NEVER
        return 0
    plies = _find_fours(cells, lines, rules, side, scratch)
    if plies == CAP_REACHED:
        return CAP_REACHED
    if plies > 0:
        for index in range(plies):
            scratch.lines[level, index] = scratch.fours.line[index]
        return plies
    if frame[_DEPTH] == 0:
        frame[_CUT] = 1
        _remember(scratch.failed, frame[_KEY], 0)
        return 0
    block, second = winning_moves(lines, 1 - side, rules)
    frame[_FORCED] = block
    if rules.variant == CARO and block >= 0:
        # A row can be stopped at its ends too: `_attack` sees which points do.
        for move in range(rules.size * rules.size):
            if cells[move] == 0:
                scratch.attacks[level, frame[_ATTACKS_END]] = move
                frame[_ATTACKS_END] += 1
    elif block >= 0:
        if second < 0:
            scratch.attacks[level, 0] = block
            frame[_ATTACKS_END] = 1
    else:
        _list_attacks(cells, lines, rules, side, level, scratch)
    return _OPEN


@kernel
def _attack(
    cells: Cells,
    lines: Lines,
    rules: Rules,
    side: int,
    move: int,
    level: int,
    scratch: VctScratch,
) -> int:
    """Play a move, and list the replies to it if it is an attack; else take it back.

    Returns `_OPEN`, or `CAP_REACHED`.
    """
    frame = scratch.frames[level]
    scratch.counters[_LEFT] -= 1
    if scratch.counters[_LEFT] < 0:
        return CAP_REACHED
    key = frame[_KEY] ^ scratch.fours.keys[side, move]
    if _known_failure(scratch.failed, key) >= 0:
        return _OPEN
    put_stone(cells, lines, side, move, rules)
    frame[_MOVE] = move
    plies = 0
    stopped = frame[_FORCED] < 0 or winning_moves(lines, 1 - side, rules)[0] < 0
    if stopped and not (
        rules.variant == RENJU and side == 0 and is_forbidden_stone(lines, move, rules)
    ):
        plies = _find_fours(cells, lines, rules, side, scratch)
        if plies == CAP_REACHED:
            return CAP_REACHED
    if plies == 0:
        _remember(scratch.failed, key, 0)
        take_stone(cells, lines, side, move, rules.size)
        frame[_MOVE] = -1
        return _OPEN
    line = scratch.lines[level]
    line[0], line[1] = move, -1
    for index in range(plies):
        line[2 + index] = scratch.fours.line[index]
    frame[_PLIES] = 0
    frame[_THREAT] = plies + 2
    return _list_replies(cells, lines, rules, side, level, scratch)


@kernel
def _find_fours(cells: Cells, lines: Lines, rules: Rules, side: int, scratch: VctScratch) -> int:
    """`find_vcf` at the expense of the nodes that are left; a node too for looking at all."""
    scratch.counters[_LEFT] -= 1
    if scratch.counters[_LEFT] < 0:
        return CAP_REACHED
    plies = find_vcf(cells, lines, rules, side, scratch.counters[_LEFT], scratch.fours)
    scratch.counters[_LEFT] = scratch.fours.counters[NODES_LEFT]
    return plies


@kernel
def _list_attacks(
    cells: Cells, lines: Lines, rules: Rules, side: int, level: int, scratch: VctScratch
) -> None:
    """List the moves that may create a win by fours where a search has just found none.

    The module's docstring says why these are all. Those with most stones around come first.
    """
    points = rules.size * rules.size
    near, scores, tried = scratch.near, scratch.scores, scratch.fours.tried
    call = scratch.fours.counters[CALLS]
    near[:] = 0
    for move in range(points):
        scores[move] = 0
        if tried[move] == call and cells[move] == 0:
            scores[move] = 1
            _mark(near, move, rules)
    length = rules.win_length
    whole = (1 << length) - 1
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            own = lines[side, direction, line]
            enough = own | near[direction, line]
            if count_bits(enough) < length - 3:
                continue
            free = line_points(direction, line, rules.size) & ~lines[1 - side, direction, line]
            windows = full_windows(free, length)
            while windows:
                start = lowest_bit(windows)
                windows &= windows - 1
                if count_bits((enough >> start) & whole) < length - 3:
                    continue
                stones = count_bits((own >> start) & whole)
                empty = ~(own >> start) & whole
                while empty:
                    bit = start + lowest_bit(empty)
                    empty &= empty - 1
                    scores[point_on_line(direction, line, bit, rules.size)] += 1 << (2 * stones)
    frame, attacks = scratch.frames[level], scratch.attacks[level]
    end = 0
    for move in range(points):
        if scores[move] == 0 or cells[move] != 0:
            continue
        place = end
        while place > 0 and scores[attacks[place - 1]] < scores[move]:
            attacks[place] = attacks[place - 1]
            place -= 1
        attacks[place] = move
        end += 1
    frame[_ATTACKS_END] = end


@kernel
def _list_replies(
    cells: Cells, lines: Lines, rules: Rules, side: int, level: int, scratch: VctScratch
) -> int:
    """List every reply to an attack that its threatened line of fours does not refute.

    The points of the line come first: they are likeliest to stop it. Returns `_OPEN`, or
    `CAP_REACHED`.
    """
    frame, line, listed = scratch.frames[level], scratch.lines[level], scratch.listed
    points = rules.size * rules.size
    end = frame[_THREAT]
    some_cannot_matter = rules.variant == FREESTYLE or rules.variant == STANDARD
    for point in range(points):
        listed[point] = not some_cannot_matter
    if some_cannot_matter:
        _list_points_of_enemy_fours(lines, rules, side, line, end, scratch)
    for index in range(2, end):
        if line[index] >= 0:
            listed[line[index]] = 1
    frame[_NEXT_REPLY] = frame[_REPLIES_END] = 0
    for index in range(2, end + points):
        reply = line[index] if index < end else index - end
        if reply < 0 or listed[reply] == 0 or cells[reply] != 0:
            continue
        listed[reply] = 0
        scratch.counters[_LEFT] -= 1
        if scratch.counters[_LEFT] < 0:
            return CAP_REACHED
        if side == 1 and is_forbidden(lines, reply, rules):
            continue
        put_stone(cells, lines, 1 - side, reply, rules)
        refuted = _still_wins(cells, lines, rules, side, reply, line, end)
        take_stone(cells, lines, 1 - side, reply, rules.size)
        if not refuted:
            scratch.replies[level, frame[_REPLIES_END]] = reply
            frame[_REPLIES_END] += 1
    return _OPEN


@kernel
def _list_points_of_enemy_fours(
    lines: Lines,
    rules: Rules,
    side: int,
    line: NDArray[np.int32],
    end: int,
    scratch: VctScratch,
) -> None:
    """Mark the points that fill an enemy window up to a four, with the answers of a line in it."""
    near, listed = scratch.near, scratch.listed
    near[:] = 0
    for index in range(3, end, 2):
        if line[index] >= 0:
            _mark(near, line[index], rules)
    length = rules.win_length
    whole = (1 << length) - 1
    for direction in range(DIRECTIONS):
        for index in range(line_count(direction, rules.size)):
            stones = lines[1 - side, direction, index] | near[direction, index]
            if count_bits(stones) < length - 2:
                continue
            free = line_points(direction, index, rules.size) & ~lines[side, direction, index]
            windows = full_windows(free, length)
            while windows:
                start = lowest_bit(windows)
                windows &= windows - 1
                if count_bits((stones >> start) & whole) < length - 2:
                    continue
                empty = ~(stones >> start) & whole
                while empty:
                    bit = start + lowest_bit(empty)
                    empty &= empty - 1
                    listed[point_on_line(direction, index, bit, rules.size)] = 1


@kernel
def _still_wins(
    cells: Cells,
    lines: Lines,
    rules: Rules,
    side: int,
    reply: int,
    line: NDArray[np.int32],
    end: int,
) -> bool:
    """Whether a line of fours, `line[2:end]`, wins as it is after a reply that is on the board."""
    block, second = winning_moves_through(lines, 1 - side, reply, rules)
    wins = False
    index = 2
    while True:
        # 1. The last move completes a row.
        move = line[index]
        if cells[move] != 0:
            break
        if index == end - 1:
            wins = set_stone(lines, side, move, rules)
            clear_stone(lines, side, move, rules.size)
            break
        # 2. Any other is a four that stops the enemy's.
        if rules.variant != CARO and (second >= 0 or (block >= 0 and move != block)):
            break
        put_stone(cells, lines, side, move, rules)
        answer, other = forced_reply(lines, side, move, rules)
        allowed = answer >= 0 and is_playable(lines, rules, side, move, block)
        ends = other >= 0 or (allowed and side == 1 and is_forbidden(lines, answer, rules))
        if not allowed or ends or answer != line[index + 1]:
            wins = allowed and ends
            take_stone(cells, lines, side, move, rules.size)
            break
        # 3. It has the answer that it is known to have.
        put_stone(cells, lines, 1 - side, answer, rules)
        block, second = winning_moves_through(lines, 1 - side, answer, rules)
        index += 2
    while index > 2:
        index -= 2
        take_stone(cells, lines, side, line[index], rules.size)
        take_stone(cells, lines, 1 - side, line[index + 1], rules.size)
    return wins


@kernel
def _known_failure(failed: Annotated[NDArray[np.int64], 2], key: int) -> int:
    """The depth to which a position is known not to be won, -1 if nothing is known."""
    entry = key & (_FAILED_ENTRIES - 1)
    return failed[entry, 1] if failed[entry, 0] == key else -1


@kernel
def _remember(failed: Annotated[NDArray[np.int64], 2], key: int, depth: int) -> None:
    """Note that a position is not won to a depth."""
    entry = key & (_FAILED_ENTRIES - 1)
    failed[entry, 0] = key
    failed[entry, 1] = depth


@kernel
def _mark(near: Annotated[NDArray[np.int32], 2], move: int, rules: Rules) -> None:
    """Set the four bits of a point."""
    row = move // rules.size
    column = move - row * rules.size
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, rules.size)
        near[direction, line] |= 1 << bit
