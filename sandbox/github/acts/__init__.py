"""What people do on GitHub; each act changes the state and sends the webhooks GitHub would send."""
