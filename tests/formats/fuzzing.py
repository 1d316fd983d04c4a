"""Random and damaged records of every format, and what must be true of whatever is read from them.

    python -m tests.formats.fuzzing 1000000 --seed 1

prints how many inputs of each format were tried, read and refused.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from gomoku.board import Board, Termination
from gomoku.formats import WRITTEN_KINDS, read_games, write_games
from gomoku.notation import moves_to_text
from gomoku.record import GameRecord, Node, RecordError
from gomoku.rules import BLACK, CARO, FREESTYLE, RENJU, STANDARD, WHITE, Rules

FILES = Path(__file__).parent / "files"

KINDS = ("sgf", "psq", "rec", "lib", "rif", "moves", "board", "openings", "drawing")

_ANY = (
    *(
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\r\n",
        b"\n",
        b" ",
        b",",
        b"\\",
        b"]",
        b"[",
    ),
    *(
        b"9" * 40,
        b"-1",
        b"0",
        b"1e9",
        b"\xb0\xa1\xcd\xf5",
        b"\x82\xa0",
        b"\xc8\xe2",
        "é王".encode(),
    ),
)
_TOKENS = {
    "sgf": (
        *(b"(", b")", b";", b"(;", b"GM[4]", b"GM[1]", b"GM[2]", b"SZ[19]", b"SZ[0]", b"SZ[15:15]"),
        *(b"SZ[x]", b"SZ[]", b"B[hh]", b"W[ii]", b"B[]", b"W[tt]", b"B[zz]", b"W[swap]", b"B[h8]"),
        *(
            b"AB[aa:cc]",
            b"AW[dd][ee]",
            b"AE[aa]",
            b"PL[W]",
            b"PL[]",
            b"AB[]",
            b"AB[zz:]",
            b"AE[:aa]",
        ),
        *(b"RU[renju]", b"RU[4]", b"RU[caro 6]", b"RU[swap2]", b"ON[h8 i9 c3 black]", b"RE[B+R]"),
        *(
            b"RE[?]",
            b"RE[\xe9\xbb\x91\xe8\x83\x9c]",
            b"CA[GBK]",
            b"CA[utf-7]",
            b"CA[rot13]",
            b"C[x]",
        ),
        *(
            b"PB[a][b]",
            b"QPR[hh,hg,jf]",
            b"QSLW[ig]",
            b"XX[hh]",
            b"C[\\]]",
            b"GC[a\nb]",
            b"LB[hh:a]",
        ),
    ),
    "psq": (
        *(b"Piskvorky", b"15x15", b"20x20", b"5x5", b"8,8,0\n", b"0,0,0\n", b"16,1,0\n", b"1,1\n"),
        *(b"1,foo renju\n", b"2,Standard\n", b"-1\n", b"homo-1\n", b"swap2: h8 i9 c3 black\n"),
        *(b"result: W+T\n", b"0,4\n", b"pro: h8\n", b"11:11, 1"),
    ),
    "rif": (
        *(
            b"<",
            b">",
            b"/>",
            b"&amp;",
            b"&#0;",
            b"&x;",
            b"</game>",
            b"<move>h8 i9</move>",
            b"<game>",
        ),
        *(b'<game id="1" black="1" bresult="0.5">', b'rule="1"', b"<!ENTITY a 'b'>", b"<![CDATA["),
        *(b'<rule id="1" name="Swap2"/>', b"<info>x</info>", b"z99"),
        *(b"encoding='gbk'", b"<move>h8 i9</move>"),
    ),
    "board": (
        *(b"BOARD\n", b"DONE\n", b"START 20\n", b"START 99\n", b"RECTSTART 10,12\n", b"7,7,1\n"),
        *(b"7,7,2\n", b"8,8,3\n", b"TURN 7,7\n", b"INFO rule 4\n", b"TAKEBACK 7,7\n", b"yxboard\n"),
    ),
    "moves": (b"h8", b"i9", b"v22", b"a0", b"1.", b"2. ", b"h 8", b"w1", b"->", b"; ", b"h8h8"),
    "openings": (b"0,0", b", ", b"-7,7", b"8,8", b"-11,-11", b"99,9", b"\n"),
    "drawing": (b"x", b"o", b".", b"X", b"+", b"x to move\n", b"o to move\n", b"A B C\n", b"15 "),
    "rec": (b"7,7,0\n", b"21,3,1\n", b"ENG.exe\n", b"rules: 15x15 renju\n", b"rules: 99x99 x\n"),
    "lib": (b"\x78\x00", b"\x69\xc0", b"\x00\x00", b"\x10\x40", b"\x79\x49\x00\x01hi\x00A\x00"),
}


def random_input(kind: str, rng: random.Random) -> bytes:
    """A damaged record of a kind, or something random that looks a little like one."""
    chance = rng.random()
    if chance < 0.05:
        return rng.randbytes(rng.randrange(300))
    if chance < 0.2:
        tokens = (*_TOKENS[kind], *_TOKENS[kind], *_ANY)
        soup = b"".join(rng.choice(tokens) for _ in range(rng.randrange(40)))
        return _BEGINNINGS.get(kind, b"") + soup
    data = bytearray(_good_input(kind, rng))
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.randrange(len(data) + 1)
        accident = rng.randrange(6)
        if accident == 0:
            del data[at:]
        elif accident == 1:
            del data[at : at + rng.randrange(1, 12)]
        elif accident == 2:
            data[at:at] = rng.choice(_TOKENS[kind])
        elif accident == 3:
            data[at:at] = rng.choice(_ANY)
        elif accident == 4 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        else:
            data[at:at] = data[at : at + rng.randrange(1, 40)] * rng.randrange(1, 4)
    return bytes(data)


_BEGINNINGS = {
    "sgf": b"(;GM[4]SZ[15]",
    "psq": b"Piskvorky 15x15, 11:11, 0\n",
    "rif": b"<database><games>",
    "rec": b"a\nb\n",
    "lib": b"\xffRenLib\xff\x03\x04" + b"\xff" * 10,
    "board": b"START 15\n",
}


def _good_input(kind: str, rng: random.Random) -> bytes:
    if kind in ("sgf", "psq", "rec", "lib", "rif") and rng.random() < 0.2:
        return rng.choice(_CASES[kind])
    if kind == "lib" or kind == "rif":
        rules = Rules(15, 5, RENJU if kind == "lib" else rng.choice((STANDARD, RENJU)))
    else:
        size = rng.choice((5, 6, 15, 15, 19, 20))
        rules = Rules(size, 5, rng.choice((FREESTYLE, STANDARD, RENJU, CARO)))
    record = _some_game(rules, rng)
    moves = [divmod(move, rules.size) for move in record.moves]
    if kind == "moves":
        separator = rng.choice((" ", "", ",", "\n", "; "))
        return separator.join(moves_to_text([m], rules.size) for m in record.moves).encode()
    if kind == "board":
        lines = [f"{column},{row},{ply % 2 + 1}" for ply, (row, column) in enumerate(moves)]
        return "\n".join([f"START {rules.size}", "BOARD", *lines, "DONE", ""]).encode()
    if kind == "openings":
        center = rules.size // 2
        return ", ".join(f"{column - center},{row - center}" for row, column in moves).encode()
    if kind == "drawing":
        return str(record.board()).encode()
    return write_games([record] * (rng.randrange(1, 3) if kind in ("sgf", "rif") else 1), kind)


_CASES = {
    kind: [file.read_bytes() for file in sorted(FILES.glob(f"*.{kind}"))]
    for kind in ("sgf", "psq", "rec", "lib", "rif")
}


def _some_game(rules: Rules, rng: random.Random) -> GameRecord:
    board = Board(rules)
    for move in rng.sample(range(rules.points), rng.randrange(1, min(rules.points, 12))):
        if board.outcome is None:
            board.push(move)
    nodes = [
        Node(ply - 1, BLACK if ply % 2 == 0 else WHITE, move, rng.choice(("", "", "well", "王")))
        for ply, move in enumerate(board.moves)
    ]
    if rng.random() < 0.5:
        parent = rng.randrange(-1, len(nodes) - 1)
        color = BLACK if parent % 2 else WHITE
        nodes.append(Node(parent, color, rng.randrange(rules.points), "perhaps"))
    name = rng.choice(("Ada", "B[l]ack\\", "Иван 王五", ""))
    return GameRecord(rules, board.moves, board.outcome, name, "x", nodes=tuple(nodes))


def check(data: bytes, name: str) -> bool:
    """Whether something can be read; it may be refused only as promised, and must make sense.

    Raises:
        AssertionError: if it does not.
    """
    try:
        games = read_games(data, name)
    except RecordError as error:
        if not str(error).startswith(f"{name}: "):
            raise
        return False
    assert games
    for game in games[:5]:
        board = game.board()
        assert board.moves == game.moves
        over = board.outcome is not None and board.outcome.termination is not Termination.DEAD_DRAW
        assert not over or game.outcome is not None
        assert all(node.parent < index for index, node in enumerate(game.nodes))
        assert game.variations >= 0
        assert all(remark and "\n" not in remark for remark in game.remarks), game.remarks
        again = read_games(write_games([game], "sgf"))[0]
        assert (again.rules, again.moves, again.result) == (game.rules, game.moves, game.result)
        assert (again.black, again.white) == (game.black, game.white)
        assert again.board().cells.tolist() == board.cells.tolist()
        for kind in WRITTEN_KINDS:
            with suppress(RecordError):
                write_games([game], kind)
    return True


@dataclass(frozen=True)
class Options:
    """Try random and damaged inputs."""

    count: Annotated[int, tyro.conf.Positional]
    """How many, over all formats."""

    seed: int = 0


def main(write: Callable[[str], object] = sys.stdout.write) -> int:
    options = tyro.cli(Options, description=__doc__)
    tried: Counter[str] = Counter()
    read: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    slowest = (0.0, "", 0)
    for trial in range(options.count):
        kind = KINDS[trial % len(KINDS)]
        data = random_input(kind, random.Random(f"{options.seed} {trial}"))
        began = time.process_time()
        try:
            tried[kind] += 1
            read[kind] += check(data, f"x.{kind}")
        except Exception as error:
            failed[kind] += 1
            if failed[kind] <= 5:
                write(f"{kind}, seed {options.seed}, trial {trial}: {error!r}\n{data!r}\n")
        slowest = max(slowest, (time.process_time() - began, kind, trial))
    for kind in KINDS:
        write(
            f"{kind}: {tried[kind]} tried, {read[kind]} read, "
            f"{tried[kind] - read[kind] - failed[kind]} refused, {failed[kind]} failed\n"
        )
    write(f"slowest {slowest[0]:.2f} s: {slowest[1]}, trial {slowest[2]}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
