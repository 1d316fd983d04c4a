"""The files that a training run leaves on disk, for all who write it or look on; no torch."""
