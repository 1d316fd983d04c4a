"""Compiled rules on raw arrays: the one source of truth for winning, for board and search alike.

A game's state is three arrays, all changed in place by `place` and `remove`:

cells: int8 `[A]`, 1 black, -1 white, 0 empty, row by row from the top left.
lines: int32 `[2, 4, LINES]`, the same stones as bitmasks: for Black (0) and White (1), for each of
    four directions, one word a line. Rows hold one bit a column; columns one bit a row; both
    kinds of diagonal one bit a column.
meta: int32 `[3]`, see the `TO_MOVE` constants.

With bitmasks a row of five is three shifts on one word, whatever the size of the board.
"""

import numpy as np
from numpy.typing import NDArray

from gomoku.jit import count_bits, kernel, lowest_bit
from gomoku.rules import CARO, FREESTYLE, MAX_SIZE, RENJU, STANDARD, Rules

LINES = 2 * MAX_SIZE - 1
DIRECTIONS = 4
ROW, COLUMN, DIAGONAL, ANTIDIAGONAL = range(DIRECTIONS)

# Indices into `meta`.
TO_MOVE = 0
LAST_MOVE = 1  # -1 before the first move
EMPTY_POINTS = 2
META = 3

# What `place` returns.
ONGOING = 0
WON = 1  # by the side that placed the stone
DRAWN = 2
FORBIDDEN = 3  # lost by the side that placed the stone: Black, in renju

# What a black stone amounts to in renju, see `judge_stone`.
MAKES_FIVE = 0
ALLOWED = 1
REFUSED = 2
UNDECIDED = 3

FORBIDDEN_CELL = 2
"""What evaluators and networks are told of an empty point that is forbidden to Black; even, as an
empty point is, and unlike stones. Boards themselves do not say."""

Cells = NDArray[np.int8]
Lines = NDArray[np.int32]
Meta = NDArray[np.int32]


@kernel
def clear(cells: Cells, lines: Lines, meta: Meta, rules: Rules) -> None:
    """Empty the board; Black is to move."""
    cells[:] = 0
    lines[:] = 0
    meta[TO_MOVE] = 1
    meta[LAST_MOVE] = -1
    meta[EMPTY_POINTS] = rules.size * rules.size


@kernel
def line_through(direction: int, row: int, column: int, size: int) -> tuple[int, int]:
    """The index of the line in its direction, and the point's bit in that line's word."""
    if direction == ROW:
        return row, column
    if direction == COLUMN:
        return column, row
    if direction == DIAGONAL:
        return column - row + size - 1, column
    return column + row, column


@kernel
def point_on_line(direction: int, line: int, bit: int, size: int) -> int:
    """The move at a bit of a line: the inverse of `line_through`."""
    if direction == ROW:
        return line * size + bit
    if direction == COLUMN:
        return bit * size + line
    if direction == DIAGONAL:
        return (bit - line + size - 1) * size + bit
    return (line - bit) * size + bit


@kernel
def line_points(direction: int, line: int, size: int) -> int:
    """A word with a bit for every point of a line that is on the board."""
    if direction <= COLUMN:
        return (1 << size) - 1
    low = max(0, line - size + 1)
    high = min(size - 1, line)
    return (1 << (high + 1)) - (1 << low)


@kernel
def line_count(direction: int, size: int) -> int:
    """How many lines a direction has."""
    if direction <= COLUMN:
        return size
    return 2 * size - 1


@kernel
def full_windows(word: int, length: int) -> int:
    """Bit i is set where bits i .. i + length - 1 of `word` all are."""
    pairs = word & (word >> 1)
    if length == 5:
        return pairs & (pairs >> 2) & (word >> 4)
    if length == 4:
        return pairs & (pairs >> 2)
    if length == 3:
        return pairs & (word >> 2)
    return pairs & (pairs >> 2) & (pairs >> 4)


@kernel
def touched_windows(word: int, length: int) -> int:
    """Bit i is set where any of bits i .. i + length - 1 of `word` is."""
    touched = word
    for shift in range(1, length):
        touched |= word >> shift
    return touched


@kernel
def overlines_win(side: int, rules: Rules) -> bool:
    """Whether a side wins with more stones in a row than `win_length`."""
    return rules.variant != STANDARD and (rules.variant != RENJU or side == 1)


@kernel
def has_winning_row(own: int, enemy: int, side: int, rules: Rules) -> bool:
    """Whether one line, given both colors' stones on it, holds a row that wins for a side."""
    length = rules.win_length
    full = full_windows(own, length)
    if full == 0:
        return False
    exact = full & ~(own << 1) & ~(own >> length)
    if not overlines_win(side, rules):
        return exact != 0
    if rules.variant == CARO:
        full &= ~(exact & (enemy << 1) & (enemy >> length))
    return full != 0


@kernel
def set_stone_at(lines: Lines, side: int, row: int, column: int, rules: Rules) -> bool:
    """`set_stone` for a caller who knows the row and column."""
    # Unsigned indices spare numba the check for negative ones: this is the innermost loop of all.
    color = np.uintp(side)
    diagonal = np.uintp(column - row + rules.size - 1)
    antidiagonal = np.uintp(column + row)
    bit = 1 << column
    in_row = lines[color, np.uintp(ROW), np.uintp(row)] | bit
    in_column = lines[color, np.uintp(COLUMN), np.uintp(column)] | (1 << row)
    in_diagonal = lines[color, np.uintp(DIAGONAL), diagonal] | bit
    in_antidiagonal = lines[color, np.uintp(ANTIDIAGONAL), antidiagonal] | bit
    lines[color, np.uintp(ROW), np.uintp(row)] = in_row
    lines[color, np.uintp(COLUMN), np.uintp(column)] = in_column
    lines[color, np.uintp(DIAGONAL), diagonal] = in_diagonal
    lines[color, np.uintp(ANTIDIAGONAL), antidiagonal] = in_antidiagonal
    # Two lines share a 64-bit word: the points of one end 10 bits below those of the other.
    straight = in_row | (in_column << 32)
    slanted = in_diagonal | (in_antidiagonal << 32)
    length = rules.win_length
    full = full_windows(straight, length) | full_windows(slanted, length)
    if full == 0 or rules.variant == FREESTYLE:
        return full != 0
    # The rare rest takes numbers, not arrays: counting references to those would slow every stone.
    color = np.uintp(1 - side)
    straight_enemy = lines[color, np.uintp(ROW), np.uintp(row)] | (
        np.int64(lines[color, np.uintp(COLUMN), np.uintp(column)]) << 32
    )
    slanted_enemy = lines[color, np.uintp(DIAGONAL), diagonal] | (
        np.int64(lines[color, np.uintp(ANTIDIAGONAL), antidiagonal]) << 32
    )
    return has_winning_row(straight, straight_enemy, side, rules) | has_winning_row(
        slanted, slanted_enemy, side, rules
    )


@kernel
def set_stone(lines: Lines, side: int, move: int, rules: Rules) -> bool:
    """Set a stone's four bits, and say whether it completes a winning row.

    The lines must hold no winning row before: then any there is goes through this stone.
    """
    row = move // rules.size
    return set_stone_at(lines, side, row, move - row * rules.size, rules)


@kernel
def clear_stone(lines: Lines, side: int, move: int, size: int) -> None:
    """Clear a stone's four bits."""
    row = move // size
    column = move - row * size
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, size)
        lines[side, direction, line] &= ~(1 << bit)


@kernel
def put_stone(cells: Cells, lines: Lines, side: int, move: int, rules: Rules) -> None:
    """Put a stone on the board for a search that takes it back; nobody's turn changes."""
    set_stone(lines, side, move, rules)
    cells[move] = 1 - 2 * side


@kernel
def take_stone(cells: Cells, lines: Lines, side: int, move: int, size: int) -> None:
    """Take back what `put_stone` put."""
    clear_stone(lines, side, move, size)
    cells[move] = 0


@kernel
def is_dead_draw(lines: Lines, rules: Rules) -> bool:
    """Whether no window of `win_length` points can still be filled by one color.

    Sound for rules that forbid overlines too: a winning row fills a window in any of them. Stops
    at the first living window, so it is only slow on boards that are nearly dead.
    """
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            windows = full_windows(line_points(direction, line, rules.size), rules.win_length)
            black = touched_windows(lines[0, direction, line], rules.win_length)
            white = touched_windows(lines[1, direction, line], rules.win_length)
            if windows & ~(black & white):
                return False
    return True


@kernel
def fewest_stones_of_dead_draw(rules: Rules) -> int:
    """A bound below which no board is a dead draw: each of the disjoint row windows needs two."""
    return 2 * rules.size * (rules.size // rules.win_length)


@kernel
def place(cells: Cells, lines: Lines, meta: Meta, move: int, rules: Rules) -> int:
    """Put a stone of the side to move on an empty point.

    Returns `ONGOING`, `WON`, `DRAWN`, or `FORBIDDEN` if that lost the game for Black in renju; the
    stone is on the board all the same.
    """
    color = meta[TO_MOVE]
    cells[move] = color
    meta[TO_MOVE] = -color
    meta[LAST_MOVE] = move
    meta[EMPTY_POINTS] -= 1
    if set_stone(lines, 0 if color > 0 else 1, move, rules):
        return WON
    if rules.variant == RENJU and color > 0 and is_forbidden_stone(lines, move, rules):
        return FORBIDDEN
    if meta[EMPTY_POINTS] == 0:
        return DRAWN
    stones = rules.size * rules.size - meta[EMPTY_POINTS]
    if stones >= fewest_stones_of_dead_draw(rules) and is_dead_draw(lines, rules):
        return DRAWN
    return ONGOING


@kernel
def remove(
    cells: Cells, lines: Lines, meta: Meta, move: int, previous_move: int, rules: Rules
) -> None:
    """Take the last stone back; `previous_move` is the one before it, -1 if there is none."""
    color = cells[move]
    cells[move] = 0
    meta[TO_MOVE] = color
    meta[LAST_MOVE] = previous_move
    meta[EMPTY_POINTS] += 1
    clear_stone(lines, 0 if color > 0 else 1, move, rules.size)


@kernel
def winning_bits(own: int, enemy: int, free: int, side: int, rules: Rules) -> int:
    """The free bits of a line on which one more stone makes a winning row for a side."""
    length = rules.win_length
    found = 0
    for before in range(length):
        after = length - 1 - before
        # Stones on the `before` points to one side of the new stone and `after` to the other.
        points = free
        for step in range(1, before + 1):
            points &= own << step
        for step in range(1, after + 1):
            points &= own >> step
        if rules.variant != FREESTYLE and points != 0:
            exact = points & ~(own << (before + 1)) & ~(own >> (after + 1))
            if not overlines_win(side, rules):
                points = exact
            elif rules.variant == CARO:
                points &= ~(exact & (enemy << (before + 1)) & (enemy >> (after + 1)))
        found |= points
    return found


@kernel
def winning_moves(lines: Lines, side: int, rules: Rules) -> tuple[int, int]:
    """Two different points that win at once for a side; -1 for each that does not exist."""
    first = -1
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
            if count_bits(own) < rules.win_length - 1:
                continue
            free = line_points(direction, line, rules.size) & ~(own | enemy)
            points = winning_bits(own, enemy, free, side, rules)
            while points:
                move = point_on_line(direction, line, lowest_bit(points), rules.size)
                points &= points - 1
                if first < 0:
                    first = move
                elif move != first:
                    return first, move
    return first, -1


@kernel
def winning_moves_through(lines: Lines, side: int, move: int, rules: Rules) -> tuple[int, int]:
    """`winning_moves`, but only those whose row would hold the stone at `move`."""
    row = move // rules.size
    column = move - row * rules.size
    first = -1
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, rules.size)
        own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
        if count_bits(own) < rules.win_length - 1:
            continue
        free = line_points(direction, line, rules.size) & ~(own | enemy)
        # Points of the same line further off may win too: they were there before this stone.
        near = (1 << (bit + rules.win_length)) - (1 << max(0, bit - rules.win_length + 1))
        points = winning_bits(own, enemy, free, side, rules) & near
        while points:
            found = point_on_line(direction, line, lowest_bit(points), rules.size)
            points &= points - 1
            if first < 0:
                first = found
            elif found != first:
                return first, found
    return first, -1


@kernel
def forced_reply(lines: Lines, side: int, move: int, rules: Rules) -> tuple[int, int]:
    """What the other side must answer to the threats through a stone, were it not to win itself.

    Two points if nothing helps: play the first, and the second wins. A point and -1 if only that
    point helps. Twice -1 if nothing is forced: there is no threat, or in caro, where a row can be
    stopped by shutting its second end, there are several answers. A forced reply may be forbidden.
    """
    first, second = winning_moves_through(lines, side, move, rules)
    if rules.variant != CARO or first < 0:
        return first, second
    # Whatever stops all threats stops the first: it is that point, or an end of its row.
    stop = stops = 0
    for direction in range(DIRECTIONS):
        own, free, line, at = padded_line(lines, side, direction, first, rules)
        low, high = run_around(own | (1 << at), at)
        for bit in (low - 1, at, high + 1):
            if (free >> bit) & 1 == 0 or (bit == at and direction > 0):
                continue
            point = point_on_line(direction, line, bit - 2, rules.size)
            set_stone(lines, 1 - side, point, rules)
            remaining, _ = winning_moves_through(lines, side, move, rules)
            clear_stone(lines, 1 - side, point, rules.size)
            if remaining < 0:
                stop = point
                stops += 1
            elif point == first:
                second = remaining
    if stops == 0:
        return first, second
    return (stop, -1) if stops == 1 else (-1, -1)


@kernel
def winning_side(lines: Lines, rules: Rules) -> int:
    """1 or -1 for the color with a winning row anywhere on the board, 0 for none."""
    for side in range(2):
        for direction in range(DIRECTIONS):
            for line in range(line_count(direction, rules.size)):
                own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
                if has_winning_row(own, enemy, side, rules):
                    return 1 - 2 * side
    return 0


@kernel
def three_on_line(own: int, free: int, at: int, length: int) -> int:
    """Bits that make the run through bit `at` a straight four, for a line padded by two zeros.

    A straight four has `length - 1` stones, and both its ends make exactly `length`.
    """
    low, high = run_around(own, at)
    found = 0
    for point in (low - 1, high + 1):
        if not (free >> point) & 1:
            continue
        first, last = run_around(own | (1 << point), at)
        straight = (
            last - first + 2 == length
            and (free >> (first - 1)) & 1
            and (free >> (last + 1)) & 1
            and not (own >> (first - 2)) & 1
            and not (own >> (last + 2)) & 1
        )
        if straight:
            found |= 1 << point
    return found


@kernel
def run_around(own: int, at: int) -> tuple[int, int]:
    """The first and the last bit of the unbroken run of set bits through bit `at`."""
    low = high = at
    while (own >> (low - 1)) & 1:
        low -= 1
    while (own >> (high + 1)) & 1:
        high += 1
    return low, high


@kernel
def fours_on_line(own: int, free: int, at: int, length: int) -> int:
    """How many fours the run through bit `at` has part in, for a line padded by two zeros.

    A straight four is one. Two on one line, as in x.xxx.x, are two.
    """
    low, high = run_around(own, at)
    fours = 0
    for point in (low - 1, high + 1):
        if (free >> point) & 1:
            first, last = run_around(own | (1 << point), at)
            fours += last - first + 1 == length
    if fours == 2 and high - low + 2 == length:
        return 1
    return fours


@kernel
def padded_line(
    lines: Lines, side: int, direction: int, move: int, rules: Rules
) -> tuple[int, int, int, int]:
    """A side's stones and the free points of a line through a point, with two zeros below.

    Also the index of the line, and the bit of the point.
    """
    row = move // rules.size
    line, bit = line_through(direction, row, move - row * rules.size, rules.size)
    own, enemy = lines[side, direction, line], lines[1 - side, direction, line]
    free = line_points(direction, line, rules.size) & ~(own | enemy)
    return own << 2, free << 2, line, bit + 2


@kernel
def judge_stone(lines: Lines, move: int, rules: Rules) -> int:
    """What a black stone that stands at `move` amounts to, before looking into threes.

    `MAKES_FIVE` beats everything; an overline or two fours are `REFUSED`; what may be two threes is
    `UNDECIDED`, because a three counts only if it can become a straight four by an allowed stone.
    """
    length = rules.win_length
    fours = threes = 0
    overline = False
    for direction in range(DIRECTIONS):
        own, free, _, at = padded_line(lines, 0, direction, move, rules)
        low, high = run_around(own, at)
        if high - low + 1 == length:
            return MAKES_FIVE
        overline |= high - low + 1 > length
        fours += fours_on_line(own, free, at, length)
        threes += three_on_line(own, free, at, length) != 0
    if overline or fours >= 2:
        return REFUSED
    return UNDECIDED if threes >= 2 else ALLOWED


@kernel
def is_forbidden_stone(lines: Lines, move: int, rules: Rules) -> bool:
    """Whether a black stone that stands at `move` was forbidden, never but in renju.

    Where there may be two threes, each stone that would make one of them a straight four is judged
    in the same way, with all the others standing, and so on.
    """
    if rules.variant != RENJU:
        return False
    verdict = judge_stone(lines, move, rules)
    if verdict != UNDECIDED:
        return verdict == REFUSED

    # Not recursive: numba crashes on recursive kernels that it takes from its cache. A level is a
    # stone being judged: its point, the next of the 8 ends to try (two for each direction), and
    # how many of its threes are real.
    points = np.empty(rules.size * rules.size, np.int32)
    next_ends = np.empty(rules.size * rules.size, np.int32)
    reals = np.empty(rules.size * rules.size, np.int32)
    level = 0
    points[0], next_ends[0], reals[0] = move, 0, 0
    while True:
        # 1. Decide this stone, or find the next end of a three to judge.
        end = -1
        if reals[level] >= 2:
            verdict = REFUSED
        else:
            verdict = ALLOWED
            while next_ends[level] < 2 * DIRECTIONS and end < 0:
                direction, side = divmod(next_ends[level], 2)
                next_ends[level] += 1
                own, free, line, at = padded_line(lines, 0, direction, points[level], rules)
                ends = three_on_line(own, free, at, rules.win_length)
                # The lower end first, then the one that is left.
                if side == 1:
                    ends &= ~((1 << at) - 1)
                else:
                    ends &= (1 << at) - 1
                if ends != 0:
                    end = point_on_line(direction, line, lowest_bit(ends) - 2, rules.size)
        # 2. Judge that end, one level deeper if its own threes matter.
        if end >= 0:
            set_stone(lines, 0, end, rules)
            verdict = judge_stone(lines, end, rules)
            if verdict == UNDECIDED:
                level += 1
                points[level], next_ends[level], reals[level] = end, 0, 0
                continue
            clear_stone(lines, 0, end, rules.size)
        # 3. Or report the verdict to the stone that asked for it.
        elif level == 0:
            return verdict == REFUSED
        else:
            clear_stone(lines, 0, points[level], rules.size)
            level -= 1
        if verdict == ALLOWED:
            reals[level] += 1
            next_ends[level] += next_ends[level] & 1  # one end is enough for a three


@kernel
def is_forbidden(lines: Lines, move: int, rules: Rules) -> bool:
    """Whether Black would lose by playing on an empty point: never but in renju."""
    if rules.variant != RENJU:
        return False
    set_stone(lines, 0, move, rules)
    forbidden = is_forbidden_stone(lines, move, rules)
    clear_stone(lines, 0, move, rules.size)
    return forbidden


@kernel
def may_be_forbidden(lines: Lines, row: int, column: int, rules: Rules) -> bool:
    """Whether enough black stones are around a point for it to be forbidden: two in each of two
    lines, or four in one."""
    lines_with_two = 0
    for direction in range(DIRECTIONS):
        line, bit = line_through(direction, row, column, rules.size)
        around = (lines[0, direction, line] << rules.win_length) >> bit
        stones = count_bits(around & ((1 << (2 * rules.win_length + 1)) - 1))
        if stones >= 4:
            return True
        lines_with_two += stones >= 2
    return lines_with_two >= 2


@kernel
def mark_forbidden(cells: Cells, lines: Lines, marks: Cells, rules: Rules) -> None:
    """Write 1 to `marks` `[A]` at every empty point that Black must not play on, 0 elsewhere."""
    move = 0
    for row in range(rules.size):
        for column in range(rules.size):
            marks[move] = (
                (cells[move] & 1) == 0
                and may_be_forbidden(lines, row, column, rules)
                and is_forbidden(lines, move, rules)
            )
            move += 1


@kernel
def barred_bits(cells: Cells, to_move: int) -> int:
    """The bits that a side cannot or must not play on, of cells in which forbidden points are
    marked: it may play where `cells & bits` is 0.

    Stones are odd. The mark of a forbidden point counts for Black, unless nothing else is left.
    """
    if to_move > 0:
        for move in range(cells.shape[0]):
            if (cells[move] & (1 | FORBIDDEN_CELL)) == 0:
                return 1 | FORBIDDEN_CELL
    return 1


@kernel
def count_leaves(cells: Cells, lines: Lines, meta: Meta, depth: int, rules: Rules) -> int:
    """How many games of `depth` plies there are from here (perft), not counting shorter ones.

    Only a winning row, a forbidden stone or a full board ends a game here: perft numbers known from
    elsewhere go on through dead draws.
    """
    if depth == 0:
        return 1
    total = 0
    last_move = meta[LAST_MOVE]
    for move in range(rules.size * rules.size):
        if cells[move] != 0:
            continue
        result = place(cells, lines, meta, move, rules)
        if depth == 1 or (result != WON and result != FORBIDDEN):
            total += count_leaves(cells, lines, meta, depth - 1, rules)
        remove(cells, lines, meta, move, last_move, rules)
    return total


@kernel
def lines_of(cells: Cells, rules: Rules) -> Lines:
    """The bitmasks of the stones in `cells`, as a new array."""
    lines = np.zeros((2, DIRECTIONS, LINES), np.int32)
    for move in range(rules.size * rules.size):
        if cells[move] & 1:
            set_stone(lines, 0 if cells[move] > 0 else 1, move, rules)
    return lines


@kernel
def count_stones_in_rows(lines: Lines, side: int, counts: Cells, rules: Rules) -> None:
    """Write to `counts` `[A]` how far a side has come with the best row through each empty point.

    That is the most own stones in any window of `win_length` points around it without enemy
    stones; -1 where every window is blocked, and on stones.
    """
    counts[:] = -1
    length = rules.win_length
    for direction in range(DIRECTIONS):
        for line in range(line_count(direction, rules.size)):
            own = lines[side, direction, line]
            open_points = (
                line_points(direction, line, rules.size) & ~lines[1 - side, direction, line]
            )
            windows = full_windows(open_points, length)
            while windows:
                start = lowest_bit(windows)
                windows &= windows - 1
                stones = count_bits((own >> start) & ((1 << length) - 1))
                for bit in range(start, start + length):
                    if own & (1 << bit):
                        continue
                    move = point_on_line(direction, line, bit, rules.size)
                    counts[move] = max(counts[move], stones)
