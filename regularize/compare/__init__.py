"""Does regularization help on these data? The same seeds with and without, and what came of it."""
