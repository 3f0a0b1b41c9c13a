"""PocketSphinx: Gaussians, an n-gram language model and a dictionary."""
