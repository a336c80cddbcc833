"""How good what the bot writes is, judged on real changes: `make eval`."""
