"""The queue, its filters, bulk actions and suspicious activity."""
