"""What the package knows of words: WordNet, tags, inflection, synonyms, articles, protection."""
