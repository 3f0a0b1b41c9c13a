"""Files that are written whole or resumed, and numbers, units and colours as people see them."""
