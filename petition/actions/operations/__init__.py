"""What keeps the site running: backup, restore, removal journal, retention, key rotation."""
