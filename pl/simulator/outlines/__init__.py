"""Draw the chart patterns that are planted, one shape a file; the folder is searched."""
