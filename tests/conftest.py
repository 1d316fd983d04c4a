"""What all tests share: repeatable Hypothesis examples, no window, threads that do not spin."""

import os
import tempfile

import platformdirs
from hypothesis import settings

# Before anything imports pygame: a test must not open a window.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

# Before anything imports torch: its threads must not spin while another program has the core.
os.environ.setdefault("GOMP_SPINCOUNT", "3000")

# Compiled kernels are the user's, whoever compiled them first.
os.environ.setdefault("NUMBA_CACHE_DIR", platformdirs.user_cache_dir("gomoku-zero"))

# Quantized networks and measurements of the tests are not.
_cache = tempfile.TemporaryDirectory(prefix="gomoku-zero-tests-")
os.environ["GOMOKU_ZERO_CACHE"] = _cache.name

# The first call of a kernel compiles it, so there is no deadline.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
