"""For the rules alone: which code a rule runs, and how far a run is."""
