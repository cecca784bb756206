"""Declare the 61 candlesticks that TA-Lib names, one a file."""
