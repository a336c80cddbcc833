"""Slack messages as projections: what they should show, and bringing Slack to it."""
