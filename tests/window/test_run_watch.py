"""What the window reads of runs and matches: growing, resumed, damaged, half written, foreign."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gomoku.storage import lock
from gomoku_zero.arena.journal import Entry, Journal, stop_file
from gomoku_zero.commands.pit import main as pit
from gomoku_zero.runs.live import LIVE_FILE, Live, write_live
from gomoku_zero.training.run_folder import RunFolder
from gomoku_zero.window.lookout import Lookout
from gomoku_zero.window.model.match_watch import (
    MatchView,
    MatchWatcher,
    journal_name,
    pit_arguments,
)
from gomoku_zero.window.model.replay import SECONDS_A_STONE, SECONDS_AT_THE_END, Replay
from gomoku_zero.window.model.run_list import RunList, list_runs
from gomoku_zero.window.model.run_watch import MAX_POINTS, RunState, RunView, RunWatcher
from tests.window.runs import GAME, SIX, add_lines, make_journal, make_run, row_of

PLAYERS = ("greedy", "random")
TWO = b'[["a", ""], ["b", ""]]'


def test_a_run_at_a_glance(tmp_path: Path) -> None:
    view = RunWatcher(make_run(tmp_path / "six")).look()
    assert (view.name, view.problem, view.rules) == ("six", "", SIX)
    assert (view.cycle, view.games, view.positions, view.minutes) == (4, 400, 6000, 2.0)
    assert view.policy_loss == ((0.5, 3.0), (1.0, 1.5), (1.5, 1.0), (2.0, 0.75))
    assert [(each.minutes, each.elo) for each in view.elo] == [(1.0, 180.0), (2.0, 360.0)]
    assert view.anchor == "pure:100"
    assert {row.name for row in view.ladder} == {"cycle 2", "cycle 4", "greedy", "pure:100"}
    assert next(row.elo for row in view.ladder if row.name == "pure:100") == 0
    assert [name for name, _ in view.samples] == ["000004-2", "000004-1", "000003-2"]
    assert view.samples[0][1].moves == GAME[:6]
    assert view.state is RunState.STOPPED
    assert view.share_done == pytest.approx(2 / 5)


def test_a_run_that_goes_on_is_read_on(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    watcher = RunWatcher(run)
    watcher.look()
    add_lines(run / "metrics.jsonl", row_of(5, **{"alarm/short_games": 1}))
    with (run / "metrics.jsonl").open("ab") as stream:
        stream.write(b'{"cycle": 6, "run/min')  # half written
    view = watcher.look()
    assert (view.cycle, view.damaged, view.alarms) == (5, 0, ("short_games",))
    with (run / "metrics.jsonl").open("ab") as stream:
        stream.write(b'utes": 3}\n')
    assert watcher.look().cycle == 6


def test_a_run_that_was_resumed_forgets_what_did_not_count(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    watcher = RunWatcher(run)
    watcher.look()
    (run / "new").write_bytes(b"")
    add_lines(run / "new", row_of(1), row_of(2))
    (run / "new").replace(run / "metrics.jsonl")
    view = watcher.look()
    assert (view.cycle, len(view.policy_loss), view.elo) == (2, 2, ())


def test_who_is_at_it_and_what_it_does(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    watcher = RunWatcher(run)
    with RunFolder(run).locked():
        assert watcher.look().state is RunState.PLAYING
        write_live(run, Live(doing="match", opponent="greedy", pair=1, pairs=4))
        assert watcher.look().state is RunState.MATCH
        (run / LIVE_FILE).unlink()  # as of an earlier version
        assert watcher.look().state is RunState.TRAINING
    assert watcher.look().state is RunState.STOPPED
    write_live(run, Live(doing="over", cycle=4))
    assert watcher.look().state is RunState.OVER


def test_a_run_that_has_only_begun(tmp_path: Path) -> None:
    run = tmp_path / "young"
    with RunFolder(run).locked():
        write_live(run, Live())
        view = RunWatcher(run).look()
    assert (view.problem, view.settings, view.state) == ("", None, RunState.PREPARING)


def damage_metrics(run: Path) -> None:
    lines = (run / "metrics.jsonl").read_bytes().splitlines()
    lines[1] = b"\xff\x00garbage"
    lines[2] = b'{"cycle": "three"}'
    (run / "metrics.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def damage_ladder(run: Path) -> None:
    (run / "ladder.jsonl").write_bytes(b'{"cycle": 2, "result": null}\n[[[[\n')


@pytest.mark.parametrize(
    ("damage", "key", "lines"),
    [
        (damage_metrics, "", 2),
        (damage_ladder, "", 2),
        (lambda run: (run / "config.json").write_text("{"), "run_settings_damaged", 0),
        (lambda run: (run / "config.json").unlink(), "", 0),
        (lambda run: (run / "games/000004-2.sgf").write_bytes(b"(;GM[4"), "", 0),
        (lambda run: (run / "games/000004-2.sgf").write_bytes(b"(" * 9000), "", 0),
        (lambda run: (run / LIVE_FILE).write_bytes(b"null"), "", 0),
        (lambda run: (run / "metrics.jsonl").unlink(), "", 0),
        (lambda run: (run / "ladder.jsonl").unlink(), "", 0),
    ],
)
def test_what_is_damaged_is_said_and_the_rest_is_shown(
    tmp_path: Path, damage: Callable[[Path], object], key: str, lines: int
) -> None:
    run = make_run(tmp_path / "six")
    damage(run)
    view = RunWatcher(run).look()
    assert (view.problem, view.damaged) == (key, lines)
    assert view.samples
    assert view.name == "six"


def test_what_is_no_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").touch()
    for name, key in (("gone", "run_missing"), ("file", "run_no_folder"), ("notes", "run_foreign")):
        assert RunWatcher(tmp_path / name).look().problem == key


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    (run / "metrics.jsonl").chmod(0)
    assert RunWatcher(run).look().problem == "run_unreadable"


def test_long_runs_have_curves_of_few_points(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    add_lines(run / "metrics.jsonl", *(row_of(cycle) for cycle in range(5, 3000)))
    view = RunWatcher(run).look()
    assert len(view.policy_loss) <= MAX_POINTS
    assert view.policy_loss[-1] == (2999 / 2, 3 / 2999)


def test_numbers_that_cannot_be_drawn_are_left_out(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    with (run / "metrics.jsonl").open("ab") as stream:
        stream.write(b'{"cycle": 5, "run/minutes": 3, "loss/policy": "x", "loss/value": 1e300}\n')
        stream.write(b'{"cycle": 6, "run/minutes": null, "ladder/elo": true, "run/games": -3}\n')
    view = RunWatcher(run).look()
    assert (len(view.policy_loss), len(view.value_loss), len(view.elo)) == (4, 4, 2)


# Matches


def test_a_match_grows(tmp_path: Path) -> None:
    file = tmp_path / journal_name("2026-11-28 22.10.31", 10)
    make_journal(file, [True, True, False], PLAYERS)
    watcher = MatchWatcher(file)
    view = watcher.look()
    (table,) = view.tables
    assert (table.first, table.second, table.pairs) == (*PLAYERS, 3)
    assert (table.games.wins, table.games.losses) == (4, 2)
    assert table.as_black.wins == 2
    assert table.low < table.elo < table.high
    assert (view.pairs, view.asked, view.is_running, view.can_resume) == (3, 10, False, True)
    make_journal(tmp_path / "more", [True] * 10, PLAYERS)
    with file.open("ab") as stream:
        assert lock(stream)
        stream.write(b"\n".join((tmp_path / "more").read_bytes().split(b"\n")[4:]))
        stream.flush()
        view = watcher.look()
        assert view.is_running
    assert (view.pairs, view.tables[0].games.wins) == (10, 18)
    assert watcher.look().is_over
    assert not watcher.look().can_resume


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b"not a journal\n", "match_foreign"),
        (
            b'{"format": 99, "settings": {"players": [["a",""],["b",""]], "rules": [6,4,0]}}\n',
            "match_foreign",
        ),
        (
            b'{"format": 1, "settings": {"players": [["a",""],["b",""]], "rules": [99,4,0]}}\n',
            "match_foreign",
        ),
        (
            b'{"format": 1, "settings": {"players": [["a",""]], "rules": [6,4,0]}}\n',
            "match_foreign",
        ),
        (b'{"format": 1, "set', ""),
    ],
)
def test_what_is_no_journal_says_so(tmp_path: Path, text: bytes, key: str) -> None:
    file = tmp_path / "match.jsonl"
    file.write_bytes(text)
    assert MatchWatcher(file).look().problem == key


def test_damaged_pairs_are_counted_and_left_out(tmp_path: Path) -> None:
    file = make_journal(tmp_path / "match.jsonl", [True, False], PLAYERS)
    lines = file.read_bytes().splitlines()
    lines[1] = lines[1].replace(b'"b":1', b'"b":7')
    file.write_bytes(b"\n".join([*lines, b"{}"]) + b"\n")
    view = MatchWatcher(file).look()
    assert (view.problem, view.pairs, view.damaged) == ("", 1, 2)
    assert MatchWatcher(tmp_path / "gone.jsonl").look().problem == "match_missing"


def test_a_match_that_is_asked_to_stop_ends_after_a_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.jsonl"
    words = ["greedy", "random", "--size", "6", "--win-length", "4", "--journal", str(file)]
    append = Journal.append

    def ask(journal: Journal, entry: Entry) -> None:
        append(journal, entry)
        stop_file(file).touch()

    monkeypatch.setattr(Journal, "append", ask)
    assert pit([*words, "--pairs", "5"]) == 130
    assert MatchWatcher(file).look().pairs == 1
    monkeypatch.setattr(Journal, "append", append)
    assert pit([*words, "--pairs", "5", "--resume"]) == 0  # who asked before is not heard again
    assert MatchWatcher(file).look().pairs == 5


def test_a_match_goes_on_by_what_its_journal_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "a 3 pairs.jsonl"
    words = ["greedy", "random", "--size", "6", "--win-length", "4", "--seed", "3"]
    assert pit([*words, "--pairs", "2", "--journal", str(file)]) == 0
    watcher = MatchWatcher(file)
    view = watcher.look()
    assert (view.pairs, view.asked) == (2, 3)
    assert view.settings is not None
    assert pit(pit_arguments(view.settings, file, view.asked)) == 0
    view = watcher.look()
    assert (view.pairs, view.is_over) == (3, True)
    assert "3 pairs on 6x6 freestyle" in capsys.readouterr().out


# Lists, replays and the thread


def test_runs_and_matches_are_listed(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    (make_run(tmp_path / "torn") / "config.json").write_text("{")
    (tmp_path / "notes").mkdir()
    match = make_journal(tmp_path / "matches" / "a.jsonl", [True], PLAYERS)
    (tmp_path / "matches" / "other.jsonl").write_text("{}\n")
    with RunFolder(run).locked():
        found = list_runs([tmp_path, tmp_path / "gone"])
    entries = {each.folder.name: each for each in found.runs}
    assert set(entries) == {"six", "torn"}
    assert (entries["six"].rules, entries["six"].is_training, entries["six"].budget) == (
        SIX,
        True,
        5,
    )
    assert entries["torn"].rules is None
    assert [(each.file, each.players) for each in found.matches] == [(match, PLAYERS)]


def test_a_replay_shows_every_game_and_newer_ones_first(tmp_path: Path) -> None:
    view = RunWatcher(make_run(tmp_path / "six")).look()
    games = list(view.samples)
    replay, shown = Replay(), list[str]()
    replay.advance(0.1, games)
    assert (replay.ply, replay.last_move) == (2, GAME[1])  # its opening is there at once
    for _ in range(3):
        shown.append(replay.name)
        assert replay.game is not None
        while replay.ply < len(replay.game.moves):
            replay.advance(SECONDS_A_STONE, games)
        assert sum(map(abs, replay.cells())) == len(replay.game.moves)
        replay.advance(SECONDS_AT_THE_END, games)
    assert shown == [name for name, _ in games]
    newer = ("000005-1", games[0][1])
    while replay.name != newer[0]:
        replay.advance(SECONDS_AT_THE_END, [newer, *games])
    assert replay.cells()[GAME[0]] == 1
    assert replay.cells()[GAME[1]] == -1


def wait_for(lookout: Lookout, path: Path | None, is_seen: Callable[[object], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_seen(lookout.view(path)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_lookout_reads_what_is_wanted_and_no_more(tmp_path: Path) -> None:
    run = make_run(tmp_path / "six")
    match = make_journal(tmp_path / "matches" / "a.jsonl", [True], PLAYERS)
    lookout = Lookout([tmp_path])
    try:
        lookout.want(run)
        wait_for(lookout, run, lambda view: isinstance(view, RunView) and view.cycle == 4)
        assert lookout.view(None) is None
        lookout.want(match)
        wait_for(lookout, match, lambda view: isinstance(view, MatchView) and view.pairs == 1)
        lookout.want(None)
        wait_for(lookout, None, lambda view: isinstance(view, RunList) and len(view.runs) == 1)
        lookout.want(run)
        wait_for(lookout, run, lambda view: isinstance(view, RunView) and view.cycle == 4)
        lookout.rest()
        add_lines(run / "metrics.jsonl", row_of(5))
        time.sleep(0.8)
        seen = lookout.view(run)
        assert isinstance(seen, RunView)
        assert seen.cycle == 4
    finally:
        lookout.close()


def test_a_disk_that_does_not_answer_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = Path(tmp_path / "six")

    def look(watcher: RunWatcher) -> RunView:
        time.sleep(30)
        return RunView(watcher.folder)

    monkeypatch.setattr(RunWatcher, "look", look)
    lookout = Lookout([tmp_path])
    began = time.monotonic()
    lookout.want(hangs)
    time.sleep(0.1)
    lookout.want(None)
    assert lookout.view(hangs) is None
    lookout.close()
    assert time.monotonic() - began < 5


def test_a_look_that_breaks_is_a_problem_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "six")
    look = RunWatcher.look
    monkeypatch.setattr(RunWatcher, "look", lambda self: 1 / 0)
    lookout = Lookout([tmp_path])
    try:
        lookout.want(run)
        wait_for(lookout, run, lambda view: isinstance(view, RunView) and bool(view.problem))
        monkeypatch.setattr(RunWatcher, "look", look)
        lookout.want(None)
        wait_for(lookout, None, lambda view: isinstance(view, RunList))
    finally:
        lookout.close()
