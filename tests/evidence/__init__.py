"""What the long proofs measured, as a table that one command writes: docs/evidence.md."""
