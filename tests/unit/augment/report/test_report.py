"""The report of an output: its counts, its page, and what it says where something is missing."""

import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from augment import cli
from augment.report import plots
from augment.report.markup import table, tag, text_of_data

Captured = pytest.CaptureFixture[str]

WORDS = [
    "the",
    "parcel",
    "that",
    "I",
    "ordered",
    "from",
    "your",
    "shop",
    "last",
    "week",
    "is",
    "not",
    "here",
    "and",
    "nobody",
    "answers",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [f"{' '.join(WORDS[i % 5 :])} {i},{'ab'[i % 2]}" for i in range(12)]
    Path("in.csv").write_text("\n".join(["text,label", *rows, "ragged"]) + "\n")
    return tmp_path


def expand(*options: str, source: str = "in.csv", output: str = "out.csv") -> None:
    assert cli.main(["expand", source, "-o", output, "--preset", "mask", *options]) == 0


def report(capsys: Captured, output: str = "out.csv", *options: str) -> dict[str, Any]:
    capsys.readouterr()
    assert cli.main(["report", output, "--json", *options]) == 0
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    return value


class Tags(HTMLParser):
    """Elements of a page that are opened and not closed, and all attributes."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.append(name)
        self.ids += [value or "" for key, value in attributes if key == "id"]
        if name not in self.VOID:
            self.open.append(name)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.append(name)
        self.ids += [value or "" for key, value in attributes if key == "id"]

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name


def checked(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    return tags


def test_counts(folder: Path, capsys: Captured) -> None:
    expand("--copies", "3")
    found = report(capsys)
    assert (found["originals"], found["copies"], found["rows"]) == (12, 36, 48)
    assert found["labels"] == {"a": {"before": 6, "after": 24}, "b": {"before": 6, "after": 24}}
    assert found["rejected"] == {"ragged": 1}
    (kind,) = found["kinds"]
    assert (kind["path"], kind["kind"], kind["copies"]) == ("0.masking", "masking", 36)
    assert found["sampled"] == {"texts": 36, "of": 36, "seed": 0, "left_out": 0}
    assert sum(found["similarity"]["bins"]) == 36
    assert [one["name"] for one in found["diversity"]] == ["originals", "copies", "both"]
    proofs = {one["name"]: (one["count"], one["of"]) for one in found["proofs"]}
    assert proofs["distinct copies"] == (36, 36)
    assert proofs["label agreement, copies"][1] == 36
    assert len(found["worst"]) == 18
    assert found["order"] == "similarity"
    assert found["worst"][0]["similarity"] <= found["best"][0]["similarity"]
    assert found["run"]["summary"]["written"] == 36
    assert "kind: masking" in found["spec"]
    assert any("--meaning" in note for note in found["notes"])


def test_a_sample_is_stated(folder: Path, capsys: Captured) -> None:
    expand("--copies", "3")
    found = report(capsys, "out.csv", "--sample", "10")
    assert (found["copies"], found["sampled"]["texts"], found["sampled"]["of"]) == (36, 10, 36)
    assert found == report(capsys, "out.csv", "--sample", "10")
    assert cli.main(["report", "out.csv", "--sample", "10"]) == 0
    page = Path("out.csv.report.html").read_text()
    assert "Measured on 10 of 36 texts of copies, drawn at random with seed 0." in page


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.tsv"])
def test_other_formats(folder: Path, capsys: Captured, name: str) -> None:
    source = "in" + name.removeprefix("out")
    lines = [line.split(",") for line in Path("in.csv").read_text().splitlines()[1:13]]
    if "jsonl" in name:
        text = "".join(json.dumps({"text": a, "label": b}) + "\n" for a, b in lines)
    else:
        text = "text\tlabel\n" + "".join(f"{a}\t{b}\n" for a, b in lines)
    data = text.encode()
    Path(source).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    expand(source=source, output=name)
    found = report(capsys, name)
    assert (found["originals"], found["copies"]) == (12, 12)
    assert found["sampled"]["texts"] == 12


def test_only_copies_are_measured_by_their_trails(folder: Path, capsys: Captured) -> None:
    expand("--only-copies", "--rename", "copy=number")
    found = report(capsys)
    assert (found["originals"], found["copies"], found["sampled"]["texts"]) == (0, 12, 12)
    assert found["labels"]["a"] == {"before": 6, "after": 6}  # by the record of the run
    assert found["worst"][0]["before"].startswith(tuple(WORDS))


def test_without_its_neighbours(folder: Path, capsys: Captured) -> None:
    expand("--rename", "trail=how")
    for path in ("out.csv.run.json", "out.csv.rejects.jsonl"):
        Path(path).unlink()
    assert cli.main(["report", "out.csv"]) == 1
    told = capsys.readouterr().err
    assert "there is no column 'trail'" in told
    assert "--rename trail=NAME" in told
    found = report(capsys, "out.csv", "--rename", "trail=how")
    assert found["copies"] == 12
    assert any("out.csv.run.json" in note for note in found["notes"])


def test_a_changed_output_is_noticed(folder: Path, capsys: Captured) -> None:
    expand()
    with Path("out.csv").open("a") as file:
        file.write("one more,a,in.csv:99,0,[]\n")
        file.write("and broken,a,in.csv:99,1,[{]\n")
    found = report(capsys)
    assert any("no longer what the run wrote" in note for note in found["notes"])
    assert found["unreadable"] == {"bad_trail": 1}
    assert cli.main(["report", "out.csv"]) == 0
    told = capsys.readouterr().out
    assert "note: 1 row of the output cannot be read: augment replay tells which." in told


def test_the_page_is_sound_and_stands_alone(folder: Path, capsys: Captured) -> None:
    hostile = '<script>alert(1)</script> & "quotes" here are $x$ words'
    Path("in.jsonl").write_text(
        "".join(
            json.dumps({"text": f"{hostile} {i}", "label": f"</svg><script>{i % 2}</script>"})
            + "\n"
            for i in range(8)
        )
        + json.dumps({"text": "שלום לכל מי שקורא את זה היום", "label": "עברית"})
        + "\n"
    )
    expand("--report", "page.html", source="in.jsonl", output="<b>out.jsonl")
    page = Path("page.html").read_text("utf-8")
    tags = checked(page)
    assert "script" not in tags.names
    assert tags.names.count("svg") == 5
    assert "&lt;script&gt;" in page
    assert re.search(r"(https?:)?//[a-z]", page.replace("<!DOCTYPE html>", "")) is None
    assert re.search(r'\b(src|href)="(?!#)', page) is None
    assert page.count("<bdi>") > 10
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page
    assert page.count("<desc") == 5


def test_without_matplotlib(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expand()
    monkeypatch.setattr(plots, "available", lambda: False)
    assert cli.main(["report", "out.csv", "-o", "page.html"]) == 0
    page = Path("page.html").read_text()
    assert "<svg" not in page
    assert "Plots need matplotlib: pip install" in page
    checked(page)


def test_a_page_is_not_replaced_unasked(folder: Path, capsys: Captured) -> None:
    expand()
    Path("page.html").write_text("mine")
    assert cli.main(["report", "out.csv", "-o", "page.html"]) == 1
    assert "page.html: exists already; give --force" in capsys.readouterr().err
    call = "expand in.csv -o two.csv --preset mask --report page.html"
    assert cli.main(call.split()) == 1
    assert not Path("two.csv").exists()
    assert Path("page.html").read_text() == "mine"


def test_a_report_needs_a_file(folder: Path, capsys: Captured) -> None:
    assert cli.main(["expand", "in.csv", "-o", "-", "--preset", "mask", "--report", "p.html"]) == 1
    assert "a report is made of the output as a file" in capsys.readouterr().err
    assert cli.main(["report", "none.csv"]) == 1
    assert "none.csv: there is no such file" in capsys.readouterr().err


def test_markup_escapes_what_is_not_its_own() -> None:
    assert tag("p", "<b>", tag("i", "&")) == "<p>&lt;b&gt;<i>&amp;</i></p>"
    assert tag("p", title='"x"') == '<p title="&quot;x&quot;"></p>'
    assert text_of_data("a\x00\ud800b") == "<bdi>a��b</bdi>"
    assert 'class="number">1</td>' in table(("n",), [("1",)], numbers=(0,))


def test_what_became_of_every_draw(folder: Path, capsys: Captured) -> None:
    (folder / "spec.yaml").write_text(
        "copies: 3\nsteps: [{kind: masking, mask_token: _}]\n"
        "checks: [{kind: length, ratio_range: [0.97, 1.03], slack: 0}]\n"
    )
    command = ["expand", "in.csv", "-o", "out.csv", "--spec", "spec.yaml", "--workers", "2"]
    assert cli.main(command) == 0
    figures = report(capsys, "out.csv", "--page", "page.html")
    step = figures["steps"]["0.masking"]
    assert step["seen"] == step["edited"] + sum(step["idle"].values())
    assert step["kept"] == figures["copies"]
    assert step["dropped"]["length"] > 0
    page = (folder / "page.html").read_text()
    assert "edited, then dropped" in page
    assert f"{step['dropped']['length']:,} length" in page
    rejects = (folder / "out.csv.rejects.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in rejects]
    assert {one["step"] for one in told if one["reason"] == "length"} == {"checks.0.length"}
