"""Makes the table of pairs of variants from results/latency."""

from asrbench import errors, table_command, table_latency_pairs

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_latency_pairs.TABLE, __doc__))
