"""The page about the user's own play: accuracy by game and by phase, mistakes that repeat."""

from collections.abc import Callable
from dataclasses import dataclass

from gomoku.board import Board
from gomoku.rules import BLACK, Color, Rules
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.commands import Command, Do, PageCommand, ScrollPage
from gomoku_zero.window.model.exercises import exercises_of
from gomoku_zero.window.model.explanation import SIGNS
from gomoku_zero.window.model.position import Position
from gomoku_zero.window.model.progress import Progress, ReviewedGame
from gomoku_zero.window.model.review import Phase, Severity
from gomoku_zero.window.model.study import BatchReview
from gomoku_zero.window.view.dialogs import Dialog, DialogRows
from gomoku_zero.window.view.drawings import Chart, Curve, Drawing, Ink, SmallBoard
from gomoku_zero.window.view.layout import Rect, WindowLayout
from gomoku_zero.window.view.widgets import Control, Look, split_row

WIDTH = 860  # design units
CHART_ROWS, LIST_ROWS = 4, 6
REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class OpenGame(PageCommand):
    """Look at a reviewed game."""

    key: str


@dataclass(frozen=True, slots=True)
class ReviewAll(PageCommand):
    """Start or stop reviewing all games that are not reviewed yet."""


class ProgressPage:
    """Shows progress, and reviews games that are not part of it yet.

    A game that is pointed at is shown on a small board.
    """

    def __init__(
        self, progress: Progress, batch: BatchReview, show: Callable[[ReviewedGame], None]
    ) -> None:
        """
        show: opens a game in the window.
        """
        self._progress = progress
        self._batch = batch
        self._show = show
        self._first = 0  # row of the list
        self._exercises = len(exercises_of(progress))

    def do(self, command: PageCommand) -> None:
        match command:
            case ScrollPage(rows):
                last = max(0, len(self._progress.games) - LIST_ROWS)
                self._first = min(max(self._first + rows, 0), last)
            case OpenGame(key):
                found = next((each for each in self._progress.games if each.key == key), None)
                if found is not None and found.file:
                    self._show(found)
            case ReviewAll():
                if self._batch.is_running:
                    self._batch.stop()
                else:
                    self._batch.start()
            case _:
                pass

    def advance(self) -> None:
        done = self._batch.done
        self._batch.advance()
        if self._batch.done != done:
            self._exercises = len(exercises_of(self._progress))

    def lay_out(self, layout: WindowLayout, language: Language, pointed: Command | None) -> Dialog:
        games = self._progress.games[::-1]
        rows = DialogRows(layout, 3 + CHART_ROWS + LIST_ROWS, WIDTH)
        rows.title(language.say("progress"))
        top = [rows.whole() for _ in range(CHART_ROWS)]
        upper = top[0]._replace(height=top[-1].bottom - top[0].top)
        left, right = _divided(upper, rows.gap, layout)
        drawings: list[Drawing] = [self._chart(left, language)] if left is not None else []
        rows.controls += self._figures(right, language)
        shown = range(self._first, min(self._first + LIST_ROWS, len(games)))
        listed = [rows.whole() for _ in range(LIST_ROWS)]
        board = _board_place(listed, layout)
        for area, index in zip(listed, shown, strict=False):
            game = games[index]
            if board is not None:
                area = area._replace(width=board.left - rows.gap - area.left)
            area = rows.scrolled(area, ScrollPage, index, shown, len(games))
            command = OpenGame(game.key)
            note = _note(game, language)
            rows.controls.append(
                Control(area, f"{game.opponent}  {_result(game, language)}", command, Look.ROW,
                        selected=command == pointed, enabled=bool(game.file), note=note)
            )  # fmt: skip
        if not games:
            empty = Control(listed[0], language.say("no_progress"), look=Look.TEXT)
            rows.controls.append(empty)
        if board is not None and games:
            chosen = next((each for each in games if OpenGame(each.key) == pointed), None)
            drawings.append(_small_board(board, chosen or games[shown[0]]))
        rows.controls.append(Control(rows.whole(), self._remark(language), look=Look.TEXT))
        exercise, review, close = split_row(rows.whole(), 3, rows.gap)
        text = "stop_reviewing" if self._batch.is_running else "review_all"
        rows.controls += [
            Control(
                exercise,
                language.say("exercises", count=self._exercises),
                Do.EXERCISE,
                Look.PRIMARY,
                enabled=self._exercises > 0,
                note="F7",
            ),
            Control(review, language.say(text), ReviewAll(), selected=self._batch.is_running),
            Control(close, language.say("close"), Do.CLOSE, note="Esc"),
        ]
        return rows.dialog(wheel=ScrollPage, drawings=tuple(drawings))

    def _chart(self, rect: Rect, language: Language) -> Chart:
        games, means = self._progress.games, self._progress.mean_accuracies()
        by_game = tuple((float(i), 100 * game.accuracy) for i, game in enumerate(games))
        mean = tuple((float(i), 100 * each) for i, each in enumerate(means))
        low = min((10 * int(each / 10) for _, each in by_game), default=50)
        low = min(90, low)
        return Chart(
            rect,
            language.say("accuracy_by_game"),
            (
                Curve(language.say("each_game"), by_game, Ink.FAINT, has_dots=True, has_line=False),
                Curve(language.say("mean_of_five"), mean, Ink.ACCENT),
            ),
            low,
            100,
            (f"{low}%", "100%"),
        )

    def _figures(self, rect: Rect, language: Language) -> list[Control]:
        """The mean accuracy of each phase, and what is repeated most."""
        lines = [
            f"{language.say(phase.value)}: {100 * mean:.0f}%"
            for phase, mean in zip(Phase, self._progress.mean_phases(), strict=False)
            if mean is not None
        ]
        reasons = self._progress.reasons()[:REASONS_SHOWN]
        if reasons:
            lines.append(language.say("repeated"))
            lines += [
                f"{count} \u00d7 {language.say(f'many_{reason.value}')}"
                for reason, count in reasons
            ]
        height = rect.height // (len(Phase) + 1 + REASONS_SHOWN)
        return [
            Control(
                Rect(rect.left, rect.top + index * height, rect.width, height),
                line,
                look=Look.LABEL,
            )
            for index, line in enumerate(lines)
        ]

    def _remark(self, language: Language) -> str:
        if self._batch.is_running:
            percent = round(100 * self._batch.share)
            return language.say(
                "reviewing_games", done=self._batch.done, left=self._batch.left, percent=percent
            )
        return language.say("progress_hint", count=len(self._progress.games))


def _divided(rect: Rect, gap: int, layout: WindowLayout) -> tuple[Rect | None, Rect]:
    """Room for the chart and for the figures; a narrow window has none for the chart."""
    wanted = layout.units(270)
    if rect.width < 2 * wanted:
        return None, rect
    left = rect._replace(width=rect.width - wanted - 2 * gap)
    return left, rect._replace(left=left.right + 2 * gap, width=wanted)


def _board_place(listed: list[Rect], layout: WindowLayout) -> Rect | None:
    side = listed[-1].bottom - listed[0].top
    if listed[0].width < side + layout.units(400):
        return None
    return Rect(listed[0].right - side, listed[0].top, side, side)


def _small_board(rect: Rect, game: ReviewedGame) -> SmallBoard:
    rules = Rules(*game.rules)
    try:
        board = Position(rules, game.moves, game.start).board()
    except ValueError:  # a file may say anything
        board = Board(rules)
    last = game.moves[-1] if game.moves else None
    return SmallBoard(rect, rules.size, tuple(board.cells.tolist()), last)


def _result(game: ReviewedGame, language: Language) -> str:
    key = {1.0: "won", 0.5: "drawn", 0.0: "lost"}[game.score]
    color = language.say("black" if Color(game.color) is BLACK else "white")
    return language.joined(color, language.say(key))


def _note(game: ReviewedGame, language: Language) -> str:
    counts = zip(Severity, game.counts, strict=True)
    signs = " ".join(f"{count}{SIGNS[each]}" for each, count in counts if count)
    return "   ".join(
        part for part in (signs, f"{100 * game.accuracy:.0f}%", game.day[:10]) if part
    )
