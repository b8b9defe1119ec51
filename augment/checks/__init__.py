"""Checks: whether a finished copy is kept, one kind a file.

`base` says what a check is. `polarity`, `values`, `scope`, `roles`, `invented`, `language`,
`length`, `repetition`, `meaning`, `label_model` and `fluency` judge a copy by its original alone;
`duplicates`, `leak` and `labels` read the whole data set first.
"""
