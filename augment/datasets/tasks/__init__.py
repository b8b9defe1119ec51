"""What a row is to the engine: its texts as records, and copies of them as changed columns.

A task knows nothing of bytes or files: it gets the values of a row's columns and gives new ones,
so every format that has values by names can use it.
"""
