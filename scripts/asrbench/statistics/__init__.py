"""Arithmetic on arrays: no files, no study."""
