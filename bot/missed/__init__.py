"""What was missed: which deliveries to ask for again, and events made from what GitHub's REST API tells."""
