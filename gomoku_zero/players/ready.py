"""The kernels that are compiled before somebody can play, so that nobody waits for it unawares."""

from collections.abc import Callable, Collection
from typing import Any

from gomoku import forbidden, kernels, lines
from gomoku.jit import compile_ahead, is_compiled
from gomoku.rules import FREESTYLE, RENJU
from mcts import cache, evaluation, nodes, reroot, rollout, root, settle, vcf, vct, waves
from nets.patterns import gradients
from nets.patterns import kernels as pattern_kernels
from nets.patterns import search as pattern_search

Kernels = tuple[Callable[..., Any], ...]

BOARD: Kernels = (kernels.clear, kernels.place)
LATER: Kernels = (
    kernels.remove,
    kernels.winning_side,
    lines.write_lines,
    reroot.advance_roots,
    reroot.forget_least_visited,
)
"""What a game calls after its first answer."""

SEARCH: Kernels = (
    reroot.begin_tree,
    root.root_priors,
    root.root_statistics,
    root.root_value,
    root.best_move,
    root.best_child,
    nodes.find_child,
)
NETWORK: Kernels = (
    settle.solve_roots,
    vcf.find_vcf,
    waves.begin_wave,
    waves.gather,
    waves.absorb,
    cache.look_up,
    cache.remember,
    pattern_kernels.evaluate_positions,
    pattern_search.run_waves,
)
PURE: Kernels = (rollout.search_by_rollouts,)
OF_RENJU: Kernels = (forbidden.is_forbidden_stone, forbidden.mark_forbidden, evaluation.mark_boards)
THREATS: Kernels = (vct.find_vct, settle.look_behind)
THREADS: Kernels = (pattern_search.search_shared,)
TRAINING: Kernels = (
    root.draw_gumbel,
    root.decide,
    gradients.number_lines,
    gradients.add_and_mix,
    gradients.add_gradients,
)
OTHERS: Kernels = (
    kernels.count_stones_in_rows,
    kernels.is_dead_draw,
    kernels.winning_moves,
    lines.has_winning_row,
    lines.line_through,
    lines.padded_line,
    lines.run_around,
    lines.set_stone,
    forbidden.fours_on_line,
    rollout.play_out_batch,
)
"""What is called now and then, or by few players."""


def kernels_of_play(variants: Collection[int] = (FREESTYLE,), *, network: bool = True) -> Kernels:
    """Kernels of a game against a network of line patterns, or pure search, in about this order.

    Not among them is `THREATS`, which analysis calls, and play at length.
    """
    # Stones are placed as soon as the board's kernels are there, which in renju call the others.
    chosen: Kernels = (OF_RENJU if RENJU in variants else ()) + BOARD
    return chosen + SEARCH + (NETWORK if network else PURE) + LATER


def all_kernels() -> Kernels:
    """All that Python calls; a test holds the list complete."""
    return kernels_of_play((RENJU,)) + PURE + THREATS + THREADS + TRAINING + OTHERS


def get_ready(
    variants: Collection[int] = (FREESTYLE,),
    progress: Callable[[int, int], None] = lambda done, count: None,
    *,
    network: bool = True,
    besides: Kernels = (),
) -> None:
    """Compile what play needs, or load it; see `gomoku.jit.compile_ahead`.

    besides: further kernels, such as `THREATS` where those are looked for.
    """
    compile_ahead(kernels_of_play(variants, network=network) + besides, progress)


def first_kernels(variant: int) -> Kernels:
    """The kernels without which a network of line patterns cannot answer a first move."""
    return tuple(entry for entry in kernels_of_play((variant,)) if entry not in LATER)


def must_compile(variants: Collection[int] = (FREESTYLE,), *, network: bool = True) -> bool:
    """Return whether something that play needs is neither compiled nor on the disk."""
    return not all(is_compiled(entry) for entry in kernels_of_play(variants, network=network))
