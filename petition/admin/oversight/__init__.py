"""The overview and the audit log."""
