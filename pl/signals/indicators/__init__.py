"""Compute indicator values as pure functions of their bars."""
