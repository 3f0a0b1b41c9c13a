"""The engines by name, each with the modules that only its own jobs import; imports nothing."""

# An engine decodes with ESPnet's model; whose search it calls is what differs.
MODULES: dict[str, tuple[str, ...]] = {
    "espnet": (),
    "espnet-fast": ("asrbench.engines.espnet_fast.search",),
}
