"""Define indicators, a set of columns a file: rule, parameters, kernel, source and witness."""
