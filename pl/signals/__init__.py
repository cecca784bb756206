"""Find signals in closed bars: pure, deterministic, the same for stream, daily and backtest."""
