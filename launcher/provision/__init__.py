"""Make what was not configured: environments, front end, servers, databases, kernels, login."""
