"""What the bot knows about subscriptions: their words and their filters."""
