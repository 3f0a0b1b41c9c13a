"""Vosk: Kaldi's networks and graphs."""
