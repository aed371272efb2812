"""A statement: its source (source.py), a proposal (proposal.py), the blocks a person settles (blocks.py), the proof."""
