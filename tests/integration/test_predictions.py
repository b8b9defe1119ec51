"""A run to its end, and the model that came of it: concluded, evaluated, asked for predictions."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augment.datasets.rows import Fault
from augment.errors import AugmentError, DataError, ModelError, OutputError
from augment.resources import Resources
from regularize.cli import main
from regularize.conclude import CURVES, EVALUATION, RELIABILITY, Conclusion, conclude
from regularize.data import Example, Split
from regularize.predicted import PredictRequest, predict
from regularize.predictor import Predictor
from regularize.reading import DataOptions
from regularize.run import FIGURES, train
from regularize.saved import SAVED, read_saved
from regularize.splits import learnable
from tests.support.tiny_encoder import TOPICS, tiny_examples, write_tiny_encoder
from tests.support.training import tiny_request

Model = tuple[Path, Split, Conclusion]


def split_of(task: str) -> Split:
    parts = {"train": 48, "dev": 12, "test": 12}
    rows = {part: _as(task, tiny_examples(count, part=part)) for part, count in parts.items()}
    return Split(**rows, labels=learnable(rows["train"], task), task=task)  # type: ignore[arg-type]


def _as(task: str, rows: tuple[Example, ...]) -> tuple[Example, ...]:
    if task == "single":
        return rows
    if task == "several":
        return tuple(Example(row.id, row.text, (str(row.label),)) for row in rows)
    found = []
    for row in rows:
        tokens = tuple(row.text.split())
        words = TOPICS[str(row.label)]
        tags = tuple(f"B-{row.label}" if token in words else "O" for token in tokens)
        found.append(Example(row.id, row.text, tags, tokens))
    return tuple(found)


def trained(task: str, folder: Path, resources: Resources) -> Model:
    # Of some seeds the tiny encoder learns two of three labels only.
    encoder = write_tiny_encoder(folder / "encoder", layers=1, dropout=0.0, seed=1)
    split, output = split_of(task), folder / "model"
    request = tiny_request(encoder, output, resources, split, epochs=15)
    run = train(request)
    found = conclude(output, split, output / FIGURES, updates=run.updates, kept=run.best_update)
    return output, split, found


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory, resources: Resources) -> Model:
    return trained("single", tmp_path_factory.mktemp("single"), resources)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, resources: Resources) -> Model:
    return trained("several", tmp_path_factory.mktemp("several"), resources)


@pytest.fixture(scope="module")
def tags(tmp_path_factory: pytest.TempPathFactory, resources: Resources) -> Model:
    return trained("tags", tmp_path_factory.mktemp("tags"), resources)


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def request_of(source: Path, output: Path, **options: Any) -> PredictRequest:
    return PredictRequest(source=str(source), output=output, options=DataOptions(**options))


def test_a_run_is_concluded_with_all_that_was_found(single: Model) -> None:
    output, split, found = single
    assert found.parts["test"].before["accuracy"] > 0.8
    assert read_saved(output).temperature == found.temperature
    assert read_saved(output).labels == split.labels
    held = json.loads((output / EVALUATION).read_text())
    assert held["parts"]["dev"]["after"] == dict(found.parts["dev"].after)
    assert found.pictures == (CURVES, RELIABILITY)
    card = (output / "README.md").read_text()
    for words in (
        "One run with one seed", "The test set is small: of 12 items", str(found.verdict),
        f"![curves]({CURVES})", "max_length: 128", "| train | 48 |",
        f"| {found.parts['test'].after['nll']:.4f} |",
    ):  # fmt: skip
        assert words in card


def test_the_folder_loads_with_nothing_of_ours(single: Model) -> None:
    from transformers import pipeline

    output, split, _ = single
    classify = pipeline("text-classification", str(output), top_k=None)
    text = split.test[0].text
    theirs = {one["label"]: one["score"] for one in classify([text])[0]}
    predictor = Predictor.of(output)
    answers = predictor.answers(split.test[:1])
    ours = np.exp(answers.logits[0]) / np.exp(answers.logits[0]).sum()
    assert [theirs[name] for name in split.labels] == pytest.approx(ours, abs=1e-6)


def test_predictions_do_not_depend_on_the_texts_beside_them(single: Model) -> None:
    output, split, _ = single
    predictor = Predictor.of(output)
    together = predictor.answers(split.test).logits
    alone = np.stack([predictor.answers([row]).logits[0] for row in split.test])
    assert together == pytest.approx(alone, abs=1e-5)


def test_a_table_keeps_its_bytes_and_gets_three_columns(single: Model, tmp_path: Path) -> None:
    model, split, _ = single
    rows = [
        b'id;note;"text"\r\n',
        b'1; spaces ;"my ""late"" parcel; is the box"\r\n',
        b"2;x;invoice charged the bill\r\n",
        b"\r\n",
        b"3;;   \r\n",
        b"4;ragged\r\n",
        b"5;\xc3\xa9;reset my password",
    ]
    source = tmp_path / "in.csv"
    source.write_bytes(b"".join(rows))
    output = tmp_path / "out.csv"
    found = predict(request_of(source, output, delimiter=b";"), Predictor.of(model))
    assert (found.rows, found.rejects) == (3, 2)
    written_rows = output.read_bytes().split(b"\r\n")
    for row, line in zip((rows[0], rows[1], rows[2], rows[6]), written_rows, strict=True):
        assert line.startswith(row.rstrip(b"\r\n") + b";")
    parsed = list(csv.DictReader(output.read_text().splitlines(), delimiter=";"))
    assert [row["prediction"] for row in parsed] == ["delivery", "billing", "account"]
    for row in parsed:
        each = json.loads(row["probabilities"])
        assert list(each) == list(split.labels)
        assert sum(each.values()) == pytest.approx(1, abs=1e-5)
        assert float(row["probability"]) == max(each.values()) == each[row["prediction"]]
    lines = (tmp_path / "out.csv.rejects.jsonl").read_text().splitlines()
    rejects = [json.loads(line) for line in lines]
    assert [(one["line"], one["reason"]) for one in rejects] == [(5, "empty_text"), (6, "ragged")]


def test_the_temperature_is_applied(single: Model, tmp_path: Path) -> None:
    model, split, _ = single
    folder = shutil.copytree(model, tmp_path / "model")
    saved = json.loads((folder / SAVED).read_text())
    source = written(tmp_path / "in.csv", f"text\n{split.test[0].text}\n")
    sure = []
    for value in (1.0, 4.0):
        saved["temperature"] = {"value": value, "items": 12, "note": ""}
        (folder / SAVED).write_text(json.dumps(saved))
        output = tmp_path / f"{value}.csv"
        predict(request_of(source, output), Predictor.of(folder))
        (row,) = csv.DictReader(output.read_text().splitlines())
        sure.append(json.loads(row["probabilities"]))
    expected = np.array([sure[0][name] for name in split.labels]) ** 0.25
    expected /= expected.sum()
    assert [sure[1][name] for name in split.labels] == pytest.approx(expected, abs=1e-4)


def test_json_lines_get_three_keys_before_the_brace(single: Model, tmp_path: Path) -> None:
    lines = '{"text":  "my parcel is late", "n": 1.50 }\n{"text": "x", "prediction": 1}\nno json\n'
    source, output = written(tmp_path / "in.jsonl", lines), tmp_path / "out.jsonl"
    found = predict(request_of(source, output), Predictor.of(single[0]))
    assert (found.rows, found.rejects) == (1, 2)
    (line,) = output.read_text().splitlines()
    assert line.startswith('{"text":  "my parcel is late", "n": 1.50')
    assert json.loads(line)["prediction"] == "delivery"


def test_several_labels_are_chosen_each_for_itself(several: Model, tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", '{"text": "invoice bill refund"}\n')
    output = tmp_path / "out.jsonl"
    predict(request_of(source, output), Predictor.of(several[0]))
    row = json.loads(output.read_text())
    chosen = [name for name, p in row["probabilities"].items() if p > 0.5]
    assert row["prediction"] == chosen
    assert "billing" in chosen
    assert set(several[2].parts["test"].before) >= {"micro_f1", "macro_f1", "nll", "ece"}


def test_tokens_get_a_tag_each_though_some_are_not_read(tags: Model, tmp_path: Path) -> None:
    model, _, found = tags
    assert found.parts["test"].before["entity_f1"] > 0.5
    # Of no characters nothing is read; the model reads 24 pieces, with its marks at both ends.
    tokens = ["parcel", "\u200b", "the", *["is"] * 20, "box"]
    source = written(tmp_path / "in.jsonl", json.dumps({"tokens": tokens}) + "\n")
    output = tmp_path / "out.jsonl"
    told = predict(request_of(source, output), Predictor.of(model))
    row = json.loads(output.read_text())
    assert told.cut == 1
    assert row["prediction"][:3] == ["B-delivery", "O", "O"]
    places = [place for place, p in enumerate(row["probability"]) if p is None]
    assert places == [1, 23]
    assert len(row["prediction"]) == len(row["probability"]) == len(tokens)


def test_evaluate_measures_what_conclude_measured(
    single: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, split, found = single
    rows = "".join(f"{row.text},{row.label}\n" for row in (*split.test, split.test[0]))
    source = written(tmp_path / "test.csv", f"text,label\n{rows}")
    diagram = tmp_path / "r.svg"
    assert main(["evaluate", str(model), str(source), "--json", "--reliability", str(diagram)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["before"] == pytest.approx(dict(found.parts["test"].before))
    assert told["after"] == pytest.approx(dict(found.parts["test"].after))
    assert told["notes"] == ["1 rows left out: duplicate"]
    assert "share that is right" in diagram.read_text()
    assert main(["evaluate", str(model), str(source)]) == 0
    assert "accuracy" in capsys.readouterr().out


def test_predict_tells_what_it_did(
    single: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "in.csv", "text\nmy parcel is late\n\n  x\n")
    output = tmp_path / "out.csv"
    assert main(["predict", str(single[0]), str(source), "-o", str(output), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"output": str(output), "rows": 2, "rejects": 0, "cut": 0}
    assert main(["predict", str(single[0]), str(source), "-o", str(output)]) == 1
    assert "exists already; give --force" in capsys.readouterr().err


def test_a_label_that_the_model_lacks_is_named(
    single: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "t.csv", "text,label\nx,weather\ny,billing\n")
    assert main(["evaluate", str(single[0]), str(source)]) == 1
    assert "'weather' (1)" in capsys.readouterr().err


def broken(folder: Path, what: str) -> None:
    config = folder / "config.json"
    if what == "no weights":
        (folder / "model.safetensors").unlink()
    elif what == "half the weights":
        data = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(data[: len(data) // 2])
    elif what == "no config":
        config.unlink()
    elif what == "other labels":
        value = json.loads((folder / SAVED).read_text())
        (folder / SAVED).write_text(json.dumps({**value, "labels": ["a", "b", "c"]}))
    elif what == "no words":
        for name in ("tokenizer.json", "vocab.txt"):
            (folder / name).unlink(missing_ok=True)
    elif what == "no head":
        from safetensors.numpy import load_file, save_file

        weights = load_file(folder / "model.safetensors")
        kept = {name: w for name, w in weights.items() if not name.startswith("classifier")}
        save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("no weights", "has no safetensors weights"),
        ("half the weights", "cannot be loaded"),
        ("no config", r"there is no config\.json"),
        ("other labels", r"the files are of two runs"),
        ("no words", r"the tokenizer has no words"),
        ("no head", r"lacks the weights classifier\.bias"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(
    single: Model, tmp_path: Path, what: str, told: str
) -> None:
    folder = shutil.copytree(single[0], tmp_path / "model")
    broken(folder, what)
    with pytest.raises(ModelError, match=told):
        Predictor.of(folder)


@pytest.mark.parametrize(
    ("name", "text", "error", "told"),
    [
        ("in.csv", "prediction,text\nx,y\n", DataError, "has a column 'prediction' already"),
        ("in.csv", "number\n", DataError, "has a header but no rows"),
        ("in.parquet", "x", DataError, "convert it to .jsonl first"),
        ("in.jsonl", '{"text": "x"}\n', OutputError, "give the output the suffix .jsonl"),
        ("in.conll", "a O\n", AugmentError, "is named as csv, but the input is conll"),
    ],
)
def test_inputs_that_do_not_suit_are_refused(
    single: Model, tmp_path: Path, name: str, text: str, error: type[AugmentError], told: str
) -> None:
    source = written(tmp_path / name, text)
    with pytest.raises(error, match=told):
        predict(request_of(source, tmp_path / "out.csv"), Predictor.of(single[0]))
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("output", ["-", "."])
def test_predictions_go_to_a_file(single: Model, tmp_path: Path, output: str) -> None:
    source = written(tmp_path / "in.csv", "text\nx\n")
    with pytest.raises(OutputError, match="predictions go to a file; name one"):
        predict(request_of(source, Path(output)), Predictor.of(single[0]))


def test_a_model_for_tags_wants_tokens(tags: Model, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", "tokens\nx\n")
    with pytest.raises(DataError, match=r"write them as \.jsonl, such as"):
        predict(request_of(source, tmp_path / "out.csv"), Predictor.of(tags[0]))


def test_without_development_data_no_temperature_is_made_up(
    tmp_path: Path, resources: Resources
) -> None:
    encoder = write_tiny_encoder(tmp_path / "encoder")
    faults = (Fault(7, "empty_text", "the text is empty", b" ,a"),)
    split = Split(
        tiny_examples(24), (), (), tuple(sorted(TOPICS)), "single", rejects={"train": faults}
    )
    output = tmp_path / "model"
    run = train(tiny_request(encoder, output, resources, split, epochs=1, keep="last"))
    found = conclude(output, split, output / FIGURES, updates=run.updates, kept=run.best_update)
    assert (found.temperature.value, found.temperature.items) == (1.0, 0)
    assert found.verdict.finding == "unclear"
    card = (output / "README.md").read_text()
    assert "Nothing was measured: there was neither a development nor a test set." in card
    assert "rows of train that could not be used: 1 (train.rejects.jsonl)" in card
    (reject,) = (output / "train.rejects.jsonl").read_text().splitlines()
    assert json.loads(reject)["line"] == 7
    assert "No temperature was fitted: there is no development set to fit it on." in card
