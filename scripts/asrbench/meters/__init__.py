"""Power and energy meters, one module each, behind the interface in ``interface.py``."""
