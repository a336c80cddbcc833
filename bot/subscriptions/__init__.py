"""What a subscription means: its words, its features, and which pull requests its filter lets through."""
