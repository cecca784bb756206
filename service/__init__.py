"""What every process of both services does in one way: errors, variables, logs, exit codes."""
