"""The server behind `gomoku-zero serve`: the page, a socket to think by, and the training runs.

Whoever may ask is decided in one place, `Guard`. A visitor has one request at a time and is told
things one after the other: who does not read is not thought for, and is sent away after a while.
"""

import asyncio
import contextlib
import hmac
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gomoku.rules import Rules
from gomoku_zero.runs.folder import newest_checkpoint
from gomoku_zero.web.messages import MAX_MESSAGE, RequestError, Stop, Think, failed, read_request
from gomoku_zero.web.page import fill_page, page_data
from gomoku_zero.web.runs import Runs
from gomoku_zero.web.thinkers import Thinkers
from nets.checkpoint import CheckpointError, read_meta

MAX_VISITORS = 100
SEND_SECONDS = 10.0
"""Who has not read what was sent to them after so long is sent away."""

MESSAGES_PER_SECOND = 40.0
"""Of one visitor; further ones wait."""

RUN_PREFIX = "run:"

_POLICY_CLOSE, _BUSY_CLOSE = 1008, 1013
_LOCAL_HOSTS = frozenset(("localhost", "127.0.0.1", "::1"))

_log = logging.getLogger(__name__)


class Roster:
    """Who can be played against: named checkpoints, and the newest one of every run."""

    def __init__(self, checkpoints: dict[str, Path], runs: Runs) -> None:
        self._checkpoints = checkpoints
        self._runs = runs

    def find(self, player: str) -> Path | None:
        """The checkpoint of a player as it is now; None if there is no such player."""
        folder = self._checkpoints.get(player)
        if folder is None and player.startswith(RUN_PREFIX):
            run = self._runs.found().get(player.removeprefix(RUN_PREFIX))
            folder = newest_checkpoint(run) if run is not None else None
        return folder

    def described(self) -> list[dict[str, Any]]:
        """The players as a page is told of them; those that cannot be read are left out."""
        folders = dict(self._checkpoints)
        for name, run in self._runs.found().items():
            newest = newest_checkpoint(run)
            if newest is not None:
                folders[f"{RUN_PREFIX}{name}"] = newest
        described = []
        for player, folder in folders.items():
            with contextlib.suppress(CheckpointError):
                rules = [list(its) for its in read_meta(folder).rules]
                described.append({"player": player, "rules": rules})
        return described


class Guard:
    """Lets in who has the token; without one, who asks this machine by a name of its own.

    A page of elsewhere must not ask in a visitor's name, so the origin of a socket must be this
    server, and its host one that it knows.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._allows(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_CLOSE})
        else:
            refusal = PlainTextResponse("This server asks for its token.\n", status_code=403)
            await refusal(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        try:
            if origin is not None and urlsplit(origin).netloc != host:
                return False
            name = urlsplit(f"//{host}").hostname
        except ValueError:  # brackets that do not close
            return False
        if not self._token:
            return name in _LOCAL_HOSTS
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return hmac.compare_digest(given.encode(), self._token)


def make_app(
    checkpoints: dict[str, Path],
    run_folders: list[Path],
    *,
    threads: int,
    token: str = "",
    device: str = "auto",
) -> ASGIApp:
    """The application.

    checkpoints: by the names that visitors see; the first is the usual player.
    token: what visitors must know; without one only those of this machine are let in.
    """
    runs = Runs(run_folders)
    roster = Roster(checkpoints, runs)
    thinkers = Thinkers(roster.find, threads, device)
    visitors: set[WebSocket] = set()

    async def page(request: Request) -> Response:
        return HTMLResponse(await asyncio.to_thread(_page, roster), headers=_HEADERS)

    async def list_runs(request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(runs.described), headers=_HEADERS)

    async def game(request: Request) -> Response:
        run, name = request.path_params["run"], request.path_params["game"]
        text = await asyncio.to_thread(runs.game, run, name)
        if text is None:
            return PlainTextResponse("There is no such game.\n", 404, headers=_HEADERS)
        return PlainTextResponse(text, headers=_HEADERS)

    async def socket(websocket: WebSocket) -> None:
        if len(visitors) >= MAX_VISITORS:
            await websocket.close(_BUSY_CLOSE, "too many visitors")
            return
        visitors.add(websocket)
        try:
            await websocket.accept()
            await _Visit(websocket, thinkers).serve()
        finally:
            visitors.discard(websocket)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(thinkers.close)

    routes = [
        Route("/", page),
        Route("/runs", list_runs),
        Route("/games/{run}/{game}", game),
        WebSocketRoute("/socket", socket),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), token)


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _page(roster: Roster) -> str:
    players = roster.described()
    rules = [Rules(*its) for its in players[0]["rules"]] if players else [Rules()]
    engine = {"engine": "socket", "players": players}
    return fill_page(page_data("Gomoku Zero", rules, engine), sources="'self'")


class _Visit:
    """One visitor's socket: reads requests, and answers the newest."""

    def __init__(self, websocket: WebSocket, thinkers: Thinkers) -> None:
        self._websocket = websocket
        self._thinkers = thinkers
        self._answering: asyncio.Task[None] | None = None
        self._number = 0
        # Set while nothing is on its way to the visitor.
        self._sent = asyncio.Event()
        self._sent.set()

    async def serve(self) -> None:
        """Until the visitor leaves, or is sent away."""
        clock = asyncio.get_running_loop().time
        allowed = clock()
        try:
            while True:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                # A burst of a second is fine; beyond it the visitor is read at this pace.
                allowed = max(allowed, clock() - 1.0) + 1.0 / MESSAGES_PER_SECOND
                if allowed > clock():
                    await asyncio.sleep(allowed - clock())
                if text is None or len(text) > MAX_MESSAGE:
                    raise RequestError("a message is text, and not longer than the longest game")
                request = read_request(text)
                if isinstance(request, Stop):
                    if request.id == self._number:
                        await self._replace()
                    continue
                await self._replace()
                self._number = request.id
                self._answering = asyncio.create_task(self._answer(request))
        except TimeoutError:
            pass  # does not read: `_answer` sends it away
        except RequestError as error:
            # No page of ours sends such a thing.
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._websocket.close(_POLICY_CLOSE, str(error)[:100])
        finally:
            await self._give_up()

    async def _answer(self, request: Think) -> None:
        answers: AsyncGenerator[dict[str, Any]] = self._thinkers.answers(request)
        try:
            async for answer in answers:
                await self._send(answer)
        except asyncio.CancelledError:
            raise
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            # Does not read, or is gone.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._websocket.close(_POLICY_CLOSE), 1.0)
        except Exception:
            _log.exception("a request failed: %s", request)
            with contextlib.suppress(Exception):
                await self._send(failed(request.id, "the server could not answer"))
        finally:
            await answers.aclose()

    async def _send(self, answer: dict[str, Any]) -> None:
        text = msgspec.json.encode(answer).decode()
        self._sent.clear()
        await asyncio.wait_for(self._websocket.send_text(text), SEND_SECONDS)
        self._sent.set()

    async def _replace(self) -> None:
        """Give up the last request, once the visitor has read what it was told: else requests would
        pile up answers for one who never reads.

        Raises:
            TimeoutError: if it does not read.
        """
        await asyncio.wait_for(self._sent.wait(), SEND_SECONDS)
        await self._give_up()

    async def _give_up(self) -> None:
        task, self._answering = self._answering, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
