"""What all tests share: repeatable Hypothesis examples, and no window on the screen."""

import os

from hypothesis import settings

# Before anything imports pygame: a test must not open a window.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

# The first call of a kernel compiles it, so there is no deadline.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
