"""Engines that play, stall, lie and crash: each loses what it should, and nothing hangs."""

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from gomoku.board import Board, Termination
from gomoku.opening_rules import OpeningRule, Option, Seat
from gomoku.rules import Rules
from gomoku_zero.arena.match import MatchResult, play_match
from gomoku_zero.players.baselines import RandomPlayer
from gomoku_zero.players.engine import (
    EngineError,
    EnginePlayer,
    command_of,
    words_of_command,
)
from gomoku_zero.players.engine_process import EngineFailure, EngineProcess, Fault
from gomoku_zero.players.spec import SpecError, make_player
from mcts.player import Choice, Limit, PlayerFailure

FAKE = Path(__file__).with_name("fake_engine.py")
RULES = Rules(9)


def fake(mode: str, seconds: float = 0.1) -> EnginePlayer:
    return EnginePlayer(
        mode,
        [sys.executable, "-S", "-E", str(FAKE), mode],
        seconds=seconds,
        start_seconds=0.2 if mode in ("mute", "flooding") else 10,
        tolerance_seconds=0.1
        if mode in ("slow", "silent", "garbage", "flood", "knows no swap2")
        else 10,
    )


def match(mode: str, pairs: int = 1) -> MatchResult:
    engine = fake(mode)
    try:
        openings = [(40, 41), (40, 30), (30, 31)][:pairs]
        return play_match(engine, RandomPlayer(seed=0), RULES, openings, games_at_once=1)
    finally:
        engine.close()


def test_an_engine_plays_whole_games() -> None:
    result = match("good", pairs=2)
    assert result.failures("good") == []
    for record in result.records:
        assert record.outcome is not None
        assert record.outcome.termination is Termination.LINE
        assert record.board().outcome == record.outcome


def test_an_engine_that_talks_a_lot_is_understood_and_the_nonsense_is_kept() -> None:
    engine = fake("chatty")
    result = play_match(engine, RandomPlayer(seed=0), RULES, [(40, 41)], games_at_once=1)
    engine.close()
    assert result.failures("chatty") == []
    # Comments are fine; other lines, and a second move, answer nothing we asked.
    assert set(engine.unexpected) == {"what is this?", "8,8"}


def test_a_correct_engine_says_nothing_unexpected() -> None:
    engine = fake("good")
    play_match(engine, RandomPlayer(seed=0), RULES, [(40, 41)], games_at_once=1)
    engine.close()
    assert engine.unexpected == []


def test_an_engine_that_never_reads_cannot_make_us_wait() -> None:
    engine = fake("deaf")
    board = Board.from_moves(RULES, range(0, 60, 3))
    # Far more than a pipe holds; nothing continues the last position, so all of it is sent anew.
    assert len(engine.choose_moves([board] * 400, Limit(seconds=0.1))) == 400
    engine.close()


@pytest.mark.parametrize(
    ("mode", "termination", "reason"),
    [
        ("crash", Termination.CRASH, "ended with exit code 3"),
        ("dead", Termination.CRASH, "ended"),
        ("refuses", Termination.CRASH, "answered START with 'ERROR unsupported size'"),
        ("mute", Termination.TIME, "gave no answer in 0.2 s to OK to START"),
        ("silent", Termination.TIME, "gave no answer in 0.2 s to a move"),
        ("slow", Termination.TIME, "gave no answer in 0.2 s to a move"),
        ("garbage", Termination.TIME, "last said 'ERROR I do not know'"),
        ("flood", Termination.TIME, "gave no answer"),
        ("flooding", Termination.TIME, "gave no answer in 0.2 s to OK to START"),
        ("occupied", Termination.ILLEGAL_MOVE, "which is occupied"),
        ("outside", Termination.ILLEGAL_MOVE, "played 9,0, outside the board"),
    ],
)
def test_a_bad_engine_loses_every_game_with_the_reason(
    mode: str, termination: Termination, reason: str
) -> None:
    result = match(mode)
    assert result.games.losses == 2
    for record in result.failures(mode):
        assert record.outcome is not None
        assert record.outcome.termination is termination
        assert reason in record.reason
    assert len(result.failures(mode)) == 2


@pytest.mark.parametrize(
    ("mode", "fault", "words", "exit_code"),
    [
        ("crash", Fault.ENDED, "", 3),
        ("refuses", Fault.REFUSED, "ERROR unsupported size", None),
        ("silent", Fault.SILENT, "", None),
        ("garbage", Fault.UNREADABLE, "ERROR I do not know", None),
        ("outside", Fault.ILLEGAL, "9,0", None),
    ],
)
def test_a_failure_tells_its_kind_and_the_words_of_the_engine_apart(
    mode: str, fault: Fault, words: str, exit_code: int | None
) -> None:
    engine = fake(mode)
    with pytest.raises(EngineFailure) as caught:
        engine.choose_moves([Board.from_moves(RULES, (40, 41, 30, 31))], Limit())
    engine.close()
    failure = caught.value
    assert (failure.fault, failure.words, failure.exit_code) == (fault, words, exit_code)


def test_a_program_that_the_system_does_not_start_is_told_of_in_its_words(tmp_path: Path) -> None:
    program = tmp_path / "engine"
    program.write_bytes(b"no program")
    program.chmod(0o755)
    with pytest.raises(EngineFailure) as caught:
        EnginePlayer("engine", [str(program)]).choose_moves([Board(RULES)], Limit())
    assert caught.value.fault is Fault.NOT_STARTED
    assert caught.value.words


def swap2_match(mode: str, opening_rule: OpeningRule = OpeningRule.SWAP2) -> MatchResult:
    engine = fake(mode)
    try:
        return play_match(
            engine,
            ValuingPlayer(),
            RULES,
            [()],
            games_at_once=1,
            opening_rule=opening_rule,
        )
    finally:
        engine.close()


class ValuingPlayer(RandomPlayer):
    """Finds every position even, but for those with a stone in the corner, which lose."""

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        moves = super().choose_moves(boards, limit)
        values = [-0.5 if board.cells[0] else 0.0 for board in boards]
        return [Choice(choice.move, value) for choice, value in zip(moves, values, strict=True)]


def test_an_engine_negotiates_by_swap2board() -> None:
    result = swap2_match("good")
    assert result.failures("good") == []
    first, second = (game.opening_phase for game in result.records)
    assert first is not None
    assert second is not None
    # It puts the first three points, which the other finds good for Black.
    assert first.to_text() == "a9 b9 c9 black"
    # Then it stays with White, and its first move is the one it has said.
    assert second.options == ((Seat.SECOND, Option.WHITE),)
    assert (result.records[1].white, result.records[1].moves[3]) == ("good", 0)


def test_an_engine_that_swaps_is_black() -> None:
    game = swap2_match("swaps").records[1]
    assert game.opening_phase is not None
    assert game.opening_phase.options == ((Seat.SECOND, Option.BLACK),)
    assert game.black == "swaps"


def test_an_engine_may_put_two_more_stones() -> None:
    game = swap2_match("puts two").records[1]
    assert game.opening_phase is not None
    (who, option), (other, color) = game.opening_phase.options
    assert (who, option, other) == (Seat.SECOND, Option.PUT_TWO, Seat.FIRST)
    assert color is Option.WHITE
    assert (game.white, game.black) == ("random", "puts two")


@pytest.mark.parametrize(
    ("mode", "seat", "termination", "reason"),
    [
        ("offers two", 0, Termination.ILLEGAL_MOVE, "offered '0,0 1,0', which is not three points"),
        ("swaps nothing", 0, Termination.ILLEGAL_MOVE, "black is not an answer now"),
        ("offers outside", 0, Termination.ILLEGAL_MOVE, "played 9,3, outside the board"),
        ("puts on stones", 1, Termination.ILLEGAL_MOVE, "is occupied"),
        ("knows no swap2", 0, Termination.TIME, "last said 'UNKNOWN command'"),
        ("knows no swap2", 1, Termination.TIME, "to a decision in swap2"),
    ],
)
def test_an_engine_that_cannot_negotiate_loses_with_the_reason(
    mode: str, seat: int, termination: Termination, reason: str
) -> None:
    result = swap2_match(mode)
    game = result.records[seat]
    assert game in result.failures(mode)
    assert game.outcome is not None
    assert game.outcome.termination is termination
    assert reason in game.reason


def test_engines_cannot_be_asked_for_other_opening_rules() -> None:
    game = swap2_match("good", OpeningRule.SWAP).records[0]
    assert "engines cannot be asked for swap, only for swap2" in game.reason


def test_after_a_crash_the_next_game_gets_a_fresh_process() -> None:
    # Every process crashes in its first game, so all four games are lost that way.
    result = match("crash once", pairs=2)
    assert len(result.failures("crash once")) == 4


def test_an_engine_that_ignores_end_is_killed() -> None:
    engine = fake("immortal")
    engine.choose_moves([Board(RULES)], Limit())
    before = time.monotonic()
    engine.close()
    assert time.monotonic() - before < 5


def test_a_call_can_be_ended_from_another_thread_and_with_it_the_process() -> None:
    engine = EnginePlayer("slow", [sys.executable, "-S", "-E", str(FAKE), "slow"], seconds=20)
    timer = threading.Timer(1.0, engine.interrupt)
    timer.start()
    before = time.monotonic()
    with pytest.raises(PlayerFailure):
        engine.choose_moves([Board(RULES)], Limit())
    assert time.monotonic() - before < 10
    timer.join()
    with pytest.raises(PlayerFailure, match="was interrupted"):
        engine.choose_moves([Board(RULES)], Limit())
    engine.close()


@pytest.mark.parametrize(
    ("own", "limit", "told"), [(1.0, 24.0, 1000), (30.0, 2.0, 2000), (None, 2.0, 2000)]
)
def test_the_smaller_of_two_times_is_what_an_engine_is_told(
    own: float | None, limit: float, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(EngineProcess, "tell", lambda process, line: said.append(line))
    monkeypatch.setattr(
        EngineProcess,
        "wait_for",
        lambda process, pattern, *rest: "OK" if "OK" in pattern.pattern else "4,4",
    )
    engine = EnginePlayer("told", [sys.executable, "-S", "-E", str(FAKE), "good"], seconds=own)
    engine.choose_moves([Board(RULES)], Limit(seconds=limit))
    assert f"INFO timeout_turn {told}" in said
    monkeypatch.undo()
    engine.close()


def test_an_engine_is_told_positions_that_are_no_continuation() -> None:
    engine = fake("good")
    first, other = Board.from_moves(RULES, [40, 0, 41]), Board.from_moves(RULES, [1, 0])
    drawn = Board.from_text("xo...\no.x..\n.....\n.....\n.....")
    choices = engine.choose_moves([first, other, drawn, Board(RULES)], Limit(seconds=0.1))
    engine.close()
    assert choices == [Choice(1), Choice(2), Choice(2), Choice(0)]


def test_engines_play_five_in_a_row_only() -> None:
    with pytest.raises(EngineError, match="five in a row, and not 6x6 freestyle, 4 in a row"):
        fake("good").choose_moves([Board(Rules(6, 4))], Limit())


def test_specs_of_engines(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="is not a program to run"):
        make_player(f"engine:{tmp_path}/missing")
    with pytest.raises(SpecError, match="is not a program to run"):
        make_player(f"engine:{sys.executable}@{'9' * 400}")
    with pytest.raises(SpecError, match="cannot play"):
        make_player('engine:"unclosed')
    player = make_player(f"engine:{sys.executable} -S -E {FAKE} good@0.5")
    assert player.choose_moves([Board(RULES)], Limit()) == [Choice(0)]
    player.close()


def test_a_command_is_a_path_or_a_line_with_arguments(tmp_path: Path) -> None:
    program = tmp_path / "my engine"
    program.write_text("")
    assert command_of(str(program)) == [str(program)]
    assert command_of("python -m gomoku_zero.brain.process") == [
        "python",
        "-m",
        "gomoku_zero.brain.process",
    ]


def test_a_long_command_line_is_no_path() -> None:
    line = ["python", "-c", "pass", *["x" * 50] * 20]
    assert command_of(" ".join(line)) == line


def test_quotes_around_a_program_go_on_windows_and_backslashes_stay() -> None:
    line = r""" "C:\My Engines\one.exe" -q 'a b' C:\x """
    words = [r"C:\My Engines\one.exe", "-q", "a b", r"C:\x"]
    assert words_of_command(line, is_windows=True) == words
    assert words_of_command("'/my engines/one' -q", is_windows=False) == ["/my engines/one", "-q"]
    with pytest.raises(ValueError, match="quotation"):
        words_of_command('"unclosed', is_windows=True)
