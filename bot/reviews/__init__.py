"""What the bot knows about reviews and whose turn it is."""
