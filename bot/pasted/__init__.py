"""Links to pull requests that people paste."""
