"""Figures for Prometheus: counted by web processes and workers, read from the database, served by `manage.py metrics`."""
