"""The worker that carries out the jobs of the ledger."""
