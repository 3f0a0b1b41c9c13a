"""ESPnet models, by ESPnet's own classes."""
