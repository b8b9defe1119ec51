"""The engine behind HTTP: batches across requests, in watched worker processes."""
