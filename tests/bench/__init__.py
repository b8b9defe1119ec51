"""Measurements of speed and quality; run by `make bench`, never by `make test`."""
