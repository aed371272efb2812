"""Figures for Prometheus, which `manage.py metrics` serves: counts of our processes, and what the database says."""
