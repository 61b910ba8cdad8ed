"""Timings beside DuckDB's own on the same data in the same run: `python -m tests.benchmarks --help`. No assertions."""
