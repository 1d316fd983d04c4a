"""Engines as they come: from their own folder, in odd words, flooding, failing, and left behind."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gomoku.board import Board
from gomoku.rules import Rules
from gomoku_zero.commands import pit
from gomoku_zero.players.engine import EnginePlayer, command_of
from gomoku_zero.players.engine_process import EngineFailure, folder_of
from gomoku_zero.players.spec import Engine, parse_spec
from mcts.player import Limit, UnusablePlayerError

ROOT = Path(__file__).resolve().parents[2]
FREE = Board(Rules(15))

Write = Callable[..., Path]


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """Writes an engine in Python: `moves` answers BEGIN, TURN and BOARD...DONE."""

    def write(moves: str, name: str = "pbrain-own", before: str = "") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"""\
            #!{sys.executable}
            import os, sys, time
            {before}
            played = 0
            for line in sys.stdin:
                word = line.split()[0].upper() if line.split() else ""
                if word == "START": print("OK", flush=True)
                if word in ("BEGIN", "TURN", "DONE"):
                    point = f"{{played % 15}},{{14 - played // 15}}"
                    played += 1
                    {moves}
                    sys.stdout.flush()
                if word == "END": break
            """
        file.write_text(textwrap.dedent(text))
        file.chmod(0o755)
        return file

    return write


def first_move(player: EnginePlayer) -> tuple[int, int]:
    try:
        [choice] = player.choose_moves([FREE], Limit())
    finally:
        player.close()
    return choice.move % 15, choice.move // 15


# Its own folder --------------------------------------------------------------------------------

READS_A_FILE = "open('config.txt').close()"


@pytest.mark.parametrize("form", ["{path}", "{python} '{path}'", "{python} -u '{path}' fast"])
def test_an_engine_runs_in_its_own_folder(
    form: str, script: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = script("print(point)", "my engines/pbrain-own", READS_A_FILE)
    (file.parent / "config.txt").touch()
    monkeypatch.chdir("/")
    command = form.format(path=file, python=sys.executable)
    assert first_move(EnginePlayer("own", command_of(command))) == (0, 14)


def test_relative_paths_of_scripts_stay_right(
    script: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = script("print(point)", "engines/own.py", READS_A_FILE)
    (file.parent / "config.txt").touch()
    monkeypatch.chdir(tmp_path)
    for command in (f"{sys.executable} engines/own.py", "./engines/own.py"):
        assert first_move(EnginePlayer("own", command_of(command))) == (0, 14)
    assert folder_of(["no-such-program", "-x"]) is None


# What it says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moves",
    [
        "print(point + ' depth 12 eval 0.3')",
        "print('  ' + point.replace(',', ' , ') + '  # book')",
        "print('MESSAGE 3,3', point, sep='\\n')",
        "print('3,3,3', 'x', point + '\\t(best)', sep='\\n')",
    ],
)
def test_a_move_with_text_around_it_is_a_move(moves: str, script: Write) -> None:
    assert first_move(EnginePlayer("own", [str(script(moves))])) == (0, 14)


def test_a_suggestion_is_played_once_we_say_so(script: Write) -> None:
    file = script(
        "print('suggest ' + point); sys.stdout.flush(); print(sys.stdin.readline().split()[1])"
    )
    assert first_move(EnginePlayer("own", [str(file)])) == (0, 14)
    bad = script("print('SUGGEST 15,0')", "bad")
    with pytest.raises(EngineFailure, match="outside the board"):
        first_move(EnginePlayer("own", [str(bad)]))


# Starting --------------------------------------------------------------------------------------


def test_the_start_limit_stands_in_the_spec(script: Write) -> None:
    file = script("print(point)", before="time.sleep(1.5)")
    quick = parse_spec(f"engine:{file}@1,start=0.3")
    assert quick == Engine(str(file), 1.0, 0.3)
    assert parse_spec(str(quick)) == quick
    player = quick.make()
    began = time.monotonic()
    with pytest.raises(EngineFailure, match=r"no answer in 0\.3 s to OK to START"):
        player.choose_moves([FREE], Limit())
    assert time.monotonic() - began < 1.4
    player.close()
    patient = parse_spec(f"engine:{file}@,start=60")
    assert patient == Engine(str(file), None, 60.0)
    assert patient.make().choose_moves([FREE], Limit())[0].move == 14 * 15


def test_the_time_of_a_game_stands_in_the_spec_and_runs_out(script: Write, tmp_path: Path) -> None:
    file = script(
        "time.sleep(0.6); print(point)",
        before="sys.stdin = map(lambda line: (open('said', 'a').write(line), line)[1], sys.stdin)",
    )
    timed = parse_spec(f"engine:{file}@2,match=1")
    assert timed == Engine(str(file), 2.0, None, 1.0)
    assert parse_spec(str(timed)) == timed
    assert str(parse_spec("engine:x@,match=3,start=9")) == "engine:x@,match=3,start=9"

    player = EnginePlayer("own", [str(file)], match_seconds=1, tolerance_seconds=0.4)
    board = FREE.copy()
    for reply in (100, 101):  # 0.6 of 1 s, then 1.2, which is late by less than is forgiven
        board.push(player.choose_moves([board], Limit())[0].move)
        board.push(reply)
    with pytest.raises(EngineFailure, match="no answer in"):
        player.choose_moves([board], Limit())
    assert player.choose_moves([FREE], Limit())[0].move == 14 * 15  # the next game has its own time
    player.close()
    said = (tmp_path / "said").read_text().splitlines()
    assert said.count("INFO timeout_match 1000") == 2
    left = [int(line.split()[2]) for line in said if line.startswith("INFO time_left")]
    assert left[0] == left[3] == 1000
    assert 200 < left[1] <= 400
    assert left[2] == 1


def test_an_engine_that_does_not_start_three_times_ends_the_match(
    script: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = script("print(point)", before="open('starts', 'a').write('x'); time.sleep(60)")
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    arguments = [f"engine:{file}@1,start=0.3", "random", "--pairs", "10", "--size", "15"]
    assert pit.main(arguments) == pit.FAULTY
    assert time.monotonic() - began < 120  # compiling included; 60 s a game would take 20 minutes
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "The match ends here" in said
    assert "failed to start 3 times in a row" in said
    assert "OK to START" in said
    assert (tmp_path / "starts").read_text() == "xxx"


def test_a_start_that_succeeds_forgives_those_that_failed(script: Write, tmp_path: Path) -> None:
    file = script(
        "print(point)",
        before="n = len(os.listdir('.')); open(str(n), 'w'); n % 3 or sys.exit(1)",
    )
    player = EnginePlayer("own", [str(file)])
    failures = 0
    for _ in range(6):
        try:
            player.choose_moves([FREE], Limit())
        except EngineFailure:
            failures += 1
        player._kill()
    assert 0 < failures < 6
    broken = EnginePlayer("own", [str(script("print(point)", "broken", before="sys.exit(1)"))])
    for _ in range(2):
        with pytest.raises(EngineFailure, match="exit code 1"):
            broken.choose_moves([FREE], Limit())
    with pytest.raises(UnusablePlayerError, match="exit code 1"):
        broken.choose_moves([FREE], Limit())


# The end of a match ----------------------------------------------------------------------------


def test_losing_every_game_by_faults_is_said_last_and_in_the_exit_status(
    script: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    sane = [f"engine:{script('print(point)', 'sane')}@1", "greedy", "--pairs", "1"]
    assert pit.main([*sane, "--size", "15"]) == 0
    assert "by faults" not in capsys.readouterr().out
    mad = f"engine:{script('print(point if played == 1 else (0, 0))', 'mad')}@0.2"
    assert pit.main([mad, "greedy", "--pairs", "1", "--size", "15"]) == pit.FAULTY
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith(f"{mad} lost all 2 games by faults")


def test_a_network_without_a_limit_has_the_time_of_the_engine_it_plays() -> None:
    def options(*players: str, seconds: tuple[float, ...] = ()) -> pit.Options:
        return pit.Options(players=players, seconds=seconds)

    rules = Rules(15)
    [engine, net] = pit._limits(options("engine:prog@0.5", "net:models/15x15"), rules)
    assert (engine.seconds, engine.simulations) == (None, None)  # its own 0.5 s
    assert net.seconds == 0.5
    assert net.simulations is not None
    assert net.simulations > 100_000
    [_, net] = pit._limits(options("engine:prog", "net:models/15x15@200"), rules)
    assert (net.seconds, net.simulations) == (None, None)  # as it says
    limits = pit._limits(options("net:models/9x9", "net:models/9x9@10", seconds=(2.0,)), rules)
    assert [limit.seconds for limit in limits] == [2.0, 2.0]
    assert limits[0].simulations is not None
    assert limits[1].simulations is None
    assert [x.seconds for x in pit._limits(options("net:models/9x9", "greedy"), rules)] == [
        None
    ] * 2


# Under attack ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "flood", ["print('x' * 65_000)", "print('x' * 50)", "sys.stdout.write('y' * 100_000)"]
)
def test_a_flooding_engine_fills_its_pipe_and_not_our_memory(flood: str, script: Write) -> None:
    file = script(f"\n                    while True: {flood}")
    player = EnginePlayer("own", [str(file)], seconds=0.1)
    with pytest.raises(EngineFailure):  # the first one loads what is needed
        player.choose_moves([FREE], Limit())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    player = EnginePlayer("own", [str(file)], seconds=1.0)
    with pytest.raises(EngineFailure):
        player.choose_moves([FREE], Limit())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 << 10  # kilobytes


@pytest.mark.skipif(sys.platform != "linux", reason="needs the guard")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL", "SIGINT"])
def test_no_engine_and_no_child_of_one_outlives_pit(name: str, script: Write) -> None:
    if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        pytest.skip(f"{name} is ignored here, as nohup has it, and so by what is started here")
    mark = f"gomoku-left-behind-{os.getpid()}-{name}"
    # A child, and a grandchild in a session of its own whose parent is gone.
    before = f"""import subprocess
            sleep = [sys.executable, "-c", "import time; time.sleep(600)", "{mark}"]
            subprocess.Popen(sleep)
            os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c",
                f"import subprocess; subprocess.Popen({{sleep!r}}, start_new_session=True)"])
            sys.argv[0]"""
    file = script("time.sleep(1); print(point)", before=before)
    command = [sys.executable, str(ROOT / "pit.py"), f"engine:{file}@5", "random", "--size", "15"]
    process = subprocess.Popen(
        command,
        cwd=file.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: len(running(mark)) == 2)
        os.kill(process.pid, getattr(signal, name))
        assert process.wait(timeout=20) in (130, -signal.SIGKILL)
        wait_until(lambda: not running(mark) and not running(str(file)))
    finally:
        process.kill()
        for left in running(mark):
            os.kill(left, signal.SIGKILL)


def wait_until(is_true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.05)


def running(mark: str) -> list[int]:
    """The processes with a word in their command lines."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if mark.encode() in words:
                found.append(int(folder.name))
    return found
