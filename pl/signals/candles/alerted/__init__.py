"""Declare the candlesticks that may become alerts: fit, level, reason."""
