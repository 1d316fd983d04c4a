"""Write a network for other programs: ONNX, or tables for one of line patterns."""

from collections.abc import Sequence

from gomoku.extras import require


def main(arguments: Sequence[str]) -> int:
    """Write the file; returns the exit status."""
    require("export", "torch", "onnx", "onnxruntime")
    # torch takes seconds to import.
    from nets import export

    return export.main(arguments)
