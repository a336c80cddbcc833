"""The REST API: one module per part of it, and the gate every request passes."""
