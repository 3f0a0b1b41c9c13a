"""What the published study says, and whether this run bears it out."""
