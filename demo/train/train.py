"""Train one model on the synthesised speech, on one core.

    python demo/train/train.py --model demo/models/lstm --work demo/train/work

Reads ``config.yaml`` in the model's folder, writes ``model.pth`` beside it: the mean of the last
epochs' weights, in half precision. An epoch's weights are kept in ``work``; a run that was
stopped goes on after its last whole epoch.
"""

import argparse
import logging
import math
import os
import random
import sys
import time
from argparse import Namespace
from pathlib import Path

import numpy as np
import torch
import yaml
from corpus import Corpus
from unpacked import unpacked

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from asrbench.engines.espnet.stand_ins import prepare

prepare()
from espnet2.tasks.asr import ASRTask  # noqa: E402

# Easy things first: in the first epoch the shortest utterances come first, and the CTC loss, which
# finds the alignment that attention then follows, starts with this weight and reaches the
# configuration's after a third of the training.
FIRST_CTC_WEIGHT = 0.8
# SpecAugment slows a short training down: it is on from the third epoch to the middle only.
UNMASKED_EPOCHS = 2


def learning_rate(peak: float, warmup_steps: int, step: int, steps: int) -> float:
    """Linear warm-up, then half a cosine to zero at the last step."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(1, steps - warmup_steps)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def ctc_weight(final: float, epoch: int, epochs: int) -> float:
    """Of the loss, for an epoch (counted from 0)."""
    return max(final, FIRST_CTC_WEIGHT - (FIRST_CTC_WEIGHT - final) * epoch / (epochs / 3))


def train_epoch(model, corpus: Corpus, optimizer, config: dict, epoch: int) -> dict:
    """One pass over the training set; returns the mean loss and attention's accuracy."""
    seed = config["seed"] * 1000 + epoch
    torch.manual_seed(seed)
    variation = np.random.default_rng(seed)
    batches = corpus.batches(config["batch_bins"], random.Random(seed) if epoch else None)
    # Epochs differ by a batch or two: the learning rate falls as if they were all like this one.
    steps = len(batches) * config["max_epoch"]
    model.train()
    start, losses, ctc_losses, accuracies = time.monotonic(), [], [], []
    for count, batch in enumerate(batches):
        step = epoch * len(batches) + count
        rate = learning_rate(
            config["optim_conf"]["lr"], config["scheduler_conf"]["warmup_steps"], step, steps
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        with unpacked():
            loss, stats, _ = model(**corpus.tensors(batch, variation))
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config["grad_clip"])
        if torch.isfinite(norm):
            optimizer.step()
        losses.append(loss.item())
        ctc_losses.append(stats["loss_ctc"].item())
        accuracies.append(stats["acc"].item())
        if (count + 1) % 50 == 0:
            mean = [sum(x[-50:]) / 50 for x in (losses, ctc_losses, accuracies)]
            left = (time.monotonic() - start) / (count + 1) * (steps - step - 1) / 60
            print(
                f"epoch {epoch + 1} step {count + 1}/{len(batches)} loss {mean[0]:.1f} "
                f"ctc {mean[1]:.1f} accuracy {mean[2]:.3f} rate {rate:.5f} {left:.0f} min left",
                flush=True,
            )
    return {"loss": sum(losses) / len(losses), "accuracy": sum(accuracies) / len(accuracies)}


@torch.no_grad()
def validate(model, corpus: Corpus, config: dict) -> dict:
    """Mean loss an utterance, CTC loss and attention's accuracy on the development set."""
    model.eval()
    totals = {"loss": 0.0, "loss_ctc": 0.0, "acc": 0.0}
    for batch in corpus.batches(config["batch_bins"]):
        _, stats, _ = model(**corpus.tensors(batch))
        for name in totals:
            totals[name] += stats[name].item() * len(batch) / len(corpus.utterances)
    return totals


def mean_weights(files: list[Path]) -> dict[str, torch.Tensor]:
    """The mean of saved weights; counters (integers) are the last file's."""
    states = [torch.load(file, weights_only=True)["model"] for file in files]
    mean = dict(states[-1])
    for name, last in mean.items():
        if last.is_floating_point():
            mean[name] = sum(state[name] for state in states) / len(states)
    return mean


def save_half(state: dict[str, torch.Tensor], path: Path) -> None:
    """Floats in half precision; load_state_dict copies them into a float32 model."""
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    torch.save(half, path)


def write_statistics(config: dict, work: Path, path: Path) -> None:
    """Sums of the features of 200 training utterances, as ESPnet's global_mvn reads them."""
    from espnet2.asr.frontend.default import DefaultFrontend

    frontend, corpus = DefaultFrontend(**config["frontend_conf"]), Corpus(work / "train", [])
    count, total, squares = 0, 0.0, 0.0
    for utterance in corpus.utterances[:: max(1, len(corpus.utterances) // 200)]:
        audio = corpus.audio[utterance.start : utterance.start + utterance.samples]
        speech = torch.from_numpy(audio.astype(np.float32) / 32768)[None]
        with torch.no_grad():
            features = frontend(speech, torch.tensor([speech.shape[1]]))[0][0].double()
        count, total = count + len(features), total + features.sum(0).numpy()
        squares = squares + (features**2).sum(0).numpy()
    np.savez(path, count=np.array(count), sum=total, sum_square=squares)


def begin_with(model, path: str) -> None:
    """Copy the weights of another model whose names and shapes are this one's."""
    own, other = model.state_dict(), torch.load(path, weights_only=True)
    fits = {k: v for k, v in other.items() if k in own and own[k].shape == v.shape}
    model.load_state_dict(own | fits)
    print(f"{len(fits)} of {len(own)} tensors are those of {path} at first")


def run(folder: Path, work: Path) -> None:
    folder, work = folder.resolve(), work.resolve()
    config = yaml.safe_load((folder / "config.yaml").read_text())
    stats = (config.get("normalize_conf") or {}).get("stats_file")
    if stats and not (folder / stats).exists():
        write_statistics(config, work, folder / stats)
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)  # ESPnet warns about tracing at every step of the LSTM
    torch.manual_seed(config["seed"])
    os.chdir(folder)  # from which the configuration names its files
    model = ASRTask.build_model(Namespace(**config))
    for path in config.get("init_param", []):
        begin_with(model, path)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters")
    train, dev = (Corpus(work / part, config["token_list"]) for part in ("train", "dev"))
    optimizer = torch.optim.Adam(model.parameters(), lr=config["optim_conf"]["lr"])
    saved = work / folder.name
    saved.mkdir(parents=True, exist_ok=True)
    files = [saved / f"epoch{epoch:02d}.pt" for epoch in range(config["max_epoch"])]
    first = sum(file.exists() for file in files)
    if first:
        state = torch.load(files[first - 1], weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    specaug, start = model.specaug, time.monotonic()
    for epoch in range(first, config["max_epoch"]):
        masked = UNMASKED_EPOCHS <= epoch < config["max_epoch"] // 2
        model.specaug = specaug if masked else None
        model.ctc_weight = ctc_weight(
            config["model_conf"]["ctc_weight"], epoch, config["max_epoch"]
        )
        done = train_epoch(model, train, optimizer, config, epoch)
        held = validate(model, dev, config)
        print(
            f"epoch {epoch + 1}/{config['max_epoch']}: train loss {done['loss']:.2f}, dev loss "
            f"{held['loss']:.2f}, ctc {held['loss_ctc']:.2f}, accuracy {held['acc']:.4f}, "
            f"{(time.monotonic() - start) / 60:.1f} min",
            flush=True,
        )
        partial = files[epoch].with_suffix(".partial")
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, partial)
        partial.rename(files[epoch])
    save_half(mean_weights(files[-config["keep_nbest_models"] :]), folder / "model.pth")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder with config.yaml")
    parser.add_argument("--work", type=Path, required=True, help="data and weights of the epochs")
    options = parser.parse_args()
    run(options.model, options.work)
