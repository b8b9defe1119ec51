"""Gives one word the casing of another."""


def like(word: str, model: str) -> str:
    """`word` in lower case, Capitalised, or UPPER CASE as the model is; else as it is.

    >>> like("purchase", "Buy"), like("purchase", "BUY"), like("purchase", "buy")
    ('Purchase', 'PURCHASE', 'purchase')
    """
    if model.isupper() and len(model) > 1:
        return word.upper()
    if model[:1].isupper():
        return word[:1].upper() + word[1:]
    return word
