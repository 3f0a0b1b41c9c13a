"""Moonshine by its own library."""
