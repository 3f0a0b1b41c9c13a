"""The programs that recognise, and what they are made of."""
