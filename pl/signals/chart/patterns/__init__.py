"""Declare chart patterns, one rule a file; the folder is searched."""
