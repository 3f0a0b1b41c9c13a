"""Decode the corpus, or a shard of it, with one variant: hypotheses beside references.

Lines are written as they come, longest utterance first: a run that was killed goes on
at the next utterance when it is called again.
"""

from asrbench.basics import errors
from asrbench.basics.part_file import PartFile
from asrbench.basics.progress import Progress
from asrbench.device import made_by
from asrbench.measure import decode, encoder_cache, opened_variant, shards
from asrbench.sources import silences, wer_corpus


def main() -> None:
    parser = opened_variant.parser(__doc__)
    shards.add_arguments(parser)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads [%(default)s]")
    parser.add_argument(
        "--encoder-outputs", help="a folder in which a model's CTC weights share what is encoded"
    )
    parser.add_argument("--out", required=True, help="the JSON lines of hypotheses")
    arguments = parser.parse_args()

    decoded = opened_variant.from_arguments(arguments)
    job = decoded.job
    corpus = wer_corpus.read(arguments.utterances, job.max_utterances, job.seed)
    utterances = shards.take(corpus, *arguments.shard)
    made = {"shard": arguments.shard, "made_by": decoded.made_by()}
    out = PartFile(arguments.out, job.plain() | made, job.timeout_s)
    recogniser = decoded.recogniser(arguments.threads)
    folder = arguments.encoder_outputs
    shared = encoder_cache.of_model(folder, job, decoded.manifest) if folder else None

    def transcribe(row):
        if job.cut_above_s is not None and row.duration_s > job.cut_above_s:
            rate_hz = job.sample_rate_hz
            pieces = silences.cut(decoded.load(row.path), rate_hz, job.cut_above_s)
            return decode.joined([recogniser.transcribe(piece) for piece in pieces])
        if shared is None:
            return recogniser.transcribe(decoded.load(row.path))
        output = shared.get(row.path, lambda: recogniser.encode(decoded.load(row.path)))
        return recogniser.transcribe_encoded(output)

    with Progress(f"decoding {decoded}", len(utterances), "utterances") as progress:
        progress.start_at(len(out.found))
        decode.decode(transcribe, utterances, out, made_by.words(decoded.made_by()), progress.at)
    out.finish()


if __name__ == "__main__":
    errors.run(main)
