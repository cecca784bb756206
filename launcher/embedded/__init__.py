"""PostgreSQL and Redis servers of our own, from binaries that came with the producer's venv."""
