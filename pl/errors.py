"""Name errors by the reaction they want, as every process of both services does."""

from service.errors import InvalidData, Rejected, SettingsError, Unavailable

__all__ = ["InvalidData", "Rejected", "SettingsError", "Unavailable"]
