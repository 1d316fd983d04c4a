#!/bin/sh
# What a GPU has to confirm, most important first, in at most 12 minutes: `sh benchmarks/gpu.sh OUT.json`.
# Every step has its own limit, and what is done by then is in the file, with its seconds and its last lines.
out=${1:-gpu.json}
python=${PYTHON:-python}
exec "$python" -m benchmarks.on_a_gpu "$out"
