"""Leaf steps: one kind, one file. See `base.py` for what a leaf is."""
