"""Search: one batched Monte Carlo tree for every use; numpy and numba, never torch or pygame."""
