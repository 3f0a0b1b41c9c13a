"""Makes the table of memory and compute from parameters, multiply-adds, latency and manifests."""

from asrbench import errors, table_command, table_compute

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_compute.TABLE, __doc__))
