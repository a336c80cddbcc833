"""A Slack workspace, a GitHub, a language model and a mailbox on your own machine."""
