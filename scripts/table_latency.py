"""Makes the table of latency from results/latency."""

from asrbench import errors, table_command, table_latency

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_latency.TABLE, __doc__))
