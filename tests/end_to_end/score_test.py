"""`score`: what transformers, open_clip and Pillow say of the same pictures and captions
(tests/golden/make_score_fixtures.py)."""

import csv
import io
import json
import math
import shutil
from pathlib import Path

import pytest

SCORES = Path("tests/golden/scores")
PICTURES = [SCORES / name for name in ("0.png", "1.png", "2.jpg", "3.png", "4.png", "5.png")]
CAPTIONS = SCORES / "captions.txt"
EXPECTED = json.loads((SCORES / "expected.json").read_text())
FILES = {
    "pickscore": SCORES / "clip",
    "clipscore": SCORES / "clip",
    "aesthetic": f"{SCORES}/clip,{SCORES}/aesthetic_tiny.pth",
    "hpsv2": SCORES / "HPS_tiny.pt",
    "blipscore": SCORES / "model_tiny.pth",
    "imagereward": SCORES / "ImageReward_tiny.pt",
}


def score(rocm, *scores, images=PICTURES, captions=CAPTIONS, flags=(), expect=0):
    done = rocm.run("score", "--images", *images, "--captions", captions, "--score", *scores, *flags)
    assert done.returncode == expect, done.stderr
    return done


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def expect_reference(found, name, expected_name=None):
    for row, expected in zip(found, EXPECTED, strict=True):
        assert row[name] == pytest.approx(expected[expected_name or name], abs=2e-5), row


@pytest.mark.parametrize("batch_size", [1, 8])
def test_every_score_is_the_references(rocm, batch_size):
    done = score(rocm, *(f"{name}={path}" for name, path in FILES.items()),
                 "jpeg_incompressibility", "jpeg_compressibility", flags=["--batch-size", batch_size])
    found = rows(done)
    for name in [*FILES, "jpeg_incompressibility"]:
        expect_reference(found, name)
    assert all(row["jpeg_compressibility"] == -row["jpeg_incompressibility"] for row in found)
    assert [row["image"] for row in found] == [str(path) for path in PICTURES]
    assert [row["caption"] for row in found] == CAPTIONS.read_text().splitlines()


def test_hpsv2_without_antialiasing_is_that_of_old_torchvision(rocm):
    found = rows(score(rocm, f"hpsv21={FILES['hpsv2']}", flags=["--no-antialias"]))
    for row, expected in zip(found, EXPECTED):
        assert row["hpsv21"] == pytest.approx(expected["hpsv2_no_antialias"], abs=1e-4)


def test_a_transformers_blip_contrasts_and_matches(tmp_path, rocm):
    # Its vision epsilon is its configuration's.
    found = rows(score(rocm, f"blipscore={SCORES}/blip", f"blip_itm={SCORES}/blip"))
    expect_reference(found, "blipscore")
    expect_reference(found, "blip_itm")


def test_a_weights_file_alone_is_read_in_transformers_names_too(rocm):
    for name in ("clip", "blip"):
        (rocm.folder / name).mkdir()
        for file in ("model.safetensors", "vocab.json", "merges.txt", "vocab.txt"):
            if (SCORES / name / file).exists():
                shutil.copy(SCORES / name / file, rocm.folder / name)
    (rocm.folder / "clip/model.safetensors.json").write_text(
        '{"vision_heads": 3, "text_heads": 2, "activation": "gelu"}')
    (rocm.folder / "blip/model.safetensors.json").write_text('{"vision_heads": 3, "text_heads": 2}')
    found = rows(score(rocm, f"pickscore={rocm.folder}/clip/model.safetensors",
                       f"blipscore={rocm.folder}/blip/model.safetensors"))
    expect_reference(found, "pickscore")
    # Transformers' own vision towers have another epsilon than the one that expected.json is made with.
    for row, expected in zip(found, EXPECTED):
        assert row["blipscore"] == pytest.approx(expected["blipscore"], abs=1e-3)


def test_a_blip_file_looks_at_larger_pictures_if_it_is_told_so(rocm):
    weights = rocm.folder / "model.pth"
    shutil.copy(SCORES / "model_tiny.pth", weights)
    shutil.copy(SCORES / "vocab.txt", rocm.folder)
    (rocm.folder / "model.pth.json").write_text('{"vision_heads": 3, "text_heads": 2, "image_size": 48}')
    expect_reference(rows(score(rocm, f"blipscore={weights}")), "blipscore", "blipscore_48")


def test_scores_of_a_folder_are_in_the_order_of_names_and_skip_the_grid(rocm):
    folder = rocm.folder / "pictures"
    folder.mkdir()
    for name in ("b.png", "a.PNG", "grid.png"):
        shutil.copy(PICTURES[0], folder / name)
    (folder / "index.jsonl").write_text('{"prompt": "one"}\n{"prompt": "two"}\n')
    found = rows(score(rocm, "jpeg_compressibility", images=[folder], captions=folder / "index.jsonl"))
    assert [(Path(row["image"]).name, row["caption"]) for row in found] == [("a.PNG", "one"), ("b.png", "two")]


def test_csv_quotes_what_needs_it(rocm):
    captions = rocm.folder / "captions.jsonl"
    captions.write_text('"a \\"red\\", round one"\n')
    done = score(rocm, "jpeg_compressibility", images=PICTURES[:1], captions=captions, flags=["--format", "csv"])
    header, row = csv.reader(io.StringIO(done.stdout))
    assert header == ["image", "caption", "jpeg_compressibility"]
    assert row[1] == 'a "red", round one' and math.isclose(float(row[2]), -EXPECTED[0]["jpeg_incompressibility"])


def broken_and_whole(rocm):
    broken = rocm.folder / "broken.png"
    broken.write_bytes(PICTURES[0].read_bytes()[:100])
    return [PICTURES[0], broken, PICTURES[1]]


def test_what_cannot_be_read_is_named_and_the_others_are_scored(rocm):
    captions = rocm.folder / "captions.txt"
    captions.write_text("one\ntwo\nthree\n")
    done = score(rocm, "jpeg_compressibility", images=broken_and_whole(rocm), captions=captions, expect=3)
    assert [row["caption"] for row in rows(done)] == ["one", "three"]
    assert "broken.png" in done.stderr and "1 of 3 images could not be read" in done.stderr
    done = score(rocm, "jpeg_compressibility", images=broken_and_whole(rocm), captions=captions, flags=["--skip-bad"])
    assert len(rows(done)) == 2 and "1 of 3 images" in done.stderr


def test_line_i_belongs_to_image_i(rocm):
    captions = rocm.folder / "captions.txt"
    captions.write_text("one\n\nthree\n\n")
    done = score(rocm, "jpeg_compressibility", images=PICTURES[:3], captions=captions)
    assert [row["caption"] for row in rows(done)] == ["one", "", "three"]
    done = score(rocm, "jpeg_compressibility", images=PICTURES[:2], captions=captions, expect=3)
    assert "3 captions for 2 images" in done.stderr


@pytest.mark.parametrize("name, text", [
    ("c.txt", "one\n\n"), ("c.json", '["one", ""]'), ("c.jsonl", '"one"\n{"caption": ""}\n'), ("c.csv", 'caption\none\n""\n')])
def test_an_empty_caption_is_a_caption_in_every_format(rocm, name, text):
    (rocm.folder / name).write_text(text)
    done = score(rocm, "jpeg_compressibility", images=PICTURES[:2], captions=rocm.folder / name)
    assert [row["caption"] for row in rows(done)] == ["one", ""]


def test_captions_are_printed_as_they_are(rocm):
    (rocm.folder / "c.json").write_text('["  two  spaces "]')
    done = score(rocm, "jpeg_compressibility", images=PICTURES[:1], captions=rocm.folder / "c.json")
    assert rows(done)[0]["caption"] == "  two  spaces "


def copy_with_processor(rocm, name, processor):
    folder = rocm.folder / name
    shutil.copytree(SCORES / name, folder)
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": processor}))
    return folder


def test_the_processor_file_of_transformers_5_counts(rocm):
    half = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    clip = copy_with_processor(rocm, "clip", half | {"size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}})
    blip = copy_with_processor(rocm, "blip", half | {"size": {"height": 32, "width": 32}})
    found = rows(score(rocm, f"clipscore={clip}", f"blip_itm={blip}"))
    assert all(abs(row["clipscore"] - expected["clipscore"]) > 1e-4 for row, expected in zip(found, EXPECTED))
    assert all(abs(row["blip_itm"] - expected["blip_itm"]) > 1e-6 for row, expected in zip(found, EXPECTED))


def test_weights_with_nan_are_the_weights_fault(rocm):
    from safetensors.numpy import load_file, save_file

    folder = rocm.folder / "clip"
    shutil.copytree(SCORES / "clip", folder)
    tensors = load_file(folder / "model.safetensors")
    tensors["visual_projection.weight"][0, 0] = math.nan
    save_file(tensors, folder / "model.safetensors")
    done = score(rocm, f"clipscore={folder}", expect=3)
    assert "score clipscore: " in done.stderr and "NaN" in done.stderr


@pytest.mark.parametrize("words, code, says", [
    (["--score", "beauty"], 2, "unknown --score beauty"),
    (["--score", "pickscor=x"], 2, "did you mean pickscore"),
    (["--score", "pickscore"], 2, "pickscore has no path"),
    (["--score", "shapes=world/clip"], 2, "shapes takes no path"),
    (["--score", "aesthetic=world/clip"], 2, "CLIPDIR,HEADFILE"),
    (["--score", "pickscore=none"], 3, "none"),
    (["--score", "shapes", "shapes"], 2, "given twice"),
    (["--score", "shapes", "--format", "xml"], 2, "one of jsonl, csv"),
    (["--score", "shapes", "--batch-size", "0"], 2, "--batch-size 0"),
    (["--score", f"hpsv2={SCORES}/aesthetic_tiny.pth"], 3, "no tensor"),
    (["--score", f"imagereward={SCORES}/model_tiny.pth"], 3, "no tensor mlp.layers.0.weight"),
    (["--score", f"blip_itm={SCORES}/model_tiny.pth"], 3, "there is no itm_head"),
    (["--score", f"aesthetic=world/clip,{SCORES}/aesthetic_tiny.pth"], 3, "features"),
])
def test_what_cannot_be_scored_is_refused(rocm, words, code, says):
    done = rocm.run("score", "--images", *PICTURES, "--captions", CAPTIONS, *words)
    assert done.returncode == code and says in done.stderr, done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("text", ['{"vision_heads": 3, "text_heads": 2, "activation": "quick_gelu"}', "[]", '{"heads": 2}', '{"vision_heads": 5}', '{"vision_heads": "2"}', "{"])
def test_a_wrong_file_of_sizes_is_refused(rocm, text):
    weights = rocm.folder / "w.pth"
    shutil.copy(SCORES / "model_tiny.pth", weights)
    (rocm.folder / "w.pth.json").write_text(text)
    done = rocm.run("score", "--images", *PICTURES, "--captions", CAPTIONS, "--score", f"blipscore={weights}")
    assert done.returncode == 3 and "w.pth" in done.stderr


def test_training_climbs_a_network_of_any_kind(rocm):
    for name, path in FILES.items():
        run = rocm.train(name, run__iterations=1, reward__0__name=name, reward__0__path=str(path),
                         data__batch_size=1, model__steps=2, data__prompts=str(prompts(rocm)))
        line = json.loads((run / "metrics.jsonl").read_text())
        assert math.isfinite(line["reward"]) and line["grad_norm"] > 0, name


def prompts(rocm):
    file = rocm.folder / "prompts.txt"
    file.write_text("a red circle\n")
    return file
