"""Keep bars, indicators, patterns and the flow log in PostgreSQL, or on disk while it is away."""
