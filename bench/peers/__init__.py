"""Bots that do the naive thing in memory, written on the libraries most people take."""
