"""Declare what two lines make by their slopes; the folder is searched."""
