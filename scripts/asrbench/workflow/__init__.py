"""For the rules: which code a rule runs, what one process makes of a run, how far a run is."""
