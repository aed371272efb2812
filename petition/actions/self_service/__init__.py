"""What an organisation does by itself: its own page, corrections, withdrawal, private links, disputes."""
