# The CPU alone. How to run it, and the mounts that meters need, are in docs/devices.md.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates make python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /benchmark
COPY . .
ARG TORCH_INDEX=
RUN make setup TORCH_INDEX="$TORCH_INDEX"
ENV PATH=/benchmark/.venv/bin:$PATH
ENTRYPOINT ["snakemake", "--snakefile", "/benchmark/Snakefile", "--cores", "1", "--directory"]
