"""The words of the project: countries, names, languages and the clock. Pure: it knows nobody else."""
