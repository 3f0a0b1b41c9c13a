"""Several runs side by side, and archives of a run."""
