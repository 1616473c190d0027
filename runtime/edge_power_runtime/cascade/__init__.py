"""Several answerers as one: a small one answers what it is sure of, a larger one the rest.

How the parts fit together:

- `Cascade` (cascade.py) asks tiers in order. A tier is any `Answerer`; the last one may be any callable.
- A text on its way through the tiers is a `Reading` (reading.py): what one tier worked out, the next can use.
- An answerer that reads token ids is a `TokenReader` (reading.py): it has `encoder` and `max_length`, and answers ids
  that are encoded already. Tiers whose encoders read alike share a text's ids. Classifiers and bag tiers are such.
- An answerer that goes on from where another stopped, as stages do (staged.py), is a `ReadingAnswerer` (reading.py): it
  answers a `Reading` itself, and leaves there in `handed_on` what the next one needs.
- A callable that is no answerer, a server say, is asked by `Remote` (remote.py): it may fail, and the tier before it
  answers then. An answerer of ours that fails raises: that is a fault to mend, and no answer is better than a guess.
"""
