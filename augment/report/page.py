"""The report as one page that needs nothing beside it: no network, no script, no other file."""

from collections.abc import Iterator, Mapping
from importlib.resources import files

from augment.preview import changes
from augment.report import plots
from augment.report.figures import Example, Figures, Proof
from augment.report.markup import EMPTY, Markup, joined, table, tag, text_of_data
from augment.report.measures import Spread

# Keeps a browser from loading or running anything, should a text get by the escaping.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MOST_ROWS = 200
LONGEST = 1500  # characters of an example that are shown


def page(figures: Figures) -> str:
    """The whole page."""
    title = f"Report on {figures.output}"
    sections = [part for part in _sections(figures) if part[2]]
    style = files("augment.report").joinpath("page.css").read_text("utf-8")
    links = [tag("li", tag("a", name, href=f"#{key}")) for key, name, _ in sections]
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        tag("header", tag("h1", "Report on ", text_of_data(figures.output)), _tiles(figures)),
        tag("nav", tag("ul", *links), aria_label="sections"),
        tag("main", *(_section(key, name, inner) for key, name, inner in sections)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _sections(figures: Figures) -> Iterator[tuple[str, str, Markup]]:
    yield "notes", "Notes", joined(tag("p", note, class_="note") for note in figures.notes)
    yield "quality", "Quality", _quality(figures)
    yield "labels", "Labels", _labels(figures)
    yield "kinds", "Kinds of steps", _kinds(figures)
    yield "dropped", "Dropped and rejected", _dropped(figures)
    yield "distributions", "Similarity, edits and length", _distributions(figures)
    yield "diversity", "Diversity", _diversity(figures)
    yield "worst", "Worst copies", _examples(figures, figures.worst, worst=True)
    yield "best", "Best copies", _examples(figures, figures.best, worst=False)
    yield "run", "The run", _run(figures)


def _section(key: str, name: str, inner: Markup) -> Markup:
    return tag("section", tag("h2", name, id=f"{key}-head"), inner, id=key,
               aria_labelledby=f"{key}-head")  # fmt: skip


def _tiles(figures: Figures) -> Markup:
    dropped = sum(one.copies for one in figures.dropped)
    tiles = [
        ("originals", f"{figures.originals:,}"),
        ("copies", f"{figures.copies:,}"),
        ("copies dropped", f"{dropped:,}"),
        ("rows rejected", f"{sum(figures.rejected.values()):,}"),
    ]
    if figures.similarity is not None:
        tiles.append(("median similarity", f"{figures.similarity.median:.2f}"))
    if figures.edit_rate is not None:
        tiles.append(("median share of words changed", f"{figures.edit_rate.median:.0%}"))
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in tiles),
               class_="tiles")  # fmt: skip


def _quality(figures: Figures) -> Markup:
    if not figures.proofs:
        return EMPTY
    return table(
        ("measure", "share", "", "count", "of what"),
        (
            (one.name, _percent(one), _bar(one.share), f"{one.count:,} of {one.of:,}", one.note)
            for one in figures.proofs
        ),
        numbers=(1, 3),
    )


def _labels(figures: Figures) -> Markup:
    if figures.scores is not None:
        return table(
            ("scores", "rows", "mean", "least", "most"),
            (
                (when, f"{one.rows:,}", f"{one.mean:g}", f"{one.min:g}", f"{one.max:g}")
                for when, one in (
                    ("before", figures.scores.before),
                    ("after", figures.scores.after),
                )
                if one is not None
            ),
            numbers=(1, 2, 3, 4),
        )
    if not figures.labels:
        return EMPTY
    before = sum(count.before for count in figures.labels.values())
    after = sum(count.after for count in figures.labels.values())
    shown = list(figures.labels.items())
    rows = table(
        ("label", "before", "share", "after", "share"),
        (
            (text_of_data(label), f"{count.before:,}", _share(count.before, before),
             f"{count.after:,}", _share(count.after, after))
            for label, count in shown[:MOST_ROWS]
        ),
        numbers=(1, 2, 3, 4),
    )  # fmt: skip
    more = len(shown) - MOST_ROWS
    told = tag("p", f"and {more:,} more labels; the JSON has all", class_="soft")
    plot = EMPTY
    if plots.available():
        title = "Rows of each label before and after"
        if len(shown) > plots.MOST_LABELS:
            title += f": the {plots.MOST_LABELS} with most rows"
        plot = _figure(plots.label_bars("plot-labels", title, figures.labels), title)
    beside = tag("div", rows, told if more > 0 else EMPTY)
    return tag("div", plot, beside, class_="plots")


def _kinds(figures: Figures) -> Markup:
    if not figures.kinds:
        return EMPTY
    rows = (
        (
            tag("code", one.path),
            f"{one.copies:,}",
            _share(one.copies, figures.copies),
            f"{one.edits:,}",
            "–" if one.similarity is None else f"{one.similarity:.2f}",
            "–" if one.edit_rate is None else f"{one.edit_rate:.0%}",
            _reasons(one.stayed),
            ", ".join(one.models) or "–",
        )
        for one in figures.kinds
    )
    heads = ("step", "copies edited", "share", "edits", "similarity", "words changed",
             "parts that stayed", "models")  # fmt: skip
    legend = "Similarity and words changed are medians of the sample below."
    return joined(
        (
            table(heads, rows, numbers=(1, 2, 3, 4, 5)),
            tag("p", legend, class_="soft"),
            _draws(figures),
        )
    )


def _draws(figures: Figures) -> Markup:
    """What became of every draw that came to a step."""
    if not figures.steps:
        return EMPTY
    rows = (
        (
            tag("code", path),
            f"{one['seen']:,}",
            f"{one['edited']:,}",
            f"{one['kept']:,}",
            _reasons(one["idle"]),
            _reasons(one["refused"]),
            _reasons(one["dropped"]),
        )
        for path, one in figures.steps.items()
    )
    heads = ("step", "draws seen", "edited", "became copies", "nothing to do", "refused",
             "edited, then dropped")  # fmt: skip
    legend = (
        "A draw is one attempt at a copy. What a step edited may be dropped later: by another "
        "step, by a check, or since it came out like another copy; most such draws are made anew."
    )
    return joined((table(heads, rows, numbers=(1, 2, 3)), tag("p", legend, class_="soft")))


def _dropped(figures: Figures) -> Markup:
    asked = figures.copies + sum(one.copies for one in figures.dropped)
    parts = []
    if figures.dropped:
        rows = (
            (
                tag("code", one.reason),
                f"{one.copies:,}",
                _share(one.copies, asked),
                "–" if one.least is None or one.most is None else f"{one.least:g} to {one.most:g}",
                text_of_data(one.example),
            )
            for one in figures.dropped
        )
        heads = ("copies not made: why", "copies", "of those asked", "scores", "the first one")
        parts.append(table(heads, rows, numbers=(1, 2, 3)))
    for name, counts in (
        ("rows of the input rejected: why", figures.rejected),
        ("rows of the output that cannot be read: why", figures.unreadable),
    ):
        if counts:
            rows_of = ((tag("code", reason), f"{count:,}") for reason, count in counts.items())
            parts.append(table((name, "rows"), rows_of, numbers=(1,)))
    return joined(parts)


def _distributions(figures: Figures) -> Markup:
    if figures.similarity is None or figures.sampled is None:
        return EMPTY
    named: list[tuple[str, str, Spread | None]] = [
        ("similarity", "Similarity to the original (chrF, 1 is equal)", figures.similarity),
        ("edit-rate", "Share of words changed", figures.edit_rate),
        ("length-ratio", "Length by that of the original (characters)", figures.length_ratio),
        ("meaning", "Meaning: cosine of sentence embeddings", figures.meaning),
    ]
    found = [(key, title, one) for key, title, one in named if one is not None]
    drawn = [
        _figure(plots.histogram(f"plot-{key}", title, one), title)
        for key, title, one in found
        if plots.available()
    ]
    words = {"originals": figures.words_before, "copies": figures.words_after}
    if plots.available() and figures.words_after is not None:
        title = "Words in a text"
        drawn.append(_figure(plots.two_histograms("plot-words", title, words), title))
    rows = [*found, *((key, f"Words: {key}", one) for key, one in words.items() if one)]
    quantiles = table(
        ("", "mean", "least", "5 %", "25 %", "median", "75 %", "95 %", "most"),
        (
            (title, *(f"{value:g}" for value in (one.mean, one.least, one.p5, one.p25, one.median,
                                                 one.p75, one.p95, one.most)))
            for _, title, one in rows
        ),
        numbers=range(1, 9),
    )  # fmt: skip
    return joined((tag("p", _of_sample(figures)), tag("div", *drawn, class_="plots"), quantiles))


def _of_sample(figures: Figures) -> str:
    assert figures.sampled is not None
    one = figures.sampled
    told = (
        f"Measured on all {one.of:,} texts of copies."
        if one.texts == one.of
        else f"Measured on {one.texts:,} of {one.of:,} texts of copies, drawn at random with seed "
        f"{one.seed}."
    )
    if one.left_out:
        told += f" {one.left_out:,} more were left out: too long, or without an original."
    return told + " A dashed line is the median; what lies beyond an axis is in its last bar."


def _diversity(figures: Figures) -> Markup:
    if not figures.diversity:
        return EMPTY
    rows = (
        (
            one.name,
            f"{one.texts:,}",
            *("–" if value is None else f"{value:.3f}" for value in (one.self_bleu, *one.distinct)),
        )
        for one in figures.diversity
    )
    legend = (
        "Self-BLEU: how well other texts of the same row of this table foretell a text (the less, "
        "the more varied). Distinct-n: different runs of n words by all of them (the more, the "
        "more varied). As many texts a row, since more texts repeat more."
    )
    heads = ("texts", "how many", "self-BLEU", "distinct-1", "distinct-2", "distinct-3")
    return joined((table(heads, rows, numbers=range(1, 6)), tag("p", legend, class_="soft")))


def _examples(figures: Figures, examples: tuple[Example, ...], *, worst: bool) -> Markup:
    if not examples:
        return EMPTY
    which = "lowest" if worst else "highest"
    if figures.order == "meaning":
        told = f"The changed copies of the sample with the {which} cosine to their original."
    else:
        told = (
            f"The changed copies of the sample with the {which} similarity (chrF) to their "
            f"original, so the {'most' if worst else 'least'} changed ones: no score of meaning "
            "was computed (--meaning), and much change alone is no fault."
        )
    head = tag("tr", *(tag("th", name, scope="col") for name in ("which", "original", "copy")))
    rows = [_example(one) for one in examples]
    inner = tag("table", tag("thead", head), tag("tbody", *rows), class_="texts")
    return joined((tag("p", told), tag("div", inner, class_="wide")))


def _example(one: Example) -> Markup:
    scores = f"similarity {one.similarity:.2f}, {one.edit_rate:.0%} of words"
    if one.meaning is not None:
        scores = f"meaning {one.meaning:.2f}, {scores}"
    about = [
        f"line {one.line:,}",
        *([f"in {one.column}"] if one.column else []),
        ", ".join(path.rpartition(".")[2] for path in one.kinds),
        scores,
    ]
    label = (tag("strong", text_of_data(one.label)), Markup("<br>")) if one.label else ()
    cells = (joined((*label, "; ".join(about))), *_side_by_side(one.before, one.after))
    return tag("tr", *(tag("td", cell) for cell in cells))


def _side_by_side(before: str, after: str) -> tuple[Markup, Markup]:
    """Both texts with their changes marked; long ones are cut."""
    left: list[str | Markup] = []
    right: list[str | Markup] = []
    at = 0
    for old, new in changes(before, after):
        if old == new:
            left.append(old)
            right.append(new)
        else:
            left.append(tag("del", old) if old else EMPTY)
            right.append(tag("ins", new) if new else EMPTY)
        at += max(len(old), len(new))
        if at > LONGEST:
            left.append(" …")
            right.append(" …")
            break
    return tag("bdi", *left), tag("bdi", *right)


def _run(figures: Figures) -> Markup:
    facts: list[tuple[str, str]] = [
        ("output", f"{figures.output}, SHA-256 {figures.output_sha256}"),
        ("report made with", f"augment {figures.made_with}"),
    ]
    run = figures.run or {}
    if run:
        source = run.get("input") or {"name": "standard input", "sha256": None}
        facts += [
            ("input", f"{source['name']}, SHA-256 {source['sha256'] or 'unknown'}"),
            ("begun", str(run["began"])),
            ("time", f"{run['seconds']:,} s, "
             f"{run['summary'].get('sentences_per_second', 0):,} sentences/s"),
            ("seed", str(run["spec"]["seed"])),
            ("models", ", ".join(run["models"]) or "none"),
            ("Python", str(run["python"])),
            ("packages", ", ".join(f"{name} {one}" for name, one in run["packages"].items())),
        ]  # fmt: skip
    shown = table(("what", "value"), ((name, tag("code", value)) for name, value in facts))
    spec = joined((tag("h3", "Spec"), tag("pre", figures.spec))) if figures.spec else EMPTY
    return joined((shown, spec))


def _figure(drawing: Markup, title: str) -> Markup:
    return tag("figure", drawing, tag("figcaption", title))


def _bar(share: float) -> Markup:
    return tag("span", tag("i", style=f"width:{share:.1%}"), class_="bar", aria_hidden="true")


def _percent(one: Proof) -> str:
    # "100.0 %" must mean all of them.
    return "< 100 %" if one.count < one.of and round(one.share, 3) == 1 else f"{one.share:.1%}"


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "–"


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items()) or "–"
