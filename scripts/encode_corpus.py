"""Run a model's encoder over a shard of the corpus, for all CTC weights to decode from.

An utterance that the encoder cannot take is left out: the decoder meets it again, and
its line says why. A run that was killed goes on where it was.
"""

import argparse
from pathlib import Path

from asrbench import errors, shards, threads, variant, wer_corpus
from asrbench.encoder_outputs import EncoderOutputs
from asrbench.progress import Progress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    variant.add_arguments(parser, with_ctc_weight=False)
    shards.add_arguments(parser)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads [%(default)s]")
    parser.add_argument("--out", required=True, help="the folder of encoder outputs")
    arguments = parser.parse_args()

    encoded = variant.from_arguments(arguments)
    utterances = shards.take(wer_corpus.read(encoded.study, arguments.utterances), *arguments.shard)

    from asrbench import recogniser

    threads.use(arguments.threads)
    model = recogniser.load_model(encoded.manifest)
    encoded.check_rate(recogniser.front_end(model, encoded.model.name)[1])
    part = Path(f"{arguments.out}.part")  # Snakemake clears the folder itself before it goes on
    outputs = EncoderOutputs(part)
    with Progress(f"encoding {encoded}", len(utterances), "utterances") as progress:
        for number, row in enumerate(utterances.itertuples(), start=1):
            if row.utterance_id not in outputs:
                try:
                    output = recogniser.encode(model, encoded.load(row.path))
                except Exception as error:
                    print(f"{row.utterance_id}: not encoded: {' '.join(str(error).split())}")
                else:
                    outputs.put(row.utterance_id, output)
            progress.at(number)
    part.rename(arguments.out)


if __name__ == "__main__":
    errors.run(main)
