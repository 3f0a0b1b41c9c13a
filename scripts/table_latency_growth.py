"""Makes the table of growth with input length from results/sweeps/frames."""

from asrbench import errors, table_command, table_latency_growth

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_latency_growth.TABLE, __doc__))
