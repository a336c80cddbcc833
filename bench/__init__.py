"""Measure the bot on loopback, beside the fastest thing that aiohttp could do at all."""
