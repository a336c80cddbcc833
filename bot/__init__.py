"""PatchForge: what the bot knows and how its parts are put together."""

__version__ = "0.1.0"
