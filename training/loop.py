"""The cycle: play, remember, learn, save, now and then a match; and going on after a stop.

One process, in turn, unless learning is set to go on beside playing. Games in progress carry over
to the next cycle, so nobody waits for the longest game; searches in progress begin again with the
new network. How many gradient steps a cycle makes follows from its new positions, never from the
clock.
"""

import contextlib
import datetime
import math
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch

from gomoku.rules import Rules
from mcts.evaluation import Evaluator
from nets.checkpoint import CheckpointMeta, load_checkpoint, save_checkpoint
from nets.device import find_device
from nets.networks import make_net
from nets.timeline import LEARNING, QUANTIZING, SAVING, WAITING, span
from training.about import describe_hardware, find_commit
from training.config import TrainConfig
from training.health import Metrics
from training.inference import Inference, calibration_rows
from training.learner import Learner, Losses
from training.log import RunLog
from training.replay import Replay
from training.run_folder import Progress, RunError, RunFolder, State
from training.sample_games import sample_to_sgf
from training.samples import Samples, concatenate, positions_of_samples, take
from training.selfplay import FinishedGame, SelfPlay
from training.teacher import Teacher, keep_teacher, window_of_teacher
from training.watch import Watch

# How many games of a cycle are written out for people.
_SAMPLE_GAMES = 3

# Seconds between two looks at the lanes, for the progress bar.
_GLANCE_SECONDS = 0.02


class Division(NamedTuple):
    """One of the rule sets, board size included, that a run trains on.

    share: of the run's games, positions and batches.
    lanes: self-play under it, one for each thread.
    """

    rules: Rules
    share: float
    replay: Replay
    lanes: list[SelfPlay]


class _Counts(NamedTuple):
    """What all lanes have done in this session.

    simulations: made.
    asked: positions that needed a value.
    evaluations: those of them that the network was asked about because no lane remembered them.
    """

    simulations: int
    asked: int
    evaluations: int

    def since(self, before: "_Counts") -> "_Counts":
        return _Counts(*(now - then for now, then in zip(self, before, strict=True)))


class _Play(NamedTuple):
    """The self-play of a cycle under way.

    threads: what the lanes of each thread will have played.
    began: as `time.perf_counter` counts. counts: at that time.
    """

    threads: list[Future[list[FinishedGame]]]
    began: float
    counts: _Counts


class _Played(NamedTuple):
    """What came of the self-play of a cycle."""

    games: list[FinishedGame]
    counts: _Counts
    seconds: float

    @property
    def rate(self) -> float:
        """Simulations a second."""
        return self.counts.simulations / self.seconds


class _Learned(NamedTuple):
    """What came of the gradient steps of a cycle.

    losses: the mean of each over the steps, by name.
    """

    losses: dict[str, float]
    seconds: float


class Trainer:
    """A run: its networks, lanes, replay and counters."""

    def __init__(self, config: TrainConfig, folder: RunFolder, state: State | None) -> None:
        """A new run, or the one that `state` was read from.

        Raises:
            RunError: if the state does not fit the configuration.
            ReplayError: if a replay file is damaged.
            CheckpointError: if there is none to begin with, or no teacher, where the configuration
                says.
        """
        self._config = config
        self._folder = folder
        self._rules = config.game.to_rules()
        self._device = find_device(config.device)
        torch.manual_seed(config.seed)
        if config.init and state is None:
            net = load_checkpoint(Path(config.init)).net
        else:
            net = make_net(config.net.to_config())
        self._learner = Learner(net, config.learner, self._device, config.seed)
        self._interrupted = threading.Event()
        self.stop_after: int | None = None
        """A cycle to stop after although the budget is not used."""
        self._progress = Progress() if state is None else state.progress
        self._watch = Watch(config, folder, self._progress.cycle)
        shares = config.game.shares()
        lanes = config.selfplay.lanes
        if not lanes:
            lanes = len(state.lanes) // len(shares) if state is not None else os.cpu_count() or 1
        lanes = min(lanes, config.selfplay.games)
        self._threads = lanes
        self._divisions = [
            Division(rules, share, self._make_replay(rules, share), [])
            for rules, share in shares.items()
        ]
        if state is not None:
            self._restore_learner(state, lanes)
        selfplay, used = config.selfplay, self._progress.backend
        self._teacher: Teacher | None = None
        if config.distill:
            self._teacher = self._call_teacher(lanes, is_new=state is None)
            selfplay, used = msgspec.structs.replace(selfplay, backend="auto"), ""
        self._inference = Inference(
            self._learner.averaged,
            list(shares),
            selfplay,
            self._device,
            lanes,
            config.seed,
            used,
        )
        self._playing = self._teacher.inference if self._teacher else self._inference
        self._refresh_inference(self._progress.cycle)
        seeds = np.random.SeedSequence(config.seed).generate_state(lanes * len(self._divisions))
        for number, division in enumerate(self._divisions):
            games = max(lanes, round(config.selfplay.games * division.share))
            each, extra = divmod(games, lanes)
            for lane in range(lanes):
                index = number * lanes + lane
                division.lanes.append(
                    SelfPlay(
                        division.rules,
                        self._playing.lane(index),
                        config.selfplay,
                        each + (lane < extra),
                        int(seeds[index]),
                    )
                )
        if state is not None:
            self._restore_lanes(state)
        _compile(self._rules, self._playing.lane(0), config)

    @property
    def _lanes(self) -> list[SelfPlay]:
        """Of all divisions: all of the first one's come first."""
        return [lane for division in self._divisions for lane in division.lanes]

    @property
    def _replay(self) -> Replay:
        """The window of the main division."""
        return self._divisions[0].replay

    def _make_replay(self, rules: Rules, share: float) -> Replay:
        config = self._config.replay
        if share == 1:
            return Replay(self._folder.replay, config)
        config = msgspec.structs.replace(config, window=max(1, round(config.window * share)))
        return Replay(self._folder.replay_of(rules, self._rules), config)

    def _call_teacher(self, lanes: int, *, is_new: bool) -> Teacher:
        """The teacher; a new run begins with its window."""
        source = Path(self._config.distill)
        if is_new:
            keep_teacher(source, self._folder)
        teacher = Teacher(self._folder, self._config, self._device, lanes, self._progress.backend)
        for division in self._divisions if is_new else ():
            window = window_of_teacher(source, division.rules)
            if window is not None:
                division.replay.append(0, teacher.with_draws(window, division.rules))
        return teacher

    @property
    def progress(self) -> Progress:
        return self._progress

    @property
    def inference(self) -> Inference:
        """How self-play asks the network."""
        return self._playing

    def is_done(self) -> bool:
        return self._share_done() >= 1

    def _share_done(self) -> float:
        """How much of the budget is used, by the clock, cycles or games, whichever is most."""
        config, progress = self._config, self._progress
        return max(
            progress.seconds / (60 * config.minutes),
            progress.cycle / config.cycles if config.cycles else 0.0,
            progress.games / config.games if config.games else 0.0,
        )

    def _clock(self) -> float:
        """Seconds of what the budget is counted in."""
        if self._config.clock == "cpu":
            return time.process_time() / (os.cpu_count() or 1)
        return time.perf_counter()

    def run(self, log: RunLog) -> None:
        """Cycle until the budget is used, and evaluate at the end."""
        with ThreadPoolExecutor(self._threads, "lane") as threads:
            try:
                while not self.is_done() and self._progress.cycle != self.stop_after:
                    self._cycle(threads, log)
                    since = self._progress.seconds - self._progress.last_evaluation_seconds
                    if since >= 60 * self._config.evaluation.minutes or self.is_done():
                        self._evaluate(log)
            finally:
                # Leaving the pool waits for its threads, which may be far from the end of a cycle.
                self._interrupted.set()

    def _cycle(self, threads: ThreadPoolExecutor, log: RunLog) -> None:
        before, clock, share = self._progress, self._clock(), self._share_done()
        cycle = before.cycle + 1
        learning_rate = self._learner.learning_rate(share)
        most_simulations = self._config.selfplay.simulations_at(share)
        beside_play = self._config.learner.beside_play

        # 1. Play, and learn meanwhile if asked to.
        play = self._start_playing(threads, most_simulations)
        if beside_play:
            learned = self._learn(before.step_debt, log, cycle, clock)
        played = self._finish_playing(play, log, cycle, clock)

        # 2. Remember.
        positions, health = self._remember(cycle, played.games)

        # 3. Learn, and play by what was learned.
        owed = before.step_debt + positions * self._config.learner.reuse / (
            self._config.learner.batch
        )
        if not beside_play:
            learned = self._learn(owed, log, cycle, clock)
        refresh_seconds = self._renew_lanes(cycle, log)

        # 4. Save.
        seconds = before.seconds + self._clock() - clock
        self._progress = self._progress_after(before, played, positions, owed, seconds)
        self._save(cycle, played.games)

        # 5. Tell.
        self._tell(
            log,
            played,
            learned,
            {
                "selfplay/positions": positions,
                "selfplay/most_simulations": most_simulations,
                "learner/refresh_seconds": refresh_seconds,
                "learner/learning_rate": learning_rate,
                **health,
            },
        )

    def _counts(self) -> _Counts:
        return _Counts(
            sum(lane.simulations for lane in self._lanes),
            sum(lane.evaluations for lane in self._lanes),
            sum(lane.evaluations - lane.remembered for lane in self._lanes),
        )

    def _start_playing(self, threads: ThreadPoolExecutor, simulations: int) -> _Play:
        """Set all lanes to self-play until each has its share of new positions.

        simulations: of a move searched in full.
        """
        began, counts = time.perf_counter(), self._counts()
        positions = [
            math.ceil(self._config.cycle_positions * division.share / self._threads)
            for division in self._divisions
        ]
        playing = [
            threads.submit(_play_lanes, lanes, positions, simulations, self._interrupted)
            for lanes in zip(*(division.lanes for division in self._divisions), strict=True)
        ]
        return _Play(playing, began, counts)

    def _finish_playing(self, play: _Play, log: RunLog, cycle: int, clock: float) -> _Played:
        """What the lanes have played, once all are done."""
        while not all(thread.done() for thread in play.threads):
            with span(WAITING):
                time.sleep(_GLANCE_SECONDS)
            made = self._counts().since(play.counts).simulations
            log.progress(
                self._progress.seconds + self._clock() - clock,
                f"cycle {cycle}: playing, {self._progress.games:,} games, "
                f"{self._progress.positions:,} positions, "
                f"{made / (time.perf_counter() - play.began):,.0f} simulations/s",
            )
        games = [game for thread in play.threads for game in thread.result()]
        seconds = time.perf_counter() - play.began
        return _Played(games, self._counts().since(play.counts), seconds)

    def _remember(self, cycle: int, games: list[FinishedGame]) -> tuple[int, Metrics]:
        """Put the positions of a cycle's games into the windows, once the network was judged by
        them; how many they are, and its health."""
        games_by_division = [
            [game for game in games if game.record.rules == division.rules]
            for division in self._divisions
        ]
        samples_by_division = [concatenate([g.samples for g in some]) for some in games_by_division]
        if self._teacher is not None:
            samples_by_division = [
                self._teacher.with_draws(samples, division.rules)
                for division, samples in zip(self._divisions, samples_by_division, strict=True)
            ]
        health = self._watch.judge(
            cycle, games_by_division[0], samples_by_division[0], self._replay, self._learner
        )
        for division, samples in zip(self._divisions, samples_by_division, strict=True):
            division.replay.append(cycle, samples)
        return sum(samples.rows for samples in samples_by_division), health

    def _learn(self, owed: float, log: RunLog, cycle: int, clock: float) -> _Learned:
        """Make as many whole gradient steps as are owed."""
        began = time.perf_counter()
        steps = int(owed)
        torch.set_num_threads(self._threads)
        progress = self._share_done()
        with self._learner.on_own_stream():
            sums = Losses(*torch.zeros(len(Losses._fields), device=self._device))
            for step in range(steps):
                with span(LEARNING):
                    losses = self._learner.step(self._draw_batch(), progress)
                # On a GPU, reading a loss at every step would wait for it.
                sums = Losses(*(total + loss for total, loss in zip(sums, losses, strict=True)))
                if step % 10 == 9:
                    log.progress(
                        self._progress.seconds + self._clock() - clock,
                        f"cycle {cycle}: learning, step {step + 1} of {steps}, "
                        f"policy loss {sums.policy / (step + 1):.3f}, "
                        f"value loss {sums.value / (step + 1):.3f}",
                    )
        means = {name: float(total) / max(1, steps) for name, total in sums._asdict().items()}
        return _Learned(means, time.perf_counter() - began)

    def _renew_lanes(self, cycle: int, log: RunLog) -> float:
        """Let self-play go on with what was learned; seconds that took."""
        began = time.perf_counter()
        self._refresh_inference(cycle)
        for index, lane in enumerate(self._lanes):
            lane.use(self._playing.lane(index))
        if self._inference.remark:
            log.line(f"  {self._inference.remark}")
        return time.perf_counter() - began

    def _progress_after(
        self, before: Progress, played: _Played, positions: int, owed: float, seconds: float
    ) -> Progress:
        """The counters after a cycle.

        positions: new ones. owed: gradient steps, of which some were made. seconds: in all.
        """
        return Progress(
            cycle=before.cycle + 1,
            games=before.games + len(played.games),
            positions=before.positions + positions,
            positions_by_division=[division.replay.positions_seen for division in self._divisions],
            simulations=before.simulations + played.counts.simulations,
            steps=self._learner.steps,
            seconds=seconds,
            step_debt=owed - (self._learner.steps - before.steps),
            last_evaluation_seconds=before.last_evaluation_seconds,
            lanes=len(self._lanes),
            backend=self._playing.backend if self._device.type == "cpu" else "",
            learner_rng=dict(self._learner.rng.bit_generator.state),
        )

    def _save(self, cycle: int, games: list[FinishedGame]) -> None:
        """Make the cycle count, and delete what is not needed any more."""
        with span(SAVING):
            save_checkpoint(self._folder.checkpoint(cycle), self._learner.averaged, self._meta())
            self._write_games(cycle, games)
            self._save_state()
        self._folder.prune_checkpoints(
            self._config.keep_checkpoints, self._watch.evaluated_cycles()
        )
        for division in self._divisions:
            division.replay.prune()

    def _tell(
        self, log: RunLog, played: _Played, learned: _Learned, others: dict[str, Any]
    ) -> None:
        """Write down what was measured in the cycle just saved, and a line for people.

        others: metrics that neither follow from these nor from the counters.
        """
        progress, counts, losses = self._progress, played.counts, learned.losses
        self._watch.tell(
            log,
            progress.cycle,
            {
                "run/minutes": progress.seconds / 60,
                "run/games": progress.games,
                "run/positions": progress.positions,
                "selfplay/simulations_per_second": played.rate,
                "selfplay/evaluations_per_second": counts.evaluations / played.seconds,
                "selfplay/remembered": 1 - counts.evaluations / max(1, counts.asked),
                "selfplay/seconds": played.seconds,
                "learner/seconds": learned.seconds,
                "learner/steps": self._learner.steps,
                "replay/window": sum(division.replay.count for division in self._divisions),
                **{f"loss/{name}": value for name, value in losses.items()},
                **others,
                **self._watch.solve(progress.cycle, self._inference.plain()),
            },
            self._learner,
        )
        log.line(
            f"cycle {progress.cycle}, minute {progress.seconds / 60:.1f}: "
            f"{progress.games:,} games (+{len(played.games)}), "
            f"{others['selfplay/plies']:.0f} plies, "
            f"Black won {others['selfplay/black_wins']:.0%}, "
            f"drawn {others['selfplay/draws']:.0%}; "
            f"policy loss {losses['policy']:.3f}, value loss {losses['value']:.3f}; "
            f"{played.rate:,.0f} simulations/s"
        )

    def _draw_batch(self) -> list[tuple[Samples, Rules]]:
        """The next batch: of one board size, from all divisions that have it."""
        rows, rng = self._config.learner.batch, self._learner.rng
        divisions = self._divisions
        sizes = [division.rules.size for division in divisions]
        if len(set(sizes)) > 1:
            size = rng.choice(sizes, p=[division.share for division in divisions])
            divisions = [division for division in divisions if division.rules.size == size]
        if len(divisions) == 1:
            return [(divisions[0].replay.draw(rows, rng), divisions[0].rules)]
        shares = np.array([division.share for division in divisions])
        counts = rng.multinomial(rows, shares / shares.sum()).tolist()
        return [
            (division.replay.draw(count, rng), division.rules)
            for division, count in zip(divisions, counts, strict=True)
            if count
        ]

    def _evaluate(self, log: RunLog) -> None:
        """Matches of the averaged network against the opponents of the ladder."""
        torch.set_num_threads(self._threads)
        self._watch.evaluate(
            log,
            self._progress.cycle,
            self._progress.seconds,
            self._match_evaluator(),
            is_last=self.is_done(),
        )
        self._progress = msgspec.structs.replace(
            self._progress, last_evaluation_seconds=self._progress.seconds
        )
        # Not the whole state: for an instant there would be none of this cycle.
        self._folder.write_progress(self._progress)

    def _match_evaluator(self) -> Evaluator:
        """The averaged network as it plays in earnest."""
        return self._inference.match()

    def _refresh_inference(self, cycle: int) -> None:
        """Let the averaged network of a cycle play, quantized for positions of the window."""
        positions = None
        if self._replay.count:
            rows = calibration_rows(self._replay.count, self._config.seed, cycle)
            chosen = take(self._replay.samples, rows)
            positions = positions_of_samples(chosen, self._rules)
        with span(QUANTIZING):
            self._inference.refresh(self._learner.averaged, positions)

    def _save_state(self) -> None:
        lanes = [lane.state() for lane in self._lanes]
        self._folder.write_state(State(self._progress, self._learner.tensors(), lanes))

    def _restore_learner(self, state: State, lanes: int) -> None:
        # Runs that did not say how many positions each rule set had were of one.
        seen = state.progress.positions_by_division or [state.progress.positions]
        if len(seen) != len(self._divisions):
            raise RunError(
                f"the run has {len(seen)} rule sets, the configuration {len(self._divisions)}: "
                "set game.other_sizes and game.other_rules back"
            )
        if len(state.lanes) != lanes * len(seen):
            raise RunError(
                f"the run has {len(state.lanes) // len(seen)} lanes of self-play, the "
                f"configuration {lanes}: set selfplay.lanes back"
            )
        with _misfits():
            self._learner.restore(state.tensors, state.progress.steps)
            self._learner.rng.bit_generator.state = state.progress.learner_rng
        for division, positions in zip(self._divisions, seen, strict=True):
            division.replay.load(state.progress.cycle, positions)
            points = (
                division.replay.samples.cells.shape[1]
                if division.replay.count
                else division.rules.points
            )
            with _misfits():
                if points != division.rules.points:
                    raise ValueError(f"replay positions have {points} points")
        self._folder.forget_after(state.progress.cycle)

    def _restore_lanes(self, state: State) -> None:
        with _misfits():
            for index, (lane, arrays) in enumerate(zip(self._lanes, state.lanes, strict=True)):
                lane.restore(arrays)
                # What it asked while it drew the games that are now replaced is not remembered.
                lane.use(self._playing.lane(index))

    def _write_games(self, cycle: int, games: list[FinishedGame]) -> None:
        """A few games from all over the cycle, as SGF; the first ones to end are the shortest."""
        chosen = np.linspace(0, len(games) - 1, min(_SAMPLE_GAMES, len(games))).astype(int)
        for number, index in enumerate(chosen.tolist(), start=1):
            text = sample_to_sgf(games[index].record)
            self._folder.write(f"games/{cycle:06d}-{number}.sgf", text.encode())

    def _meta(self) -> CheckpointMeta:
        return CheckpointMeta(
            name=self._config.name,
            net=self._config.net.to_config(),
            architecture=self._config.net.architecture,
            rules=[division.rules for division in self._divisions],
            cycles=self._progress.cycle,
            games=self._progress.games,
            positions=self._progress.positions,
            steps=self._progress.steps,
            seconds=round(self._progress.seconds, 1),
            commit=find_commit(),
            created=datetime.date.today().isoformat(),
            hardware=describe_hardware(self._device),
            config=msgspec.to_builtins(self._config),
        )


@contextlib.contextmanager
def _misfits() -> Iterator[None]:
    """Whatever goes wrong with shapes inside is a configuration that was changed."""
    try:
        yield
    except (RuntimeError, ValueError, KeyError) as error:
        raise RunError(
            "the run does not fit the configuration (its game, net or selfplay.games was "
            f"changed): {str(error).splitlines()[0]}"
        ) from None


def _compile(rules: Rules, evaluator: Evaluator, config: TrainConfig) -> None:
    """Play one game and throw it away, so that compiling kernels takes no training time."""
    lane = SelfPlay(rules, evaluator, config.selfplay, games=1, seed=0)
    lane.begin_searches()
    while not lane.step():
        pass


def _play_lanes(
    lanes: Sequence[SelfPlay],
    positions: Sequence[int],
    simulations: int,
    interrupted: threading.Event,
) -> list[FinishedGame]:
    """Let each of these lanes play in turn until it has so many new positions.

    simulations: of a move searched in full.
    interrupted: once set, nobody needs the games any more.
    """
    torch.set_num_threads(1)
    finished: list[FinishedGame] = []
    for lane, wanted in zip(lanes, positions, strict=True):
        count = 0
        lane.begin_searches(simulations)
        while count < wanted and not interrupted.is_set():
            for game in lane.step():
                finished.append(game)
                count += game.samples.rows
    return finished
