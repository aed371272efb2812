"""INSTRUMENT: what keeps contacts sealed, links unguessable and floods bounded."""
