"""A real Slurm on loopback for tests: munge, one controller, and two nodes of one core each."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel"]
NODES = 2

needs_slurm = pytest.mark.skipif(
    os.geteuid() != 0 or any(shutil.which(name) is None for name in PROGRAMS),
    reason="needs root, and Debian's slurm-wlm and munge",
)

CONF = """
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MinJobAge=600
KillWait=2
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


# Jobs look for the configuration where clusters have it. Only they see this one there.
IN_ITS_PLACE = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
IN_ITS_PLACE += ['mkdir -p /etc/slurm; mount --bind "$0" /etc/slurm; exec "$@"']


class Cluster:
    """One controller and :data:`NODES` node daemons, ended by :meth:`stop`.

    Args:
        folder: for configuration, state and logs.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.running: list[subprocess.Popen] = []
        for name in ("munge", "state", "spool"):
            (folder / name).mkdir(parents=True)
        ports = _free_ports(1 + NODES)
        nodes = "\n".join(
            f"NodeName=node{i} NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 "
            f"Port={port} CPUs=1 RealMemory=8000 State=UNKNOWN"
            for i, port in enumerate(ports[1:], start=1)
        )
        self.conf = folder / "slurm.conf"
        self.conf.write_text(
            CONF.format(host=socket.gethostname(), ports=ports, folder=folder, nodes=nodes)
        )
        self.environment = {**os.environ, "SLURM_CONF": str(self.conf)}

    def start(self) -> None:
        """Start all daemons, and wait until the nodes are idle."""
        self._munge()
        self._daemon("slurmctld", "-D", "-i")
        for i in range(1, NODES + 1):
            (self.folder / f"spool/node{i}").mkdir()
            self._daemon(*IN_ITS_PLACE, str(self.folder), "slurmd", "-D", "-N", f"node{i}")
        deadline = time.monotonic() + 60
        while self.ask("sinfo", "-h", "-o", "%T %D").strip() != f"idle {NODES}":
            if time.monotonic() > deadline:
                raise RuntimeError(self._logs())
            time.sleep(0.5)

    def ask(self, *command: str) -> str:
        """What one of Slurm's own programs prints."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout

    def stop(self) -> None:
        """End everything that was started, jobs first."""
        self.ask("scancel", "--user=root", "--signal=KILL")
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _munge(self) -> None:
        folder = self.folder / "munge"
        key = folder / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        options = ["--foreground", "--force", f"--key-file={key}", f"--socket={folder}/socket"]
        options += [f"--log-file={folder}/log", f"--pid-file={folder}/pid"]
        options += [f"--seed-file={folder}/seed"]
        self._daemon("munged", *options)
        deadline = time.monotonic() + 20
        while not (folder / "socket").exists():
            if time.monotonic() > deadline:
                raise RuntimeError("munged gives no socket")
            time.sleep(0.1)

    def _daemon(self, *command: str) -> None:
        log = (self.folder / f"daemon-{len(self.running)}.out").open("wb")
        self.running.append(
            subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        )

    def _logs(self) -> str:
        files = [*self.folder.glob("*.log"), *self.folder.glob("*.out")]
        return "\n".join(f"{file.name}: {file.read_text()[-1500:]}" for file in files)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
