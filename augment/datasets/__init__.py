"""Data sets in and out: read by offsets, so that each original row keeps its bytes."""
