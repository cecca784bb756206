"""From the bytes of Massive's frames to closed minute bars, beside plainer ways."""
