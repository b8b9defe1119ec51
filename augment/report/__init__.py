"""What an output of `augment expand` holds: reports on it, and proofs that its copies follow."""
