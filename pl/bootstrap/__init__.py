"""Build the producer's processes from their settings; nothing else builds objects."""
