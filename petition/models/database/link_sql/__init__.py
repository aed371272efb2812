"""The SQL of the functions in link_functions.py, one file each; column names and limits come from the models."""
