"""ESPnet's beam search, with the work left out that has no effect on its result.

:func:`asrbench.engines.espnet_fast.search.in_place_of` takes the search that ESPnet built and
gives one that finds the same hypotheses with the same scores. It calls
ESPnet's own modules with their own weights; what differs is how often:

- cross-attention keys and values are computed once an utterance and shared by
  all hypotheses; self-attention keys and values once a token
  (:mod:`~asrbench.engines.espnet_fast.transformer`,
  :mod:`~asrbench.engines.espnet_fast.attention`);
- an LSTM decoder scores its hypotheses as one batch, and attends once for all
  hypotheses that have the same parent (:mod:`~asrbench.engines.espnet_fast.rnn`,
  :mod:`~asrbench.engines.espnet_fast.location`);
- CTC prefix scores need no forward variables of the tokens that are scored,
  and only the hypotheses that survive get theirs
  (:mod:`~asrbench.engines.espnet_fast.ctc_prefix`).

What is computed in another order differs in the last bits of a float. Where
two hypotheses are that close, either can come first. Weights in single precision
are what this is tested with: dynamic int8 draws its scale from all numbers of a
call, and half precision has few bits, so that with either the number of hypotheses
in a call has a say in the scores, in ESPnet's search as much as in this one.
"""
