"""What the bot knows about release notes."""
