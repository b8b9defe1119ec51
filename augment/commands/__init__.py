"""The commands of `augment`, one a file: `add_to` declares it, `run` does it and gives the code."""
