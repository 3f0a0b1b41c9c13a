"""Whisper models in ggml files, by whisper.cpp as its Python wheel (pywhispercpp) builds it."""
