"""What the bot knows of people: how a link is claimed, who is away, when somebody works."""
