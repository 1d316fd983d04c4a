"""The checks that need a GPU, most important first, in at most 12 minutes, as one JSON file.

    sh benchmarks/gpu.sh gpu.json

Each step is a process with a limit of its own; the file is written anew after every step, so what
was done stays if the machine goes away.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BUDGET_SECONDS = 720

_MACHINE = """
import json, torch
there = torch.cuda.is_available()
print(json.dumps({"torch": torch.__version__, "cuda": torch.version.cuda, "gpu":
    torch.cuda.get_device_name() if there else None,
    "gib": torch.cuda.get_device_properties(0).total_memory / 2**30 if there else 0}))
"""

# Name, seconds at most, and the command behind the interpreter.
STEPS: list[tuple[str, int, list[str]]] = [
    ("machine", 60, ["-c", _MACHINE]),
    # Correct before fast: networks, gradient steps, a run that moves there and back, threads.
    ("tests", 240, ["-m", "pytest", "-q", "-x", "-m", "gpu", "tests/nets", "tests/training"]),
    # Line patterns from tables although there is a GPU; the time of one evaluation of both forms.
    ("forms", 60, ["-m", "benchmarks.forms", "models/15x15"]),
    # A gradient step: what is launched, and samples a second in float32 and bfloat16.
    ("launches", 60, ["-m", "benchmarks.launches"]),
    ("steps", 120, ["-m", "benchmarks.forms", "--learner"]),
    # Networks alone, self-play with lanes, and how busy the GPU is kept.
    ("selfplay", 180, ["-m", "benchmarks", "--only", "gpu", "--quick", "--json", "{figures}"]),
]


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "gpu.json")
    figures = out.with_suffix(".figures.json")
    end = time.monotonic() + BUDGET_SECONDS
    results: dict[str, Any] = {}
    for name, limit, command in STEPS:
        left = end - time.monotonic()
        if left < 5:
            results[name] = {"status": "no time left"}
            continue
        print(f"{name}, at most {min(limit, left):.0f} s", flush=True)
        results[name] = _run(
            [part.format(figures=figures) if "{figures}" in part else part for part in command],
            min(limit, left),
        )
        if figures.exists():
            results[name]["figures"] = json.loads(figures.read_text(encoding="utf-8"))
            figures.unlink()
        unfinished = out.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(out)
        print(f"  {results[name]['status']}: {results[name]['lines'][-1:]}", flush=True)


def _run(arguments: list[str], limit: float) -> dict[str, Any]:
    """How a step ended, its seconds, and the last lines it printed."""
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
    started = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
            env=environment,
            check=False,
        )
        status, output = f"exit {done.returncode}", done.stdout
    except subprocess.TimeoutExpired as error:
        status, output = "cut off", error.stdout or b""
    seconds = round(time.monotonic() - started, 1)
    lines = output.decode(errors="replace").splitlines()[-40:]
    return {"status": status, "seconds": seconds, "lines": lines}


if __name__ == "__main__":
    main()
