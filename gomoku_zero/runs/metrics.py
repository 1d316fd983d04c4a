"""What a run wrote about its cycles."""

from pathlib import Path
from typing import Any

import msgspec

METRICS_FILE = "metrics.jsonl"


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """The metrics of a run by cycle; what is none of ours is left out, such as a last
    line cut short by a crash."""
    try:
        lines = (folder / METRICS_FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [decoded for line in lines if (decoded := metrics_of(line)) is not None]


def metrics_of(line: bytes) -> dict[str, Any] | None:
    """The metrics in a line; None if it is damaged or none of ours."""
    try:
        decoded = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded.get("cycle"), int) else None
