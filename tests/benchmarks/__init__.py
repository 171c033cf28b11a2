"""Figures from real runs: `python -m tests.benchmarks.run`. No timing here is ever a test assertion."""
