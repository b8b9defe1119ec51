"""Parquet files and folders of Hugging Face `datasets`: rows in columns instead of in lines.

To the engine a row is a line of JSON with the columns that it reads, made as it is read; a copy is
the place of its row and the values that changed. The last pass takes the rows from the input again
and sets those values, so that all others keep their type and every digit.
"""
