"""The filter language: which pull requests, and which of their events, somebody wants to hear about."""
