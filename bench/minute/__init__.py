"""Time the minute of a whole market in the running Streaming service."""
