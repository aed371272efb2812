"""DOOR: staff. The queue, the decisions, the read-only trail. Nothing here writes but through actions."""
