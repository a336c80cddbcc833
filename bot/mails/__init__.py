"""What e-mails say and look like, the links in them, and what comes back of them."""
