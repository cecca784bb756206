"""Time the signals of a whole market at the close of a minute, beside libraries of indicators."""
