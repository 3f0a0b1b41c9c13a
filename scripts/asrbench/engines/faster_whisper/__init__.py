"""Whisper models in CTranslate2's format, by faster-whisper."""
