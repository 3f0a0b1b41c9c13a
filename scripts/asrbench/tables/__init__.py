"""One file a table, named as the table, and what tables are made with."""
