"""One file a figure, named as the figure, and what figures are made with."""
