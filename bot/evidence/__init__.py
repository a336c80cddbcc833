"""What can be said of a delivery after the fact: what it was about, and why it reached whom."""
