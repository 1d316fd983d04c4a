"""Compiles everything ahead: for containers, tournaments, and machines without a cache."""

import argparse
import sys
from collections.abc import Callable, Collection, Sequence

from tqdm import tqdm

from gomoku.jit import compile_ahead
from gomoku.kernel_cache import cache_folder
from gomoku.rules import FREESTYLE
from gomoku_zero.players.ready import all_kernels, kernels_of_play, must_compile


def main(arguments: Sequence[str] | None = None) -> int:
    """`gomoku-zero compile`: returns the exit status."""
    parser = argparse.ArgumentParser(
        "gomoku-zero compile",
        description="Compile the rules, the search and the networks for this machine, and keep "
        "the result in the cache (GOMOKU_ZERO_CACHE names another folder). Nothing waits for the "
        "compiler from then on, until the program or numba is updated.",
    )
    parser.parse_args(arguments)
    compile_with_bar(all_kernels())
    folder = cache_folder()
    if folder is None:
        print("compiled, but no folder can be written to keep it in", file=sys.stderr)
        return 1
    print(f"compiled kernels are in {folder}")
    return 0


def get_ready_with_bar(variants: Collection[int] = (FREESTYLE,), *, network: bool = True) -> None:
    """Compile what a match needs, under a progress bar if it takes time."""
    if must_compile(variants, network=network):
        compile_with_bar(kernels_of_play(variants, network=network))


def compile_with_bar(kernels: Sequence[Callable[..., object]]) -> None:
    """Compile kernels; the bar on standard error does not appear if all are on the disk."""
    with tqdm(desc="compiling", unit="kernel", delay=0.5, dynamic_ncols=True) as bar:

        def show(done: int, count: int) -> None:
            bar.total = count
            bar.update(done - bar.n)

        compile_ahead(kernels, show)
