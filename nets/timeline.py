"""The timeline of a program, for a look in https://ui.perfetto.dev or chrome://tracing.

Spans cost a few microseconds where nothing records them.
"""

import contextlib
import gzip
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from gomoku.board import Board
from gomoku.storage import write_whole
from mcts.analysis import Analysis
from mcts.evaluation import Evaluation, Evaluator, Positions
from mcts.player import Choice, Limit, Player
from mcts.rollout import RolloutEvaluator
from mcts.search_player import SearchPlayer

TREE, INFERENCE, LEARNING = "tree", "inference", "learning"
QUANTIZING, WAITING, SAVING = "quantizing", "waiting", "saving"


def span(name: str) -> contextlib.AbstractContextManager[object]:
    """A context manager: a stretch of this thread's time under a name."""
    torch = sys.modules.get("torch")  # whose profiler records; players by tables do without it
    return contextlib.nullcontext() if torch is None else torch.profiler.record_function(name)


class TimedEvaluator:
    """An evaluator whose calls are spans."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def evaluate(self, positions: Positions) -> Evaluation:
        with span(f"{INFERENCE} of {len(positions.cells)}"):
            return self._evaluator.evaluate(positions)


class TimedPlayer(Player):
    """A player whose moves are spans, and the evaluations of its searches spans within."""

    def __init__(self, player: Player) -> None:
        self.name = player.name
        self._player = player
        # Search by rollouts never leaves compiled code, and has no evaluations to time.
        if isinstance(player, SearchPlayer) and not isinstance(player.evaluator, RolloutEvaluator):
            player.evaluator = TimedEvaluator(player.evaluator)

    def choose_moves(self, boards: Sequence[Board], limit: Limit) -> list[Choice]:
        with span(f"{TREE} of {self.name}"):
            return self._player.choose_moves(boards, limit)

    def analyse(self, board: Board, limit: Limit) -> Generator[Analysis]:
        yield from self._player.analyse(board, limit)

    def interrupt(self) -> bool:
        return self._player.interrupt()

    def close(self) -> None:
        self._player.close()


@contextlib.contextmanager
def record_timeline(file: Path) -> Iterator[None]:
    """Record the spans of all threads, torch's operators and the GPU's kernels until the end.

    file: gets the trace, compressed if its name ends in .gz; it is written whatever happens.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(ProfilerActivity.CUDA)
    everyone = torch._C._profiler._ExperimentalConfig(profile_all_threads=True)
    recorder = profile(activities=activities, experimental_config=everyone)
    recorder.start()
    try:
        yield
    finally:
        recorder.stop()
        with TemporaryDirectory() as folder:
            trace = Path(folder) / "trace.json"
            recorder.export_chrome_trace(str(trace))
            data = trace.read_bytes()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, gzip.compress(data) if file.suffix == ".gz" else data)
