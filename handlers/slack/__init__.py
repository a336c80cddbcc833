"""The Slack door: two sockets that stay up, and Bolt behind them, handed on to whichever feature answers."""

from handlers.slack.door import SlackDoor
from handlers.slack.socket import Patience, SlackLost

__all__ = ["Patience", "SlackDoor", "SlackLost"]
