"""Pure functions from what the bot knows to what Slack shows."""
