"""Bring market data in as columnar batches: Massive socket and REST, Redis ticks, replay."""
