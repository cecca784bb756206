"""Talk Redis: publish events and telemetry, beat the heart, take jobs."""
