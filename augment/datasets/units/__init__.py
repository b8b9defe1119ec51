"""A data set cut into units by position, worked off one by one, and put together again."""
