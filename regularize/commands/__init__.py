"""The commands of `regularize`, one a file: `add_to` declares it, `run` does it, gives the code."""
