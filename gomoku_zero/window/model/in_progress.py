"""The game in progress: how it is stored, resumed, and kept from other windows."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from gomoku.opening_rules import (
    Decision,
    OpeningPhase,
    OpeningRule,
    Option,
    opening_rule_from_name,
)
from gomoku.record import GameRecord, RecordError
from gomoku.rules import Rules
from gomoku.storage import lock
from gomoku_zero.window.model.clock import TimeControl
from gomoku_zero.window.model.game import Game
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.saved_game import saved_game
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.setup import GameSetup
from gomoku_zero.window.model.tree import GameTree, TreeEntry

IN_PROGRESS = "in-progress.json"


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


def store_session(session: GameSession) -> bytes:
    """The content of the file that keeps a session's game."""
    setup = session.setup
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
    return msgspec.json.encode(stored)


def restore_session(content: bytes) -> Restored:
    """The game that the content of such a file keeps.

    Raises:
        ValueError, RecursionError: if it is damaged.
    """
    stored = msgspec.json.decode(content, type=_InProgress)
    rule = opening_rule_from_name(stored.opening)
    phase = OpeningPhase.from_text(stored.decided, rule, stored.rules)
    if stored.moves[: len(phase.moves)] != phase.moves:
        raise RecordError("the moves do not begin with the opening")
    if phase.turn is not None and len(stored.moves) > len(phase.moves):
        raise RecordError("there are moves after an opening that is not over")
    Position(stored.rules, stored.moves, stored.start).board()
    tree, line = _restored_tree(stored, rule)
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
        (*phase.decisions, *stored.moves[len(phase.moves) :]),
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
