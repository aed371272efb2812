"""The page of one endorsement, with its evidence and every action on it."""
