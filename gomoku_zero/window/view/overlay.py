"""Marks on the board beside the stones themselves."""

from dataclasses import dataclass

from gomoku.opening_rules import StoneTurn
from gomoku.rules import Color
from gomoku_zero.window.model.settings import Settings
from gomoku_zero.window.model.snapshot import Snapshot

GHOSTS_SHOWN = 7  # of the moves that are expected after a mistake


@dataclass(frozen=True, slots=True)
class Overlay:
    """Marks beside the stones themselves.

    ghost: the point under the pointer, if a stone can be put there.
    cursor: the point chosen by keyboard.
    ghost_line: moves to show as numbered ghost stones.
    ghost_color: of the first of them; None for the side to move.
    candidates, heat: whether to show those of the thought.
    hint, better: points to ring.
    forbidden: points to cross out.
    barred: points to dim, where no stone may go now.
    branches: points where known lines continue.
    landing: how far the last stone has come down, in [0, 1].
    """

    ghost: int | None = None
    cursor: int | None = None
    ghost_line: tuple[int, ...] = ()
    ghost_color: Color | None = None
    candidates: bool = False
    heat: bool = False
    numbers: bool = False
    hint: int | None = None
    better: int | None = None
    forbidden: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()
    branches: tuple[int, ...] = ()
    landing: float = 1.0


def overlay_of(
    snapshot: Snapshot,
    settings: Settings,
    pointed: int | None,
    ghost: int | None,
    *,
    setting_up: bool = False,
) -> Overlay:
    """The marks of what is shown.

    pointed: the point under the pointer.
    ghost: where a stone is to be hinted at, if it can be put there: that, or one that awaits a
        second click.
    setting_up: whether stones are put down freely.
    """
    is_free = ghost is not None and not snapshot.cells[ghost] and ghost not in snapshot.barred
    can_play = is_free and not snapshot.options and (snapshot.human_to_move or setting_up)
    # A stone of an opening is not meant to be the best.
    shows_moves = snapshot.analyzing and not isinstance(snapshot.turn, StoneTurn)
    mistake = snapshot.lesson or snapshot.mistake_shown
    line, first = line_to_show(snapshot, pointed)
    return Overlay(
        ghost=ghost if can_play else None,
        ghost_line=line,
        ghost_color=first,
        candidates=shows_moves,
        heat=shows_moves and settings.heat,
        numbers=settings.numbers,
        hint=snapshot.hint if isinstance(snapshot.hint, int) else None,
        better=mistake.better if mistake is not None else None,
        forbidden=snapshot.forbidden,
        barred=snapshot.barred if snapshot.human_to_move else (),
        branches=snapshot.branches,
    )


def line_to_show(snapshot: Snapshot, pointed: int | None) -> tuple[tuple[int, ...], Color | None]:
    """Moves to show as numbered ghost stones for the point under the pointer, and whose is first.

    After a mistake those are: at the better move what it would have led to, else at the mistake
    what answers it, which teaching mode shows all the time.
    """
    mistake = snapshot.lesson or snapshot.mistake_shown
    if mistake is not None:
        if pointed is not None and pointed == mistake.better:
            most = None if mistake.missed_win else GHOSTS_SHOWN
            return mistake.better_line[:most], mistake.color
        if snapshot.lesson is not None or pointed == mistake.move:
            # Of a proven win every move counts, of a guess only the first ones.
            most = None if mistake.allows_win else GHOSTS_SHOWN
            return mistake.refutation[:most], mistake.color.other
    if snapshot.analyzing and snapshot.thought is not None and pointed is not None:
        return snapshot.thought.pv_of(pointed), None
    return (), None
