"""INSTRUMENT: what supports or questions an endorsement, as plain sentences. Decides nothing."""
