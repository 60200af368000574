"""Speed and error rates, run by hand: ``python -m benchmarks --help``."""
