"""Models in ONNX files, by sherpa-onnx."""
