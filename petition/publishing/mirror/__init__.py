"""The whole public site as files that need no server: a folder to serve from anywhere, or a ZIP to hand on."""
