"""What is kept verbatim and what is not, the user's own phrases and patterns, and bad ones."""

import pickle
import re
import time

import pytest

from augment.errors import SpecError
from augment.lexicons.protected import Protection

# Text, and the stretches expected in it as (text, reason).
VERBATIM = [
    # URLs and e-mails.
    ("See https://example.com/a?b=1#c.", [("https://example.com/a?b=1#c", "url")]),
    ("(at http://x.org/wiki/A_(b))", [("http://x.org/wiki/A_(b)", "url")]),
    ("Go to www.shop.co.uk, please", [("www.shop.co.uk", "url")]),
    ("Visit example.com/help?x=1!", [("example.com/help?x=1", "url")]),
    ("on t.me/acme", [("t.me/acme", "url")]),
    ("It stopped.It was working.in the end", []),
    ("Mail first.last+tag@mail.example.com.", [("first.last+tag@mail.example.com", "email")]),
    # Names and tags.
    ("@anna_b said #fail-2 and #48213", [
        ("@anna_b", "mention"), ("#fail-2", "tag"), ("#48213", "tag"),
    ]),
    ("meet @ 5 in C# land", []),
    # Code.
    ("run `pip install x` now", [("`pip install x`", "code")]),
    ("```\na = 1\n```", [("```\na = 1\n```", "code")]),
    ("a stray ` tick, it`s what she`s got", []),
    ("set user_id and __init__", [("user_id", "code"), ("__init__", "code")]),
    ("_really_ ____ bad_", []),
    ("call getUser() now", [("getUser()", "code")]),
    ("in com.foo.Bar, not e.g. in the U.S.A., nor end.Start", [("com.foo.Bar", "code")]),
    ("the 'camelCase' and \u201cos.path\u201d names", [("camelCase", "code"), ("os.path", "code")]),
    ("the 'word' and \"two words\" and 'Title'", []),
    # Paths.
    ("in /usr/local/bin, ~/notes.txt and ./run.sh", [
        ("/usr/local/bin", "path"), ("~/notes.txt", "path"), ("./run.sh", "path"),
    ]),
    (r"under C:\Users\me and \\host\share", [(r"C:\Users\me", "path"), (r"\\host\share", "path")]),
    ("open report-v2.pdf or src/main.py.", [("report-v2.pdf", "path"), ("src/main.py", "path")]),
    ("and/or he/she w/ 24/7 km/h e.g. U.S. D.C. done, the Sultan /king, 7.5 /10, a\\n", []),
    ("main.c in /tmp", [("main.c", "path"), ("/tmp", "path")]),
    # Placeholders.
    ("{} {0} {name} {{ name }} {x:.2f} {% if a %}", [
        (p, "placeholder") for p in ("{}", "{0}", "{name}", "{{ name }}", "{x:.2f}", "{% if a %}")
    ]),
    ("{all of you there}, {first name}, {{{raw}}}", [
        ("{first name}", "placeholder"), ("{{{raw}}}", "placeholder"),
    ]),
    ("<TAG> </b> <br/> <a href='x'>", [
        (p, "placeholder") for p in ("<TAG>", "</b>", "<br/>", "<a href='x'>")
    ]),
    ("5 < 6 > 4 <3", []),
    ("$VAR ${VAR} $user_name", [(p, "placeholder") for p in ("$VAR", "${VAR}", "$user_name")]),
    ("$5 and US$ 7", []),
    ("%s %d %(name)s %5.2f %1$s %PATH%", [
        (p, "placeholder") for p in ("%s", "%d", "%(name)s", "%5.2f", "%1$s", "%PATH%")
    ]),
    ("50% discount, 5 %, 100%s", []),
    ("[MASK] [SEP] [1] [sic] [[x]]", [(p, "placeholder") for p in ("[MASK]", "[SEP]", "[[x]]")]),
    ("a &amp; b &#39; c & d; :smile: 10:30:45", [
        ("&amp;", "placeholder"), ("&#39;", "placeholder"), (":smile:", "placeholder"),
    ]),
    # Codes and numbers that name something.
    ("AB-1234-X, INV-2026-001 and H1N1", [
        ("AB-1234-X", "id"), ("INV-2026-001", "id"), ("H1N1", "id"),
    ]),
    ("550e8400-e29b-41d4-a716-446655440000 0x1F4a 9f8c2d1", [
        ("550e8400-e29b-41d4-a716-446655440000", "id"), ("0x1F4a", "id"), ("9f8c2d1", "id"),
    ]),
    ("10-year-old 5km 3rd mid-1990s 11million 12-15 top-10 2026-03-12 12/03/2026 12-Mar-2026", []),
    ("order 48213, ticket no. 123 and PIN: 4711", [("48213", "id"), ("123", "id"), ("4711", "id")]),
    ("order 500 plates, 1,500,000 people, 1.000.000, 12.03.2026", []),
    ("version 1.2.3 at 192.168.100.101 (v2.0)", [
        ("1.2.3", "id"), ("192.168.100.101", "id"), ("v2.0", "id"),
    ]),
    ("+1 (555) 123-4567, 555-123-4567, +33 1 23 45 67 89, 020 7946 0958", [
        (p, "phone")
        for p in ("+1 (555) 123-4567", "555-123-4567", "+33 1 23 45 67 89", "020 7946 0958")
    ]),
    ("card 4111 1111 1111 1111, ****1234, 123-45-6789", [
        ("4111 1111 1111 1111", "card"), ("****1234", "card"), ("123-45-6789", "card"),
    ]),
    ("DE89 3704 0044 0532 0130 00 or 123456789012", [
        ("DE89 3704 0044 0532 0130 00", "id"), ("123456789012", "id"),
    ]),
    ("", []),
    ("plain words, nothing else.", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VERBATIM)
def test_built_in_stretches(text: str, expected: list[tuple[str, str]]) -> None:
    found = Protection().verbatim(text)
    assert [(text[s.start : s.end], s.reason) for s in found] == expected


def shown(protection: Protection, text: str) -> list[str]:
    return [text[s.start : s.end] for s in protection.verbatim(text)]


def test_phrases_are_whole_words_in_any_case_and_spacing() -> None:
    protection = Protection(phrases=["Acme Cloud", "C++", "art"])
    text = "acme\n  CLOUD, start, ART art. C++ and Acme clouds"
    assert shown(protection, text) == ["acme\n  CLOUD", "ART", "art", "C++"]
    assert shown(Protection(["Art"], match_case=True), "art Art ART") == ["Art"]


def test_of_phrases_that_overlap_all_is_covered() -> None:
    protection = Protection(phrases=["new york", "new york city", "york city hall"])
    assert shown(protection, "in New York City now") == ["New York City"]
    assert shown(protection, "at New York City Hall now") == ["New York City Hall"]
    assert shown(Protection(["no no"]), "no no no!") == ["no no no"]
    found = Protection(["see https"], ["com/a b"]).verbatim("see https://x.com/a b")
    assert [(s.start, s.end, s.reason) for s in found] == [(0, 21, "url")]


def test_many_phrases() -> None:
    protection = Protection(phrases=[f"product {n}x" for n in range(2_000)])
    assert shown(protection, "A product 1999x here") == ["product 1999x"]


def test_patterns_are_searched_and_empty_finds_are_no_stretch() -> None:
    assert shown(Protection(patterns=[r"KB\w+", r"(?i)gold plan"]), "KBaa Gold Plan") == [
        "KBaa",
        "Gold Plan",
    ]
    assert Protection(patterns=[r"(?=b)|z"]).verbatim("abc") == ()


@pytest.mark.parametrize(
    ("phrases", "patterns", "message"),
    [
        ([" \n"], [], r"protected phrase ' \n' is blank: give it a word or leave it out"),
        ([], ["a("], "protected pattern 'a(' is no regular expression: missing ), unterminated"),
        ([], ["ok", "x*"], "protected pattern 'x*' matches empty text: let it match a character"),
        ("Acme", [], "protected phrases are a list of texts, not the text 'Acme'"),
        ([], "a+", "protected patterns are a list of texts, not the text 'a+'"),
    ],
)
def test_bad_phrases_and_patterns(phrases: list[str], patterns: list[str], message: str) -> None:
    with pytest.raises(SpecError, match=re.escape(message)):
        Protection(phrases, patterns)


def test_valued_and_verbatim_are_merged() -> None:
    text = "Don't pay $5 for order 48213 on 2026-03-12 at https://x.io/2026"
    found = Protection().stretches(text)
    assert [(text[s.start : s.end], s.reason) for s in found] == [
        ("Don't", "negation"),
        ("$5", "amount"),
        ("48213", "id"),
        ("2026-03-12", "date"),
        ("https://x.io/2026", "url"),
    ]


def test_it_is_frozen_compared_by_its_input_and_pickled() -> None:
    protection = Protection(["a b"], ["c+"])
    with pytest.raises(AttributeError):
        protection.phrases = ()  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(protection)) == protection == Protection(("a b",), ("c+",))
    assert hash(protection) == hash(Protection(("a b",), ("c+",)))
    assert pickle.loads(pickle.dumps(protection)).verbatim("a  b cc") == protection.verbatim(
        "a  b cc"
    )


UNITS = [
    *"a{7_-.@#`$%[<&:/\\'\"+*(~xX1 ",
    *("a-", "a.", "a@", "a_", "1-", "1.", "1,", "{{", "{a", "a/", "/a", "a/a.", ":a", "<a ", "%(a"),
    *("'a.", "'aA", "`a", "a:", "\\a", "x*", "**", "+1", "1 1", "order ", "order no", "www.", "0x"),
    *("http://", "http://)", "[A", "[[", "&a", "&#1", "(1", "$a", "%", "1:", "AA11 ", "[\n", "a()"),
    *(
        "```",
        "`` ",
        "@a",
        "@a.",
        "a@a.",
        "#a-1",
        "AA11",
        "1111 ",
        "0 ",
        "001 ",
        "{%",
        "<!--",
        "__a",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_lines_take_work_in_proportion(unit: str) -> None:
    """Four times the text may not need sixteen times the work; a margin is left for noise."""
    protection = Protection()

    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        times = []
        for _ in range(3):
            begun = time.process_time()
            protection.verbatim(text)
            times.append(time.process_time() - begun)
        return min(times)

    assert seconds(80_000) < 9 * max(seconds(20_000), 0.002)
