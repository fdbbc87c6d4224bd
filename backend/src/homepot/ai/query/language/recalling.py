"""Questions to memory: what happened before that looked like this, and what helped. Pure.

They are asked in anybody's words for what happened, so nothing of them is looked up but how they
begin and end; the words in between are compared by their meaning.
"""

import re

from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import Ask, Plan

_ABOUT_MAX = 300
_WORDS = {
    "HELPED": "(?:help(?:ed|s)?|fix(?:ed|es)?|solved?|worked|did (?:we|you|they) do|was done)",
    "BEFORE": "(?:(?:the )?last time|before|in the past|previously|earlier|back then)",
    "FOR": "(?:when|that|as|against|with|for|about|like)",
    "FIX": "(?:fix|solve|handle|cure|mend)",
    "SEEN": "(?:seen|had|met|come across)",
    "CASES": "(?:incidents?|cases?|problems?|faults?)",
    "WE": "(?:we|you|they|anybody|somebody|anyone)",
    "HAPPENED": "(?:happen(?:ed)?|occur(?:red)?|come up|came up|been seen)",
    "ABOUT": "(?P<about>.+?)",
}
# One way of asking in each line.
_FORMS = """
what happened before that looked like ABOUT
what HELPED(?: it)?(?: BEFORE)?,? FOR(?: (?:there was|we had|we saw))? ABOUT
what HELPED(?: it)? BEFORE,? ABOUT
what HELPED ABOUT BEFORE
how (?:did|do|could|can) (?:WE )?FIX ABOUT(?: BEFORE)?
(?:how|what) (?:was|were) ABOUT FIX(?:e?d)(?: BEFORE)?
(?:has|have|had|did) (?:there (?:been )?)?ABOUT (?:ever )?HAPPENED(?: (?:ever )?BEFORE)?
(?:have|has|did) WE (?:ever )?SEEN ABOUT(?: BEFORE)?
(?:(?:was|is) there )?(?:anything |something |any )?(?:CASES )?(?:like|similar to) ABOUT(?: BEFORE)?
(?:what|which) (?:past |earlier )?CASES (?:look(?:ed)?|were|are|is|was) (?:like|similar to) ABOUT
do (?:we|you) (?:know|remember) (?:what HELPED|anything|something) FOR ABOUT
"""


def _compiled(form: str) -> re.Pattern[str]:
    for name, words in _WORDS.items():
        form = form.replace(name, words)
    return re.compile(form, re.IGNORECASE)


_PATTERNS = tuple(_compiled(form) for form in _FORMS.strip().splitlines())
_POLITE = re.compile(
    r"(?:please|hi|hello|hey|(?:can you |could you )?tell me|i wonder)[,:]?\s+", re.IGNORECASE
)
# What points at something said before, and says nothing by itself.
_EMPTY = bag(
    "this that these those it they them the a an such something anything one ones thing things"
    " problem problems issue issues incident incidents case cases fault faults error errors was is"
    " were like of kind sort same"
)


_SURELY = _compiled(
    r"what HELPED\b|.*\bHAPPENED (?:ever )?BEFORE|what happened before that looked like"
)


def is_surely_memorys(text: str) -> bool:
    """Whether nothing but memory can be meant, though the words in between be of the fleet.

    >>> is_surely_memorys("What helped last time a till had many errors?")
    True
    >>> is_surely_memorys("How was the last incident of Till 3 fixed?")
    False
    """
    said = " ".join(text.split()).strip(" ?!.")
    return bool(_SURELY.match(said)) and recalled(text) is not None


def from_memory(text: str) -> Plan | None:
    """Without `about` where memory is asked and it is not said of what: it asks back then."""
    told = _told(text)
    return None if told is None else Plan(ask=Ask.RECALL, about=told or None)


def recalled(text: str) -> str | None:
    """What happened, in the asker's words; None where memory is not what is asked.

    >>> recalled("What helped last time a cold room got too warm?")
    'a cold room got too warm'
    >>> recalled("Has a printer paper jam happened before?")
    'a printer paper jam'
    >>> recalled("Has this happened before?") is None
    True
    """
    return _told(text) or None


def _told(text: str) -> str | None:
    """Empty where it says nothing of what happened."""
    said = " ".join(text.split()).strip(" ?!.")
    while (polite := _POLITE.match(said)) is not None:
        said = said[polite.end() :]
    for form in _PATTERNS:
        if (match := form.fullmatch(said)) is not None:
            about = match["about"].strip(" ,;:")
            return about[:_ABOUT_MAX] if _says_something(about) else ""
    return None


def _says_something(about: str) -> bool:
    return any(word not in _EMPTY for word in re.findall(r"[^\W\d_]{3,}", about.lower()))
