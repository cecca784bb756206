"""The orchestrator: prepares, starts, watches and stops everything TickStock needs.

Standard library only: it runs with the system's python3, before any venv is trusted.
"""
