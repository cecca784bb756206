"""Benchmarks: each measures the product beside a peer and ends in one line of JSON."""
