"""From webhook payloads to what is true now."""
