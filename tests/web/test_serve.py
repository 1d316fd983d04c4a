"""The server behind the page: whom it answers, and that nobody can harm the others."""

import asyncio
import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gomoku_zero.commands.serve import main
from gomoku_zero.web import server as server_module
from gomoku_zero.web.messages import MAX_MESSAGE
from gomoku_zero.web.server import make_app
from gomoku_zero.web.thinkers import Thinkers
from tests.web.golden import MODEL

PLAYERS = {"15x15": MODEL, "9x9": MODEL.parent / "9x9"}


@contextmanager
def serving(folders: list[Path], *, token: str = "", threads: int = 2) -> Iterator[int]:
    """A server of a moment; its port."""
    app = make_app(PLAYERS, folders, threads=threads, token=token, device="cpu")
    config = uvicorn.Config(
        app,
        port=0,
        log_level="error",
        ws_max_size=MAX_MESSAGE,
        ws_ping_interval=20,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    # Small, so that who does not read is soon noticed; sockets of visitors inherit it.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving([]) as port:
        with visiting(port) as visitor:  # what is compiled at first is no part of any test
            thought(visitor, 1, simulations=400)
            thought(visitor, 2, level=5)
        yield port


def visiting(port: int, query: str = "", **headers: str) -> ClientConnection:
    address = f"ws://127.0.0.1:{port}/socket{query}"
    return connect(address, proxy=None, additional_headers=headers)


def think(number: int, **request: Any) -> str:
    limit = {name: request.pop(name) for name in ("simulations", "seconds") if name in request}
    message = {"type": "think", "id": number, "rules": [15, 5, 0], "moves": [112, 113]}
    return json.dumps({**message, "limit": limit, "player": "15x15", **request})


def thought(visitor: ClientConnection, number: int, **request: Any) -> dict[str, Any]:
    """The last answer to a request."""
    visitor.send(think(number, **request))
    while True:
        answer: dict[str, Any] = json.loads(visitor.recv(timeout=300))
        if answer["id"] == number and (answer["type"] == "failed" or answer.get("done")):
            return answer


def fetched(port: int, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with closing(error):
            return error.code, error.read().decode()


# What it answers -------------------------------------------------------------------------------


def test_the_page_comes_with_its_players(port: int) -> None:
    status, page = fetched(port, "/")
    assert status == 200
    assert '"engine":"socket"' in page
    assert '{"player":"9x9","rules":[[9,5,0],' in page


def test_a_position_is_thought_about_until_its_limit(port: int) -> None:
    with visiting(port) as visitor:
        answer = thought(visitor, 1, simulations=400)
    thinks = answer["thought"]
    assert answer["move"] == thinks["bestMove"] == thinks["candidates"][0]["move"]
    assert 400 <= thinks["simulations"] <= 401
    assert 0 < thinks["winRate"] < 1
    assert len(thinks["candidates"]) > 3
    assert thinks["line"][0] == answer["move"]


def test_a_level_plays(port: int) -> None:
    with visiting(port) as visitor:
        assert thought(visitor, 7, level=10)["move"] not in (112, 113)


def test_a_win_and_a_threat_are_told(port: int) -> None:
    four = [112, 0, 113, 2, 114, 4, 115]  # White must block twice
    three = [112, 0, 113, 2, 114]
    with visiting(port) as visitor:
        lost = thought(visitor, 1, moves=four, simulations=10)["thought"]
        threatened = thought(visitor, 2, moves=three, simulations=50)["thought"]
    assert (lost["proof"], lost["distance"], lost["winRate"]) == ("loss", 2, 0.0)
    assert len(threatened["threat"]) == 3


def test_a_new_request_replaces_the_old_one_and_stop_ends_it(port: int) -> None:
    with visiting(port) as visitor:
        visitor.send(think(1))
        visitor.send(think(2))
        visitor.send('{"type":"stop","id":1}')  # long replaced
        assert thought(visitor, 3, simulations=50)["id"] == 3
        visitor.send(think(4, moves=[112]))
        visitor.send('{"type":"stop","id":4}')
        time.sleep(0.3)
        answer = thought(visitor, 5, simulations=50)
        assert answer["id"] == 5


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"moves": [112, 112]}, "occupied"),
        ({"moves": [225]}, "outside"),
        ({"rules": [15, 5, 9]}, "variant 9"),
        ({"rules": [9, 3, 2]}, "renju"),
        ({"rules": [15, 6, 0]}, "not been trained"),
        ({"moves": [0, 15, 1, 16, 2, 17, 3, 18, 4]}, "over"),
        ({"level": 11}, "level 11"),
        ({"player": "../../etc"}, "nobody here"),
        ({"player": "run:../models/9x9"}, "nobody here"),
    ],
)
def test_what_cannot_be_thought_about_is_said(
    port: int, request_: dict[str, Any], reason: str
) -> None:
    with visiting(port) as visitor:
        answer = thought(visitor, 3, **request_)
        assert answer["type"] == "failed"
        assert reason in answer["reason"]
        assert thought(visitor, 4, simulations=10)["type"] == "thought"


# Who means harm --------------------------------------------------------------------------------

MALFORMED: list[str | bytes] = [
    "",
    "{",
    "[]",
    "null",
    '{"type":"think"}',
    '{"type":"other","id":1}',
    '{"type":"stop","id":-1}',
    '{"type":"stop","id":"1"}',
    '{"type":"stop","id":1e300}',
    '{"type":"think","id":1,"rules":[15,5],"moves":[]}',
    '{"type":"think","id":1,"rules":[15,5,0],"moves":[-1]}',
    '{"type":"think","id":1,"rules":[15,5,0],"moves":[0.5]}',
    '{"type":"think","id":1,"rules":[15,5,0],"moves":[],"limit":{"simulations":0}}',
    '{"type":"think","id":1,"rules":[15,5,0],"moves":[],"limit":{"seconds":-1}}',
    '{"type":"think","id":1,"rules":[15,5,0],"moves":[' + "0," * 600 + "0]}",
    '{"type":"think","id":1,"rules":[15,5,0],"moves":[],"player":"' + "x" * 400 + '"}',
    "[" * 5000,
    "x" * (MAX_MESSAGE + 1),
    "\x00" * 100,
    b"\xff\xfe\x00",
]


@pytest.mark.parametrize("count", [60, pytest.param(10_000, marks=pytest.mark.slow)])
def test_malformed_messages_end_the_visit_and_harm_nobody(port: int, count: int) -> None:
    with visiting(port) as other:
        before = memory()
        for number in range(count):
            with visiting(port) as visitor:
                visitor.send(MALFORMED[number % len(MALFORMED)])
                with pytest.raises(ConnectionClosed) as closed:
                    visitor.recv(timeout=60)
                assert closed.value.rcvd is not None, MALFORMED[number % len(MALFORMED)][:99]
                assert closed.value.rcvd.code in (1000, 1007, 1008, 1009)
        assert memory() - before < 40e6
        assert thought(other, 1, simulations=50)["type"] == "thought"


class DeafSocket:
    """A visitor who asks and asks, and reads nothing."""

    def __init__(self) -> None:
        self.sent = 0
        self.closed = False

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(0.01)
        if self.closed:
            return {"type": "websocket.disconnect"}
        return {"type": "websocket.receive", "text": think(1, simulations=5)}

    async def send_text(self, text: str) -> None:
        self.sent += 1
        await asyncio.Event().wait()

    async def close(self, code: int, reason: str = "") -> None:
        self.closed = True


def test_who_never_reads_is_told_one_thing_and_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "SEND_SECONDS", 0.5)
    deaf = DeafSocket()

    async def visit() -> None:
        thinkers = Thinkers(PLAYERS.get, 1, "cpu")
        socket_: Any = deaf
        await asyncio.wait_for(server_module._Visit(socket_, thinkers).serve(), 60)
        thinkers.close()

    asyncio.run(visit())
    assert deaf.closed
    assert deaf.sent == 1


@pytest.mark.slow
def test_who_never_reads_is_sent_away_and_holds_nobody_up(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SEND_SECONDS", 1.0)
    monkeypatch.setattr(server_module, "MESSAGES_PER_SECOND", 1e6)
    deaf = socket.create_connection(("127.0.0.1", port))
    with closing(deaf):
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(20)
        deaf.sendall(
            f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        time.sleep(0.2)
        before, sent_away = memory(), False
        began = time.monotonic()
        number = 0
        while not sent_away and time.monotonic() - began < 300:
            number += 1
            text = think(number, simulations=20).encode()
            # One frame, masked by zeros.
            frame = bytes([0x81, 0xFE]) + len(text).to_bytes(2, "big") + bytes(4) + text
            try:
                deaf.sendall(frame)
            except OSError:
                sent_away = True
            time.sleep(0.03)  # for an answer before the next request
            if number % 20 == 0:
                with visiting(port) as visitor:
                    assert thought(visitor, 1, simulations=50)["seconds"] < 5
        assert sent_away
        assert memory() - before < 60e6


def test_a_page_closed_in_thought_leaves_nothing_behind(port: int) -> None:
    for number in range(20):
        with visiting(port) as visitor:
            visitor.send(think(number, seconds=60, moves=[112, number]))
            if number % 2:
                visitor.recv(timeout=60)
            else:
                visitor.socket.shutdown(socket.SHUT_RDWR)  # as if the machine lost its network
    time.sleep(1.0)
    threads, used = threading.active_count(), time.process_time()
    time.sleep(1.0)
    assert time.process_time() - used < 0.5, "somebody still thinks"
    with visiting(port) as visitor:
        thought(visitor, 1, simulations=50)
    assert threading.active_count() <= threads + 1


def test_many_who_think_long_do_not_keep_one_waiting(port: int) -> None:
    with ExitStack() as stack:
        for number in range(12):
            other = stack.enter_context(visiting(port))
            other.send(think(1, seconds=60, moves=[112, number]))
        visitor = stack.enter_context(visiting(port))
        began = time.monotonic()
        thought(visitor, 1, simulations=50)
        # Each of the others has a slice first, of some thirty milliseconds.
        assert time.monotonic() - began < 10


@pytest.mark.slow
def test_fifty_visitors_for_ten_minutes(port: int) -> None:
    minutes = float(os.environ.get("GOMOKU_ZERO_MINUTES", "10"))
    until = time.monotonic() + 60 * minutes
    faults: list[str] = []
    counts = [0] * 50

    def visit(index: int) -> None:
        try:
            with visiting(port) as visitor:
                while time.monotonic() < until:
                    counts[index] += 1
                    moves = [112, index, counts[index] % 100 + 120]
                    answer = thought(visitor, counts[index], moves=moves, simulations=200)
                    if answer["type"] != "thought":
                        faults.append(str(answer))
        except Exception as error:
            faults.append(repr(error))

    threads = [threading.Thread(target=visit, args=(index,)) for index in range(50)]
    for thread in threads:
        thread.start()
    time.sleep(min(20, 30 * minutes))
    early = memory()
    for thread in threads:
        thread.join()
    assert not faults
    assert min(counts) * 3 > max(counts), "some were served more than others"
    assert memory() - early < 100e6
    print(f"{sum(counts)} answers, {(memory() - early) / 1e6:.1f} MB more")  # noqa: T201


def memory() -> float:
    """Bytes of this process, which is the server's, too."""
    if not Path("/proc/self/statm").exists():
        return 0.0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


# Who may ask -----------------------------------------------------------------------------------


def test_only_this_machine_is_let_in_without_a_token(port: int) -> None:
    assert fetched(port, "/", Host="localhost:1")[0] == 200
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1"):
        assert fetched(port, "/", Host=host)[0] in (400, 403), host
    assert fetched(port, "/runs", Origin="http://evil.example")[0] == 403


def test_a_page_of_elsewhere_opens_no_socket(port: int) -> None:
    with (
        pytest.raises(InvalidStatus, match="403"),
        visiting(port, Origin="http://evil.example"),
    ):
        pass
    with visiting(port, Origin=f"http://127.0.0.1:{port}") as visitor:
        assert thought(visitor, 1, simulations=10)["type"] == "thought"


def test_with_a_token_everybody_needs_it() -> None:
    with serving([], token="secret-é") as port:
        given = "?token=secret-%C3%A9"
        assert fetched(port, "/")[0] == 403
        for wrong in ("?token=secret", "?token=%ff", "?token=\xff", "?token", "?&&=;token=x"):
            assert fetched(port, f"/{quote(wrong, safe='?=&;%')}")[0] == 403
        assert fetched(port, f"/{given}", Host="example.org")[0] == 200
        with pytest.raises(InvalidStatus, match="403"), visiting(port):
            pass
        with visiting(port, given) as visitor:
            assert thought(visitor, 1, simulations=10)["type"] == "thought"


# The runs --------------------------------------------------------------------------------------


def make_run(folder: Path) -> Path:
    (folder / "games").mkdir(parents=True)
    (folder / "checkpoints").mkdir()
    lines = [
        {"cycle": n, "run/games": n, "run/minutes": n / 2, "loss/policy": 9 / n}
        for n in range(1, 500)
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "metrics.jsonl").write_text(text + '\n{"cycle": 500, "loss/po')
    (folder / "games" / "000002-1.sgf").write_text("(;GM[4]SZ[9];B[ee])")
    (folder / "checkpoints" / "000007").symlink_to(folder / "checkpoints" / "000003")
    return folder


def test_runs_are_listed_with_curves_games_and_the_newest_network(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "mine")
    for number in ("000002", "000010"):
        (run / "checkpoints" / number).mkdir()
        for name in ("meta.json", "weights.safetensors"):
            data = (PLAYERS["9x9"] / name).read_bytes()
            (run / "checkpoints" / number / name).write_bytes(data)
    (run / "checkpoints" / "000011").mkdir()  # not finished
    with serving([tmp_path / "runs"]) as port:
        (described,) = json.loads(fetched(port, "/runs")[1])
        assert described["name"] == "mine"
        assert described["checkpoint"] == "000010"
        assert (described["cycles"], described["played"]) == (499, 499)
        curve = described["curves"]["loss/policy"]
        assert 100 <= len(curve) <= 200
        assert curve[-1] == [499, pytest.approx(9 / 499, abs=1e-4)]
        assert fetched(port, "/games/mine/000002-1.sgf") == (200, "(;GM[4]SZ[9];B[ee])")
        assert '"player":"run:mine"' in fetched(port, "/")[1]
        with visiting(port) as visitor:
            rules = {"rules": [9, 5, 0], "moves": [40], "player": "run:mine"}
            assert thought(visitor, 1, simulations=20, **rules)["type"] == "thought"


def test_nothing_outside_the_folders_is_served(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "mine")
    secret = tmp_path / "secret.sgf"
    secret.write_text("secret")
    (run / "games" / "000009-1.sgf").symlink_to(secret)
    outside = make_run(tmp_path / "outside")
    (tmp_path / "runs" / "link").symlink_to(outside)
    with serving([tmp_path / "runs"]) as port:
        (described,) = json.loads(fetched(port, "/runs")[1])
        assert described["games"] == ["000002-1.sgf"]
        for path in (
            "/games/mine/000009-1.sgf",
            "/games/link/000002-1.sgf",
            "/games/mine/..%2f..%2f..%2fsecret.sgf",
            "/games/..%2f/secret.sgf",
            "/games/mine/%2e%2e/metrics.jsonl",
            "/games/mine/%00",
            f"/games//{secret}",
        ):
            status, text = fetched(port, path)
            assert status == 404, path
            assert "secret" not in text


# The command -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere is no"),
        (["--runs", "nowhere"], "nowhere is not a folder"),
        (["--port", "70000"], "port 70000"),
        (["--host", "203.0.113.1"], "cannot listen at 203.0.113.1"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
