"""Pure functions that write the records as GitHub's JSON; each takes the `State` for people and addresses."""
