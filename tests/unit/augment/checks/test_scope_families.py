"""Each rule of scope, roles and polarity: a rewording that it keeps, a change that it drops."""

import pytest

from augment.checks.base import Case, Judge
from augment.checks.moods import boundless_lost, mood, settled
from augment.checks.opposites import Opposites
from augment.checks.orientation import Orientation
from augment.checks.polarity import PolarityCheck
from augment.checks.roles import RolesCheck
from augment.checks.scope import ScopeCheck
from augment.record import Copy, Record


@pytest.fixture(scope="module")
def opposites() -> Opposites:
    return Opposites.load()


def kept(check: Judge, text: str, new: str) -> bool:
    (verdict,) = check.judge([Case(Record(text), Copy(Record(new), 1, ()))])
    return verdict.refusal is None


@pytest.mark.parametrize(
    ("text", "same", "changed"),
    [
        ("He refused to pay.", "He declined to pay.", "He paid."),
        ("My card was declined.", "My card was rejected.", "My card was charged."),
        ("She denied it.", "She said that it was not so.", "She said that it was so."),
        ("I doubt that he knows.", "I don't think that he knows.", "I think that he knows."),
        ("Take tea instead of milk.", "Take tea, not milk.", "Take tea and milk."),
        ("He was supposed to call.", "He should have called.", "He called."),
        ("He advised against it.", "He advised us not to do it.", "He advised it."),
        ("We might be late.", "It is possible that we are late.", "We will be late."),
        ("We left because of him.", "We left due to him.", "We left despite him."),
        ("Bring a card or cash.", "Bring cash or a card.", "Bring a card and cash."),
        ("It has too much salt.", "It has too much of salt.", "It has enough salt."),
        ("He barely won.", "He narrowly won.", "He very nearly won."),
        ("I tried to call.", "I tried calling.", "I called."),
        ("I used to smoke.", "I smoked in the past.", "I smoke."),
        ("It is used to cut bread.", "It cuts bread.", "It used to cut bread."),
        ("He almost fell.", "He nearly fell.", "He fell."),
        ("It is far from good.", "It is anything but good.", "It is good."),
        ("If you had no key, wait.", "Without a key, wait.", "Wait."),
        ("It is too hot to eat.", "It is so hot that we can't eat it.", "It is hot."),
        ("The shop is east of it.", "The shop lies to the east of it.", "The shop is west of it."),
        ("All but Ann left.", "All left, except Ann.", "All left."),
        ("He claimed to be a nurse.", "He said he was a nurse.", "He was a nurse."),
        ("I can't praise it enough.", "It is very good.", "I can't praise it."),
        ("He could have won.", "He might have won.", "He won."),
    ],
)
def test_scope(text: str, same: str, changed: str, opposites: Opposites) -> None:
    check = ScopeCheck(opposites)
    assert kept(check, text, same)
    assert kept(check, same, text)
    assert not kept(check, text, changed)


@pytest.mark.parametrize(
    ("text", "same", "changed"),
    [
        ("Ann, not Bob, paid.", "It was Ann, not Bob, who paid.", "Bob, not Ann, paid."),
        ("Lee, not Patel, will do it.", "It is done by Lee.", "It is done by Patel, not Lee."),
        ("A table for two at six.", "At six, a table for two.", "A table for six at two."),
        ("Who does Tom work for?", "For whom does Tom work?", "Who works for Tom?"),
        (
            "The tea was cold but the cake was fresh.",
            "The cake was fresh but the tea was cold.",
            "The tea was fresh but the cake was cold.",
        ),
        (
            "I'd rather walk than ride.",
            "I prefer walking to riding.",
            "I prefer riding to walking.",
        ),
        (
            "Before you sign, read it.",
            "Read it first and sign afterwards.",
            "Sign it first and read it afterwards.",
        ),
        (
            "Do not drive for two hours after lunch.",
            "For two hours after lunch, do not drive.",
            "Do not lunch for two hours after the drive.",
        ),
        (
            "Send it from Rome to Oslo.",
            "To Oslo, from Rome, send it.",
            "Send it from Oslo to Rome.",
        ),
    ],
)
def test_roles(text: str, same: str, changed: str, opposites: Opposites) -> None:
    check = RolesCheck(opposites)
    assert kept(check, text, same)
    assert not kept(check, text, changed)


@pytest.mark.parametrize(
    ("text", "same", "changed"),
    [
        ("Nothing beats tea.", "Nothing is better than tea.", "Tea is not better."),
        ("You can't help smiling.", "It is impossible not to smile.", "You can't smile."),
        (
            "It won't start before May.",
            "It starts in May at the earliest.",
            "It starts before May.",
        ),
        ("The fee is not refundable.", "The fee is non-refundable.", "The fee is refundable."),
        ("The test was negative.", "The test did not find it.", "The test did not come, no."),
        (
            "Without a key you can't go in.",
            "If you don't have a key, you can't go in.",
            "If you have a key, you can't go in.",
        ),
        ("I eat no meat or fish.", "I eat no meat and no fish.", "I eat meat and fish."),
        (
            "The cleaner is as quiet as mine.",
            "The cleaner is just as quiet as mine.",
            "The cleaner is not as quiet as mine.",
        ),
        ("It is north of Rome.", "It lies north of Rome.", "It is south of Rome."),
        (
            "It is no longer here, so switch it off.",
            "It isn't here any longer, so switch it off.",
            "It is still here, so switch it on.",
        ),
    ],
)
def test_polarity(text: str, same: str, changed: str, opposites: Opposites) -> None:
    check = PolarityCheck(opposites)
    assert kept(check, text, same)
    assert not kept(check, text, changed)


def test_moods() -> None:
    assert mood("Is it open?") == "asked"
    assert mood("It is open.") == "said"
    assert mood("Please open it.") == ""
    assert settled("He is perhaps ill.", "He is ill.")
    assert not settled("He is perhaps ill.", "He may be ill.")
    assert boundless_lost("It couldn't be better.", "It couldn't be good.")
    assert not boundless_lost("It couldn't be better.", "It is perfect.")


def test_what_is_first_and_what_is_then(opposites: Opposites) -> None:
    orientation = Orientation(opposites)
    text = "Pay and leave afterwards."
    assert orientation.order_kept("Pay before you leave.", text)
    assert not orientation.order_kept("Leave before you pay.", text)
    assert orientation.order_kept("For two hours after lunch, rest.", "Rest after the meal.")
