"""One file a layout of speech on disk: which file and which text an utterance has."""
