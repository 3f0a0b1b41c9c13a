"""Raw rows: read, judged, and brought together to what a variant gave."""
