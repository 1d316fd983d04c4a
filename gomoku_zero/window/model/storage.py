"""Games on disk: saved ones, and the one in progress."""

import itertools
import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from gomoku.formats import READ_KINDS, read_games
from gomoku.formats.psq import game_to_psq
from gomoku.formats.sgf import game_to_sgf
from gomoku.opening_rules import (
    Decision,
    OpeningPhase,
    OpeningRule,
    Option,
    Seat,
    opening_rule_from_name,
)
from gomoku.record import GameRecord, Node, RecordError
from gomoku.rules import BLACK, Color, Rules
from gomoku.storage import lock, write_whole
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.game import Game
from gomoku_zero.window.model.line import GameLine
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import set_aside
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.tree import GameTree, TreeEntry

UNFINISHED = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9.]{8})(?: .*)? unfinished(?: ([0-9]+))?\.sgf"
)
"""Names of games that were not played to the end."""
TIME_FORMAT = "%Y-%m-%d %H.%M.%S"  # in names of files
IN_PROGRESS = "in-progress.json"
MAX_FILE = 8_000_000  # bytes; a game with comments at every move has a million


class _InProgress(msgspec.Struct, frozen=True):
    """The game in progress as it is stored.

    moves: all stones, those of the opening included.
    shown: how many of the moves and choices were shown.
    black, white: with an opening rule, who sat down first and second.
    helped: whether the human had help, after which the game is not rated.
    times: seconds the first and the second player had left at every place; empty without a clock.
    opening: the rule. decided: the opening's decisions in words.
    place: where the game goes on; None at its end.
    tree: all lines, if there are several or comments: depth, decision and comment of each place.
    comment: of the start.
    line: the side line that was shown, from the start on; empty for the game itself.
    studied: see `GameSession.is_studied`.
    seconds: how long both think about a move.
    source: the record that the game was read from.
    """

    rules: Rules
    moves: tuple[int, ...]
    shown: int
    black: str
    white: str
    start: str
    time: TimeControl
    adaptive: bool = False
    names: tuple[str, str] = ("", "")
    helped: bool = False
    times: tuple[tuple[float, float], ...] = ()
    opening: str = OpeningRule.FREE.value
    decided: str = ""
    place: int | None = None
    tree: tuple[tuple[int, int | str, str], ...] = ()
    comment: str = ""
    line: tuple[int | str, ...] = ()
    studied: bool = False
    seconds: tuple[float, float] = (0.0, 0.0)
    source: GameRecord | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """A game in progress that was found.

    decisions: its moves, and the choices of its opening.
    shown: how many of them were shown.
    helped: whether the human had help in it.
    times: seconds the first and the second player had left at every place; empty if unknown.
    place: how many of the decisions were made where it goes on; None for all.
    tree: all lines of it. line: the side line that was shown; empty for the game itself.
    is_studied: see `GameSession.is_studied`.
    """

    setup: GameSetup
    decisions: tuple[Decision, ...]
    shown: int
    helped: bool = False
    times: tuple[tuple[float, float], ...] = ()
    place: int | None = None
    tree: GameTree = field(default_factory=GameTree)
    line: tuple[Decision, ...] = ()
    is_studied: bool = False

    @property
    def game(self) -> GameRecord:
        """The game as it is saved."""
        return saved_game(self.setup, self.decisions)


def claim_in_progress(folder: Path) -> tuple[Path, BinaryIO]:
    """A file for the game in progress that no other window uses, and the lock that says so.

    The file holds the game that was left last of those that no window has; else there is none yet.
    The lock is to be closed when the window is, and ends with its process.

    Raises:
        OSError: if the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = sorted(folder.glob("in-progress*.json"), key=_modified, reverse=True)
    others = (folder / f"in-progress-{number}.json" for number in itertools.count(2))
    for file in itertools.chain(left, (folder / IN_PROGRESS,), others):
        stream = file.with_suffix(".lock").open("ab")
        if lock(stream):
            return file, stream
        stream.close()
    raise AssertionError("numbers never end")


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # another window has just finished its game
        return 0.0


class GameFileError(RecordError):
    """A file that no game can be read from.

    key: names the message in the language files. file: its name. reason: in English.
    """

    def __init__(self, key: str, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.key = key
        self.file = file
        self.reason = reason


class GameFiles:
    """The folder with the user's games."""

    def __init__(self, folder: Path, in_progress: Path | None = None) -> None:
        """
        in_progress: the file of the game in progress, as `claim_in_progress` gives it; the usual
            one for None.
        """
        self.folder = folder
        self.in_progress = in_progress or folder / IN_PROGRESS

    def saved(self) -> list[Path]:
        """Saved games, the newest first."""
        files = [file for kind in READ_KINDS for file in self.folder.glob(f"*.{kind}")]
        return sorted(files, key=lambda file: file.name, reverse=True)

    def save(self, game: GameRecord, kind: str = "sgf") -> Path:
        """Write a game under a name made of the time and the players.

        Raises:
            OSError: if that is impossible.
            RecordError: if the format cannot hold the game.
        """
        text = game_to_psq(game) if kind == "psq" else game_to_sgf(game)
        return self._write_named(game, text, kind)

    def save_page(self, game: GameRecord, page: str) -> Path:
        """Write a web page about a game beside the games.

        Raises:
            OSError: if that is impossible.
        """
        return self._write_named(game, page, "html")

    def _write_named(self, game: GameRecord, text: str, kind: str) -> Path:
        names = "-".join(_plain(name) for name in (game.black, game.white))
        file = self.folder / f"{time.strftime(TIME_FORMAT)} {names}.{kind}"
        self._write(file, text.encode())
        return file

    def keep_finished(self, game: GameRecord, file: Path | None = None) -> Path:
        """Keep a game that is over, named by date, players, size and result.

        file: where it was kept before, to be written anew.

        Raises:
            OSError: if that is impossible.
        """
        file = file or self._new_file(game, _result_in_name(game))
        self._write(file, game_to_sgf(game).encode())
        return file

    def keep_unfinished(self, game: GameRecord) -> Path:
        """Keep a game that another is about to take the place of.

        Raises:
            OSError: if that is impossible.
        """
        file = self._new_file(game, "unfinished")
        self._write(file, game_to_sgf(game).encode())
        return file

    def _new_file(self, game: GameRecord, ending: str) -> Path:
        """A name by time, players, size and how it ended that no file has."""
        players = f"{_plain(game.black)}-{_plain(game.white)}"
        size = f"{game.rules.size}x{game.rules.size}"
        stem = f"{time.strftime(TIME_FORMAT)} {players} {size} {ending}"
        for number in itertools.count(1):
            file = self.folder / (f"{stem} {number}.sgf" if number > 1 else f"{stem}.sgf")
            if not file.exists():
                return file
        raise AssertionError("numbers never end")

    def unfinished(self) -> list[Path]:
        """Games that others took the place of, the last first."""
        return [file for _, _, file in self._unfinished()]

    def _unfinished(self) -> list[tuple[str, int, Path]]:
        """The same with the time and the number in each name."""
        found = []
        for file in self.folder.glob("* unfinished*.sgf"):
            name = UNFINISHED.fullmatch(file.name)
            if name is not None:
                found.append((name[1], int(name[2] or 1), file))
        return sorted(found, reverse=True)

    def load(self, file: Path) -> GameRecord:
        """The first game of a file.

        Raises:
            GameFileError: if the file cannot be read or holds no game.
        """
        return self.load_all(file)[0]

    def load_all(self, file: Path) -> list[GameRecord]:
        """The games of a file, at least one; a large one takes seconds.

        Raises:
            GameFileError: if the file cannot be read or holds no game.
        """
        try:
            if file.stat().st_size > MAX_FILE:
                raise GameFileError("file_too_large", file.name, "it is too large for a game")
            data = file.read_bytes()
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
            raise GameFileError("file_unreadable", file.name, reason) from error
        try:
            return read_games(data, file.name)
        except RecordError as error:
            reason = str(error).removeprefix(f"{file.name}: ")
            raise GameFileError("file_without_game", file.name, reason) from error

    def store(self, session: GameSession) -> None:
        """Keep the game in progress, or forget it once it is over.

        Raises:
            OSError: if that is impossible.
        """
        setup = session.setup
        if session.result is not None or not session.decisions:
            self.in_progress.unlink(missing_ok=True)
            return
        stored = _InProgress(
            setup.rules,
            session.moves,
            session.index,
            setup.black,
            setup.white,
            setup.start,
            setup.time,
            adaptive=setup.adaptive,
            names=setup.names,
            helped=session.is_helped,
            times=session.times if setup.time.is_limited else (),
            opening=setup.opening.value,
            decided=session.opening.to_text(),
            place=session.place,
            tree=_stored_tree(session),
            comment=session.tree.comment(()),
            line=tuple(map(_stored, session.line)) if session.is_aside else (),
            studied=session.is_studied,
            seconds=setup.seconds,
            source=session.tree.source,
        )
        self._write(self.in_progress, msgspec.json.encode(stored))

    def _write(self, file: Path, content: bytes) -> None:
        """
        Raises:
            OSError: if that is impossible.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)

    def restore(self) -> Restored | None:
        """The game in progress, or None if there is none.

        Raises:
            RecordError: if the file is damaged, naming the file that keeps what is left of it.
        """
        try:
            stored = msgspec.json.decode(self.in_progress.read_bytes(), type=_InProgress)
            rule = opening_rule_from_name(stored.opening)
            phase = OpeningPhase.from_text(stored.decided, rule, stored.rules)
            if stored.moves[: len(phase.moves)] != phase.moves:
                raise RecordError("the moves do not begin with the opening")
            if phase.turn is not None and len(stored.moves) > len(phase.moves):
                raise RecordError("there are moves after an opening that is not over")
            Position(stored.rules, stored.moves, stored.start).board()
            decisions = (*phase.decisions, *stored.moves[len(phase.moves) :])
            tree, line = _restored_tree(stored, rule)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:  # brackets within brackets, too
            raise RecordError(str(set_aside(self.in_progress))) from error
        setup = GameSetup(
            stored.rules,
            stored.black,
            stored.white,
            stored.time,
            stored.start,
            adaptive=stored.adaptive,
            names=stored.names,
            opening=rule,
            seconds=stored.seconds,
        )
        return Restored(
            setup,
            decisions,
            stored.shown,
            stored.helped,
            stored.times,
            stored.place,
            tree,
            line,
            stored.studied,
        )


def _stored(decision: Decision) -> int | str:
    return decision.value if isinstance(decision, Option) else decision


def _decided(stored: int | str) -> Decision:
    return Option(stored) if isinstance(stored, str) else stored


def _stored_tree(session: GameSession) -> tuple[tuple[int, int | str, str], ...]:
    """The lines of a game that has more than its moves."""
    if session.tree.is_only(session.decisions):
        return ()
    entries = session.tree.entries(session.decisions)
    return tuple((each.depth, _stored(each.decision), each.comment) for each in entries)


def _restored_tree(stored: _InProgress, rule: OpeningRule) -> tuple[GameTree, tuple[Decision, ...]]:
    """All lines, and the side line that was shown.

    Raises:
        ValueError: if there is a line that cannot be played.
    """
    entries = [
        TreeEntry(depth, _decided(decision), comment) for depth, decision, comment in stored.tree
    ]
    tree = GameTree(entries, stored.comment)
    tree.source = stored.source
    line = tuple(map(_decided, stored.line))
    for path in (*tree.paths(), line):
        Game(GameSetup(stored.rules, start=stored.start, opening=rule), path)
    return tree, line if line and tree.has(line) else ()


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


def _result_in_name(record: GameRecord) -> str:
    outcome = record.outcome
    if outcome is None or outcome.winner is None:
        return "draw" if outcome is not None else "unfinished"
    return "B+" if outcome.winner is BLACK else "W+"


def _plain(name: str) -> str:
    """A name as a part of a file name."""
    kept = "".join(character for character in name if character.isalnum() or character in " ._")
    return kept.strip()[:40] or "unnamed"
