"""Measuring strength: matches, statistics, opponents."""
