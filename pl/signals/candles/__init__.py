"""Recognise candlestick patterns in fixed windows of closed bars."""
