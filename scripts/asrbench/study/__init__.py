"""What a configuration asks for: its keys, its variants, and what each job depends on."""
