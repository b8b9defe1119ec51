"""How a text speaks: whether it asks or says, hedges or settles, and praises beyond measure."""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_TOLD: Final = re.compile(
    r"\b(?:(?:tell|know|sure|understand|confirm|assure)\w*(?: you)? that|"
    r"(?:that|this|which|here)(?: is|['’]s| was) (?:why|how|where|when|what))\b",
    re.IGNORECASE,
)
_ASKING: Final = frozenset(
    {"what", "who", "whom", "whose", "which", "when", "where", "why", "how", "is", "are", "am"}
    | {"was", "were", "do", "does", "did", "can", "could", "will", "would", "should", "may"}
    | {"might", "has", "have", "had", "must", "shall", "isn't", "aren't", "don't", "didn't"}
)
_POLITE: Final = re.compile(r"^(?:please\b|(?:can|could|will|would) (?:you|we)\b)", re.IGNORECASE)
# Statements that ask: of these a rewording may make a question.
_INDIRECT: Final = re.compile(
    r"\b(?:want|need|like|tell|know|wonder\w*|ask\w*|explain|how|what|why|where|please|"
    r"show|find|give|let|help|wish|sure|understand|looking|trying)\b",
    re.IGNORECASE,
)
_HEDGE: Final = re.compile(
    r"\b(?:might|perhaps|maybe|possibly|probably|allegedly|reportedly|"
    r"claim(?:s|ed|ing)? to)\b",
    re.IGNORECASE,
)
_UNSURE: Final = re.compile(
    r"\b(?:might|perhaps|maybe|possibl[ey]|possibilit\w+|probabl[ey]|likely|unlikely|may|could|can|"
    r"would|should|chances?|potential\w*|seem\w*|appear\w*|apparently|think|thought|believe\w*|"
    r"guess\w*|expect\w*|suspect\w*|imagine|suppose\w*|wonder\w*|if|whether|risk\w*|threat\w*|"
    r"consider\w*|doubt\w*|allow\w*|permit\w*|entitle\w*|sure|certain|uncertain|unsure|"
    r"alleged\w*|reported\w*|accord\w*|claim\w*|"
    r"said|says|say|rumou?r\w*|presum\w*|assum\w*|hope\w*|odds|prospect|liable|some)\b",
    re.IGNORECASE,
)
# "I can't praise it enough", "couldn't be happier", "I have never had such a good meal".
_BOUNDLESS: Final = re.compile(
    r"\b(?:can['’]t|cannot|can not|could(?:n['’]t| not)) (?:\w+ ){1,6}?(?:enough|highly enough)\b|"
    r"\bcould(?:n['’]t| not) (?:be|have been|agree) (?:any )?(?:more|better|\w{2,}er)\b|"
    r"\b(?:never|rarely|seldom|hardly ever)\b (?:\w+ ){0,4}?"
    r"(?:such|so \w+ an?|the like|as \w+ as|better|more)\b",
    re.IGNORECASE,
)
# The same, cut short: "I can't praise it", "couldn't be happy", "I have never had a good meal".
_DENIED: Final = re.compile(
    r"\b(?:can['’]t|cannot|can not|could(?:n['’]t| not)|never|rarely|seldom|hardly ever)\b",
    re.IGNORECASE,
)


def mood(text: str) -> str:
    """Whether a text is "asked" or "said"; "" where it is a request or could be either."""
    words = _WORD.findall(text.casefold())
    if not words or _POLITE.search(text.strip()):
        return ""
    if "?" in text:
        return "asked" if words[0] in _ASKING else ""
    if _TOLD.search(text):
        return "said"
    if words[0] in _ASKING or _INDIRECT.search(text):
        return ""
    return "said"


def settled(text: str, new: str) -> bool:
    """Whether what only might be so is told as a fact, with no word left that hedges it."""
    if mood(text) != "said" or mood(new) != "said":
        return False
    return bool(_HEDGE.search(text)) and not _UNSURE.search(new)


def boundless_lost(text: str, new: str) -> bool:
    """Whether the negation of praise without bounds stayed and the bounds went, or came.

    >>> boundless_lost("I can't thank you enough.", "I can't thank you.")
    True
    >>> boundless_lost("I can't thank you enough.", "I am very grateful.")
    False
    """
    if bool(_BOUNDLESS.search(text)) == bool(_BOUNDLESS.search(new)):
        return False
    return bool(_DENIED.search(text) and _DENIED.search(new))
