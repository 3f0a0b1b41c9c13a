"""Speech and checkpoints: fetched, unpacked, listed, read as waveforms."""
