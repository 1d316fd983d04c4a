"""A brain that answers while its networks are still being loaded and its kernels compiled."""

import threading
import time
from collections.abc import Callable

import numpy as np

from gomoku.jit import compile_ahead, expect_compiling
from gomoku.rules import FREESTYLE, RENJU
from gomoku_zero.brain.thinker import MoveRequest, Thinker
from gomoku_zero.players.baselines import greedy_moves
from gomoku_zero.players.ready import PURE, THREADS, THREATS, get_ready
from mcts.analysis import Analysis

RESERVE = 0.2
"""Seconds before a deadline at which a brain that is not ready answers without it: what looking
one ply ahead takes in interpreted kernels."""

_STEP = 0.005


class StartingThinker:  # a Thinker
    """Makes another thinker in a thread of its own, and looks one ply ahead until that is ready."""

    def __init__(
        self,
        make: Callable[[], Thinker],
        failed: Callable[[Exception], None],
        seed: int = 0,
        compile_for: Callable[[tuple[int, ...]], None] = lambda variants: get_ready(
            variants, besides=PURE
        ),
        compile_rest: Callable[[], None] = lambda: compile_ahead(THREATS + THREADS),
    ) -> None:
        """
        make: loads the networks; called once in the thread.
        failed: called in the thread with what `make` or the compiler raised.
        compile_for: compiles what games under some variants of the rules need.
        compile_rest: compiles what makes them stronger, once all can be played.
        """
        self._make, self._failed = make, failed
        self._compile_for, self._compile_rest = compile_for, compile_rest
        self._random = np.random.default_rng(seed)
        self._thinker: Thinker | None = None
        self._ready = {FREESTYLE: threading.Event(), RENJU: threading.Event()}
        expect_compiling()
        threading.Thread(target=self._get_ready, name="starting", daemon=True).start()

    def _get_ready(self) -> None:
        try:
            self._thinker = self._make()
            # Other variants need what freestyle needs, and renju more.
            for variant, ready in self._ready.items():
                self._compile_for((variant,))
                ready.set()
            self._compile_rest()
        except Exception as error:
            self._failed(error)
        finally:
            expect_compiling(False)

    def think(self, request: MoveRequest) -> Analysis:
        """As `Thinker.think`."""
        board, forbidden = request.board, request.forbidden
        ready = self._ready[RENJU if board.rules.variant == RENJU else FREESTYLE]
        while not ready.wait(_STEP):
            if request.is_stopped() or time.perf_counter() > request.deadline - RESERVE:
                moves = [move for move in greedy_moves(board) if move not in forbidden]
                if not moves:
                    moves = [move for move in board.legal_moves() if move not in forbidden]
                return Analysis(board.to_move, 0.0, choice=int(self._random.choice(moves)))
        assert self._thinker is not None
        return self._thinker.think(request)
