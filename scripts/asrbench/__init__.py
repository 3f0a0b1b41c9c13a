"""The package that the workflow's scripts share: one module, one idea."""
