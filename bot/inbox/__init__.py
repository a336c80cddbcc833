"""The durable inbox of webhook deliveries: accept first, act afterwards."""
