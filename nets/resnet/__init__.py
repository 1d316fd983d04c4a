"""Residual networks: in torch, as recorded graphs on a GPU, in 8-bit integers on a CPU."""
