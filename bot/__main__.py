"""`python -m bot` is the command `patchforge`."""

from bot.cli import main

main()
