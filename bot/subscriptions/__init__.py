"""What a subscription means: its repositories, its features, and what is asked for in one request."""
