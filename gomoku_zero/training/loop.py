"""The cycle: play, remember, learn, save, now and then a match; and going on after a stop.

One process, in turn, unless learning is set to go on beside playing. Games in progress carry over
to the next cycle, so nobody waits for the longest game; searches in progress begin again with the
new network. How many gradient steps a cycle makes follows from its new positions, never from the
clock.
"""

import contextlib
import datetime
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import torch

from gomoku.machine import usable_cores
from gomoku.record import GameRecord
from gomoku_zero.players.models import find_model
from gomoku_zero.runs.live import Doing, Live
from gomoku_zero.runs.sample_games import sample_to_sgf
from gomoku_zero.training.about import describe_hardware, find_commit
from gomoku_zero.training.batches import Batch, drawn_ahead
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.cycle_report import CycleReport, Learned
from gomoku_zero.training.evaluations import Evaluations
from gomoku_zero.training.health import Metrics
from gomoku_zero.training.inference import Inference, calibration_rows
from gomoku_zero.training.lanes import Lanes, compile_by_playing
from gomoku_zero.training.learner import Learner, Losses
from gomoku_zero.training.log import RunLog, complete_metrics
from gomoku_zero.training.players import Played, Players, is_of_workers
from gomoku_zero.training.ranks import Ranks
from gomoku_zero.training.run_folder import Progress, RunFolder, State
from gomoku_zero.training.samples import positions_of_samples
from gomoku_zero.training.settings import RunError
from gomoku_zero.training.teacher import Teacher, keep_teacher, window_of_teacher
from gomoku_zero.training.watch import Watch
from gomoku_zero.training.windows import Windows
from mcts.evaluation import Evaluator
from nets.checkpoint import CheckpointMeta, load_checkpoint, save_checkpoint
from nets.device import device_for_learning
from nets.networks import make_net
from nets.timeline import LEARNING, QUANTIZING, SAVING, WAITING, span

# A mean policy or value loss of a cycle, in nats, above which learning has diverged.
MAX_LOSS = 50.0

# How many games of a cycle are written out for people.
_SAMPLE_GAMES = 3

# Seconds between two looks at the players, for the progress bar.
_GLANCE_SECONDS = 0.02


class Trainer:
    """A run: its networks, players, replay and counters."""

    def __init__(self, config: TrainConfig, folder: RunFolder, state: State | None) -> None:
        """A new run, or the one that `state` was read from.

        Raises:
            RunError: if the state does not fit the configuration.
            ReplayError: if a replay file is damaged.
            CheckpointError: if there is none to begin with, or no teacher, where the configuration
                says.
        """
        if config.players.kind != "threads":
            # Workers play on processors, and this process asks what they ask.
            selfplay = msgspec.structs.replace(config.selfplay, device="cpu")
            config = msgspec.structs.replace(config, selfplay=selfplay)
        self._config = config
        self._folder = folder
        self._rules = config.game.to_rules()
        torch.manual_seed(config.seed)
        if config.init and state is None:
            net = load_checkpoint(find_model(config.init)).net
        else:
            shape = None if state is None else state.progress.net
            net = make_net(shape or config.net.to_config())
        self._ranks = Ranks.join()
        if self._ranks is None:
            self._device = device_for_learning(config.learner.device, net.config)
        else:
            if config.learner.batch % self._ranks.size:
                raise RunError(
                    f"learner.batch is {config.learner.batch}: it must be a multiple of the "
                    f"{self._ranks.size} processes that learn"
                )
            self._device = self._ranks.device(config.learner.device, net)
            self._ranks.tell(config, net.config)
        self._learner = Learner(net, config.learner, self._device, config.seed, ranks=self._ranks)
        self.stop_after: int | None = None
        """A cycle to stop after although the budget is not used."""
        self._progress = Progress() if state is None else state.progress
        if self._progress.metrics:
            # Killed behind the state of a cycle, a run has its row there alone.
            complete_metrics(folder.root, self._progress.cycle, self._progress.metrics)
        self._watch = Watch(config, folder, self._progress.cycle)
        self._rule_sets = list(config.game.shares())
        self._threads = self._count_threads(state)
        by_threads = config.players.kind == "threads"
        self._windows = Windows(folder, config.replay, config.game.shares())
        if state is not None:
            self._restore_learner(state)
        self._teacher: Teacher | None = None
        if config.distill:
            self._teacher = self._call_teacher(is_new=state is None)
        if self._ranks is not None:
            self._ranks.tell("restore", self._learner.tensors(), self._learner.steps)
            if self._windows.count:
                self._ranks.share_out(self._windows.contents())
        self._inference = Inference(
            self._learner.averaged, self._rule_sets, config.selfplay, config.seed
        )
        self._playing = self._teacher.inference if self._teacher else self._inference
        self._refresh_inference(self._progress.cycle)
        self._players = self._call_players(state)
        if state is not None:
            with _misfits():
                self._players.restore(state.lanes)
        self._players.use(self._playing, self._progress.cycle)
        self._measured = 0.0
        """When the latest cycle was, as `time.perf_counter` counts."""
        self._evaluations: Evaluations | None = None
        self._judging: ThreadPoolExecutor | None = None
        if by_threads:
            compile_by_playing(self._rules, self._playing.lane(0), config)
        else:
            # This process has a core or more to itself.
            self._evaluations = Evaluations(self._watch, self._inference, self._progress.cycle)
            self._judging = ThreadPoolExecutor(1, "judge", torch.set_num_threads, (1,))

    def _call_players(self, state: State | None) -> Players:
        """Who plays, by the configuration."""
        config = self._config
        by_threads = config.players.kind == "threads"
        if state is not None and is_of_workers(state.lanes) == by_threads:
            # Games that are begun anew are not those that the run began with.
            seeds = np.random.SeedSequence([config.seed, state.progress.cycle])
            seed = int(seeds.generate_state(1, np.uint64)[0]) >> 1
            config = msgspec.structs.replace(config, seed=seed)
        if by_threads:
            return Lanes(config, self._playing, self._threads)
        from gomoku_zero.training.remote import RemotePlayers  # an extra installs what it needs

        return RemotePlayers(config)

    def _count_threads(self, state: State | None) -> int:
        """How many threads learn; where threads play, as many, and as many lanes of each rules."""
        if self._config.players.kind != "threads":
            return usable_cores()
        threads = self._config.selfplay.lanes
        if not threads and state is not None and not is_of_workers(state.lanes):
            threads = len(state.lanes) // len(self._rule_sets)
        return min(threads or usable_cores(), self._config.selfplay.games)

    def _call_teacher(self, *, is_new: bool) -> Teacher:
        """The teacher; a new run begins with its window."""
        source = Path(self._config.distill)
        if is_new:
            keep_teacher(source, self._folder)
        teacher = Teacher(self._folder, self._config)
        for rules in self._rule_sets if is_new else ():
            window = window_of_teacher(source, rules)
            if window is not None:
                self._windows.append(0, {rules: teacher.with_draws(window, rules)})
        return teacher

    @property
    def progress(self) -> Progress:
        return self._progress

    @property
    def inference(self) -> Inference:
        """How self-play asks the network."""
        return self._playing

    def save_beginning(self) -> None:
        """Save a state before the first cycle, unless there is one: a run that is stopped in that
        cycle is resumed like any other."""
        if not self._folder.can_resume():
            self._progress = self._counted(self._progress)
            self._save_state()

    def is_done(self) -> bool:
        return self._share_done() >= 1

    def _share_done(self) -> float:
        """How much of the budget is used, by the clock or by cycles, whichever is more."""
        config, progress = self._config, self._progress
        return max(
            progress.seconds / (60 * config.minutes),
            progress.cycle / config.cycles if config.cycles else 0.0,
        )

    def _clock(self) -> float:
        """Seconds of what the budget is counted in."""
        if self._config.clock == "cpu":
            return time.process_time() / usable_cores()
        return time.perf_counter()

    def run(self, log: RunLog) -> None:
        """Cycle until the budget is used, and evaluate at the end."""
        self.save_beginning()
        self._measured = time.perf_counter()
        log.show(self._live("playing", self._progress.cycle + 1))
        try:
            if self._progress.cycle and not self.is_done():
                self._evaluate_beside()  # what was cut off
            while not self.is_done() and self._progress.cycle != self.stop_after:
                self._cycle(log)
                if self._evaluations is not None:
                    self._evaluate_beside()
                elif self._evaluation_is_due():
                    self._evaluate(log)
            if self.is_done():
                self._players.close()
                self._finish_evaluating(log)
            if self._ranks is not None:
                self._ranks.tell("stop")
        finally:
            if self._evaluations is not None:
                self._evaluations.close()
            self._players.close()
        if self.is_done():
            log.show(self._live("over", self._progress.cycle))

    def _finish_evaluating(self, log: RunLog) -> None:
        """Evaluate the last network once the others are."""
        evaluations, cycle = self._evaluations, self._progress.cycle
        if evaluations is not None:
            for _ in range(2):  # of an earlier network, and the tactics of the last one
                while evaluations.is_busy():
                    time.sleep(_GLANCE_SECONDS)
                    log.progress(self._live("match", cycle), f"waiting{evaluations.describe()}")
                arrived = self._take_in(log)
                if arrived:
                    self._watch.note(log, cycle, arrived)
                    self._folder.write_progress(self._progress)
                self._evaluate_beside()
        # Also where that was cut off, after the cycle that used the budget.
        if not self._is_evaluated():
            self._evaluate(log)

    def _evaluation_is_due(self) -> bool:
        since = self._progress.seconds - self._progress.last_evaluation_seconds
        return since >= 60 * self._config.evaluation.minutes

    def _is_evaluated(self) -> bool:
        """Return whether all matches of the latest cycle were played."""
        return self._progress.last_evaluation_seconds == self._progress.seconds

    def _cycle(self, log: RunLog) -> None:
        before, clock, share = self._progress, self._clock(), self._share_done()
        cycle = before.cycle + 1
        learning_rate = self._learner.learning_rate(share)
        most_simulations = self._config.selfplay.simulations_at(share)
        beside_play = self._config.learner.beside_play

        # 1. Play, and learn meanwhile if asked to.
        self._players.start(self._config.cycle_positions, most_simulations)
        if beside_play:
            learned = self._learn(before.step_debt, log, cycle, clock)
        waiting = time.perf_counter()
        played = self._finish_playing(log, cycle, clock)
        waited = time.perf_counter() - waiting

        # 2. Remember.
        positions, health = self._remember(cycle, played)

        # 3. Learn, and play by what was learned.
        owed = before.step_debt + positions * self._config.learner.reuse / (
            self._config.learner.batch
        )
        if not beside_play:
            learned = self._learn(owed, log, cycle, clock)
        refresh_seconds = self._renew_players(cycle, log)

        # 4. Measure.
        seconds = before.seconds + self._clock() - clock
        self._progress = self._progress_after(before, played, positions, owed, seconds)
        measured = CycleReport(
            self._progress,
            played,
            learned,
            positions=positions,
            most_simulations=most_simulations,
            learning_rate=learning_rate,
            refresh_seconds=refresh_seconds,
            other_seconds=time.perf_counter() - self._measured - waited - learned.seconds,
            window=self._windows.count,
            health=health.result(),
        )
        self._measured = time.perf_counter()
        report = self._watch.complete(measured, self._evaluated(cycle, log), self._learner)

        # 5. Save, the row of metrics with the state, and tell.
        self._progress = msgspec.structs.replace(self._progress, metrics=report.row())
        self._save(cycle, played.records)
        self._watch.tell(log, report)

    def _finish_playing(self, log: RunLog, cycle: int, clock: float) -> Played:
        """The games of a cycle, once they are played."""
        began, counts = time.perf_counter(), self._players.counts()
        evaluations = self._evaluations
        while not self._players.is_done():
            with span(WAITING):
                time.sleep(_GLANCE_SECONDS)
            made = self._players.counts().since(counts).simulations
            log.progress(
                self._live("playing", cycle, self._clock() - clock),
                f"cycle {cycle}: playing, {self._progress.games:,} games, "
                f"{self._progress.positions:,} positions, "
                f"{made / (time.perf_counter() - began):,.0f} simulations/s"
                f"{self._players.describe()}{evaluations.describe() if evaluations else ''}",
            )
            self._pass_remarks(log)
        self._pass_remarks(log)
        return self._players.finish()

    def _pass_remarks(self, log: RunLog) -> None:
        for remark in self._players.remarks():
            log.line(f"  {remark}")

    def _remember(self, cycle: int, played: Played) -> tuple[int, Future[Metrics]]:
        """Put the positions of a cycle's games into the windows; how many they are, and the health
        of the network, which is judged by them as it is now."""
        samples = played.samples
        if self._teacher is not None:
            samples = {
                rules: self._teacher.with_draws(its, rules) for rules, its in samples.items()
            }
        judge = self._watch.judge(
            cycle,
            played.totals[self._rules],
            samples[self._rules],
            self._windows.main,
            self._learner.judge(),
        )
        if self._judging is not None:
            health = self._judging.submit(judge)
        else:
            health = Future()
            health.set_result(judge())
        self._windows.append(cycle, samples)
        if self._ranks is not None:
            self._ranks.share_out(samples)
        return sum(its.rows for its in samples.values()), health

    def _learn(self, owed: float, log: RunLog, cycle: int, clock: float) -> Learned:
        """Make as many whole gradient steps as are owed."""
        began = time.perf_counter()
        steps = int(owed)
        torch.set_num_threads(self._threads)
        progress = self._share_done()
        if self._ranks is not None:
            self._ranks.tell("learn", steps, progress, cycle)
        with self._learner.on_own_stream():
            sums = Losses(*torch.zeros(len(Losses._fields), device=self._device))
            is_on_gpu = self._device.type != "cpu"
            batches = drawn_ahead(self._draw, steps, threaded=is_on_gpu)
            for step, batch in enumerate(batches):
                with span(LEARNING):
                    losses = self._learner.learn(batch, progress)
                # On a GPU, reading a loss at every step would wait for it.
                torch._foreach_add_(sums, losses)
                if step % 10 == 9 and log.is_due():
                    log.progress(
                        self._live("learning", cycle, self._clock() - clock),
                        f"cycle {cycle}: learning, step {step + 1} of {steps}, "
                        f"policy loss {sums.policy / (step + 1):.3f}, "
                        f"value loss {sums.value / (step + 1):.3f}",
                    )
        means = {name: float(total) / max(1, steps) for name, total in sums._asdict().items()}
        # No policy is that far from its target, and no value from a result, that learns at all.
        is_lost = max(means["policy"], means["value"]) > MAX_LOSS
        if is_lost or not self._learner.is_finite():
            raise RunError(
                f"learning diverged in cycle {cycle} (policy loss {means['policy']:.3g}, value "
                f"loss {means['value']:.3g}): lower learner.learning_rate, and --resume goes on "
                "from the cycle before"
            )
        if self._learner.remark:
            log.line(f"  {self._learner.remark}")
            self._learner.remark = ""
        return Learned(means, time.perf_counter() - began)

    def _live(self, doing: Doing, cycle: int, seconds: float = 0.0) -> Live:
        """The present moment, for onlookers; seconds: since the last cycle ended."""
        progress = self._progress
        return Live(
            doing=doing,
            cycle=cycle,
            seconds=progress.seconds + seconds,
            games=progress.games,
            positions=progress.positions,
        )

    def _draw(self) -> Batch:
        """The next batch to learn from."""
        learner = self._learner
        rows = self._config.learner.batch // (self._ranks.size if self._ranks else 1)
        return learner.prepare(self._windows.draw(rows, learner.rng))

    def _renew_players(self, cycle: int, log: RunLog) -> float:
        """Let self-play use what was learned; returns the seconds that took."""
        began = time.perf_counter()
        self._refresh_inference(cycle)
        self._players.use(self._playing, cycle)
        if self._inference.remark:
            log.line(f"  {self._inference.remark}")
        return time.perf_counter() - began

    def _progress_after(
        self, before: Progress, played: Played, positions: int, owed: float, seconds: float
    ) -> Progress:
        """The counters after a cycle.

        positions: new ones. owed: gradient steps, of which some were made. seconds: in all.
        """
        return self._counted(
            msgspec.structs.replace(
                before,
                cycle=before.cycle + 1,
                games=before.games + played.games,
                positions=before.positions + positions,
                simulations=before.simulations + played.counts.simulations,
                seconds=seconds,
                step_debt=owed - (self._learner.steps - before.steps),
            )
        )

    def _counted(self, progress: Progress) -> Progress:
        """The counters, with what the parts of the run count themselves."""
        return msgspec.structs.replace(
            progress,
            positions_by_rules=self._windows.positions_seen,
            replay_files=self._windows.files,
            steps=self._learner.steps,
            net=self._learner.averaged.config,
            learner_rng=dict(self._learner.rng.bit_generator.state),
        )

    def _save(self, cycle: int, games: list[GameRecord]) -> None:
        """Make the cycle count, and delete what is not needed any more."""
        with span(SAVING):
            save_checkpoint(self._folder.checkpoint(cycle), self._learner.averaged, self._meta())
            self._write_games(cycle, games)
            self._save_state()
        kept = self._watch.evaluated_cycles()
        if self._evaluations is not None and self._evaluations.cycle is not None:
            kept.append(self._evaluations.cycle)
        self._folder.prune_checkpoints(self._config.keep_checkpoints, kept)
        self._windows.prune()

    def _evaluated(self, cycle: int, log: RunLog) -> Metrics:
        """The tactics of a cycle's network; beside the cycles, whatever has arrived."""
        if self._evaluations is not None:
            return self._take_in(log)
        every = self._watch.tactics_cycles
        return self._watch.solve(self._inference.plain()) if every and cycle % every == 0 else {}

    def _take_in(self, log: RunLog) -> Metrics:
        """The metrics of evaluations beside the cycles since the last look."""
        assert self._evaluations is not None
        arrived = self._evaluations.take()
        for line in arrived.lines:
            log.line(line)
        if arrived.seconds is not None:
            self._progress = msgspec.structs.replace(
                self._progress, last_evaluation_seconds=arrived.seconds
            )
        return arrived.metrics

    def _evaluate_beside(self) -> None:
        """Begin what is due of the latest network, unless another is evaluated."""
        if self._evaluations is not None and self._evaluations.cycle is None:
            self._evaluations.begin(
                self._progress.cycle,
                self._progress.seconds,
                with_matches=self._evaluation_is_due() and not self.is_done(),
            )

    def _evaluate(self, log: RunLog) -> None:
        """Matches of the averaged network against the opponents of the ladder."""
        torch.set_num_threads(self._threads)
        cycle = self._progress.cycle
        live = self._live("match", cycle)

        def show(opponent: str, pair: int, pairs: int) -> None:
            now = msgspec.structs.replace(live, opponent=opponent, pair=pair, pairs=pairs)
            log.progress(now, f"match against {opponent}: pair {pair} of {pairs}")

        metrics, lines = self._watch.climb(
            cycle, self._match_evaluator(), show, is_last=self.is_done()
        )
        self._watch.note(log, cycle, metrics, lines)
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
        if self._windows.main.count:
            rows = calibration_rows(self._windows.main.count, self._config.seed, cycle)
            positions = positions_of_samples(self._windows.main.take(rows), self._rules)
        with span(QUANTIZING):
            self._inference.refresh(self._learner.averaged, positions)

    def _save_state(self) -> None:
        players = self._players.state()
        self._progress = msgspec.structs.replace(self._progress, lanes=len(players))
        self._folder.write_state(State(self._progress, self._learner.tensors(), players))

    def _restore_learner(self, state: State) -> None:
        """Bring network, optimizer and windows to where a run stopped."""
        # Runs that did not say how many positions each rule set had were of one.
        seen = state.progress.positions_by_rules or [state.progress.positions]
        rule_sets = len(self._rule_sets)
        if len(seen) != rule_sets:
            raise RunError(
                f"the run has {len(seen)} rule sets, the configuration {rule_sets}: "
                "set game.other_sizes and game.other_rules back"
            )
        by_threads = self._config.players.kind == "threads"
        resumes_games = by_threads and not is_of_workers(state.lanes)
        if resumes_games and len(state.lanes) != self._threads * rule_sets:
            raise RunError(
                f"the run has {len(state.lanes) // rule_sets} lanes of self-play, the "
                f"configuration {self._threads}: set selfplay.lanes back"
            )
        with _misfits():
            self._learner.restore(state.tensors, state.progress.steps)
            self._learner.rng.bit_generator.state = state.progress.learner_rng
        self._windows.load(state.progress.cycle, seen, state.progress.replay_files)
        with _misfits():
            self._windows.check_sizes()
        self._folder.forget_after(state.progress.cycle)

    def _write_games(self, cycle: int, games: list[GameRecord]) -> None:
        """A few games from all over the cycle, as SGF; the first ones to end are the shortest."""
        chosen = np.linspace(0, len(games) - 1, min(_SAMPLE_GAMES, len(games))).astype(int)
        for number, index in enumerate(chosen.tolist(), start=1):
            text = sample_to_sgf(games[index])
            self._folder.write(f"games/{cycle:06d}-{number}.sgf", text.encode())

    def _meta(self) -> CheckpointMeta:
        return CheckpointMeta(
            name=self._config.name,
            net=self._learner.averaged.config,
            architecture=self._config.net.architecture,
            rules=self._rule_sets,
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
