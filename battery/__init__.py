"""Everything that may go wrong, many times over, against the sandbox."""
