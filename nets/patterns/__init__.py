"""Networks of line patterns: learned in torch, played from tables in compiled code."""
