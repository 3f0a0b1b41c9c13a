"""Makes the table of memory and compute from parameters, multiply-adds, latency and manifests."""

from asrbench.basics import errors
from asrbench.tables import command, compute

if __name__ == "__main__":
    errors.run(lambda: command.main(compute.TABLE, __doc__))
