"""A market that speaks Massive's socket and REST, generated from keys instead of replayed."""
