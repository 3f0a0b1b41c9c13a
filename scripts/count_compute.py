"""Count a model's multiply-adds for a second of audio, by part."""

from pathlib import Path

import pandas as pd
from asrbench.basics import errors
from asrbench.measure import opened_variant

# What a second of read English has of each kind of token, where the study does not say.
TOKENS_PER_SECOND = {"char": 14.0, "bpe": 3.0, "word": 3.0}


def main() -> None:
    parser = opened_variant.parser(__doc__)
    parser.add_argument("--out", required=True, help="the CSV of counts")
    arguments = parser.parse_args()

    counted = opened_variant.from_arguments(arguments)

    from asrbench.engines.espnet import compute, front_end
    from asrbench.engines.espnet import model as espnet_model

    model = espnet_model.load_model(counted.manifest)
    rate_hz = front_end.of(model, counted.manifest).rate_hz
    kind = counted.manifest.token_type()
    rate = counted.job.tokens_per_second or TOKENS_PER_SECOND.get(kind, 3.0)
    counts = pd.DataFrame(compute.count(model, rate_hz, rate))
    Path(arguments.out).parent.mkdir(parents=True, exist_ok=True)
    counts.to_csv(arguments.out, index=False, lineterminator="\n")


if __name__ == "__main__":
    errors.run(main)
