"""The device: described, watched, checked, and held by one measurement at a time."""
