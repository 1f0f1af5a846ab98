"""The loaders that people use, diffusers and PEFT, draw with our exports what `sample --lora` draws; and we
draw with the adapters that they write what they draw. Skipped, loudly, where they are not installed:
.deps/python/bin/pip install diffusers==0.42.1 transformers==5.23.0 peft==0.21.2 torch==2.11.0"""

import numpy as np
import pytest
from conftest import Rocm
from safetensors.numpy import load_file, save_file

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
peft = pytest.importorskip("peft")

from diffusers import LatentConsistencyModelPipeline as Pipeline  # noqa: E402
from safetensors.torch import save_file as save_torch  # noqa: E402
from diffusers.utils import convert_state_dict_to_diffusers, convert_state_dict_to_kohya  # noqa: E402

WORLD = "world/lcm"
PROMPTS = ["a large red circle left of a small blue square on a grey background",
           "a small cyan ring on a black background"]
STEPS = 3
TARGETS = {
    "attention": ["to_q", "to_k", "to_v", "to_out.0"],
    "lcm-lora": ["to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2",
                 "conv1", "conv2", "conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv",
                 "time_emb_proj"],
    "guidance": ["time_embedding.cond_proj", "time_embedding.linear_1", "conv_in", "conv_out"],
}
FORMATS = {  # the arguments of export beside --lora and --output
    "diffusers": ["--format", "diffusers"],
    "metadata": ["--format", "diffusers", "--metadata"],
    "kohya": ["--format", "kohya"],
    "peft": ["--format", "peft"],
    "merged": ["--format", "merged"],
}
CASES = [(targets, form) for targets in TARGETS for form in FORMATS if (targets, form) != ("guidance", "kohya")]
FILES = ("diffusers", "metadata", "kohya")  # the others are folders


class Studio(Rocm):
    """Latents of the same prompts and noise, drawn by us and by diffusers."""

    def __init__(self, folder):
        super().__init__(folder)
        z = np.random.default_rng(3).standard_normal((STEPS, 2, 4, 16, 16)).astype(np.float32)
        self.noise, self.prompts = folder / "z.safetensors", folder / "prompts.txt"
        save_file({"z": z}, self.noise)
        self.prompts.write_text("\n".join(PROMPTS) + "\n")
        self.z = torch.from_numpy(z)

    def ok(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done

    def ours(self, *arguments, model=WORLD):
        tensors = self.folder / "tensors.safetensors"
        self.ok("sample", "--model", model, "--prompts", self.prompts, "--output", self.folder / "pictures",
                "--noise", self.noise, "--tensors", tensors, f"--set=model.steps={STEPS}", *arguments)
        return load_file(tensors)["latent"]

    def theirs(self, pipeline):
        draws = iter(self.z[1:])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("diffusers.schedulers.scheduling_lcm.randn_tensor", lambda *_, **__: next(draws))
            return pipeline(PROMPTS, latents=self.z[0], num_inference_steps=STEPS, guidance_scale=8.0,
                            output_type="latent", height=64, width=64).images.numpy()

    def export(self, adapter, form, output, *arguments):
        if form in FILES:
            output.mkdir()
        return self.run("export", "--lora", adapter, "--output", output, *FORMATS[form], *arguments)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    return Studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="module")
def base(studio):
    return studio.ours()


@pytest.fixture(scope="module")
def adapters(studio):
    """By targets: the file and its latents. Trained so hard that they differ visibly from the base model's."""
    trained = {}
    for name, targets in TARGETS.items():
        run = studio.train(name, optimizer__learning_rate=2e-2, run__iterations=2, lora__targets=targets)
        trained[name] = (run / "lora.safetensors", studio.ours("--lora", run / "lora.safetensors"))
    return trained


def base_pipeline():
    pipeline = Pipeline.from_pretrained(WORLD, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def loaded(output, form):
    """The pipeline as the format's users load it."""
    if form == "merged":
        return Pipeline.from_pretrained(output, dtype=torch.float32)
    pipeline = base_pipeline()
    if form == "peft":
        pipeline.unet = peft.PeftModel.from_pretrained(pipeline.unet, output).get_base_model()
    else:
        pipeline.load_lora_weights(output)
    return pipeline


@pytest.mark.parametrize("targets, form", CASES)
def test_an_export_has_the_same_effect_here_and_in_its_loader(studio, adapters, base, targets, form):
    adapter, ours = adapters[targets]
    output = studio.folder / f"{targets}-{form}"
    model = [] if targets == "attention" and form != "merged" else ["--model", WORLD]
    done = studio.export(adapter, form, output, *model)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(studio.theirs(loaded(output, form)), ours, atol=1e-4)
    assert np.abs(ours - base).max() > 0.05, "the adapter changes the latents"
    if form == "merged":
        np.testing.assert_allclose(studio.ours(model=output), ours, atol=1e-5)
    else:
        np.testing.assert_array_equal(studio.ours("--lora", output), ours)


def test_kohya_refuses_the_one_layer_whose_name_its_readers_lose(studio, adapters):
    done = studio.run("export", "--lora", adapters["guidance"][0], "--format", "kohya",
                      "--output", studio.folder / "no.safetensors")
    assert done.returncode == 2 and "time_embedding.cond_proj" in done.stderr, done.stderr


# --- adapters that PEFT and diffusers write ------------------------------------------------------


def written_by_peft(**settings):
    """A U-Net that PEFT adapts, every B random, and the pipeline around it."""
    pipeline = base_pipeline()
    config = peft.LoraConfig(**{"r": 4, "lora_alpha": 6, "target_modules": TARGETS["lcm-lora"], **settings})
    torch.manual_seed(5)
    adapted = peft.get_peft_model(pipeline.unet, config)
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    pipeline.unet = adapted.get_base_model()
    return adapted, pipeline


PATTERNS = {
    "plain": {},
    "rank-stabilised": {"use_rslora": True},
    "by name": {"rank_pattern": {"to_q": 2, "conv1": 3}, "alpha_pattern": {"attn1.to_v": 12}},
    "by expression": {"rank_pattern": {r"attn\d\.to_(q|k)": 2, r"^mid_block\.\w+\.\d\.conv1": 1},
                      "alpha_pattern": {r"down_blocks\.\d+\..*conv[12]": 9}},
}


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_folder_of_peft_has_its_effect_here(studio, base, pattern, safe):
    adapted, pipeline = written_by_peft(**PATTERNS[pattern])
    folder = studio.folder / f"peft-{pattern}-{safe}".replace(" ", "-")
    adapted.save_pretrained(folder, safe_serialization=safe)
    ours = studio.ours("--lora", folder)
    np.testing.assert_allclose(ours, studio.theirs(pipeline), atol=1e-4)
    assert np.abs(ours - base).max() > 0.05


@pytest.mark.parametrize("form", ["diffusers", "metadata", "kohya", "peft"])
def test_an_adapter_of_several_ranks_keeps_its_effect_in_every_format(studio, form):
    adapted, pipeline = written_by_peft(**PATTERNS["by name"])
    source = studio.folder / f"mixed-{form}"
    adapted.save_pretrained(source)
    output = studio.folder / f"mixed-{form}-out"
    done = studio.export(source, form, output)
    if form == "metadata":
        assert done.returncode == 2 and "different ranks" in done.stderr, done.stderr
        return
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(studio.theirs(loaded(output, form)), studio.theirs(pipeline), atol=1e-4)


def old_names(state):
    """As diffusers before 0.22 named them: a file of attention processors."""
    renamed = {}
    for name, tensor in state.items():
        name = name.replace(".to_out.0.", ".to_out.").replace(".lora_A.", "_lora.down.")
        name = name.replace(".lora_B.", "_lora.up.").replace(".to_", ".processor.to_")
        renamed["unet." + name] = tensor
    return renamed


def kohya_names(state):
    """As the training scripts of LCM-LoRA convert them, alpha included."""
    named = convert_state_dict_to_kohya({"unet." + name: tensor for name, tensor in state.items()})
    return {name.replace("unet.", "lora_unet_"): tensor.float() for name, tensor in named.items()}


SPELLINGS = {  # how a state of PEFT gets the file's names, its targets, the file
    "lora_A": (lambda state: {"unet." + k: v for k, v in state.items()}, "lcm-lora", "lora.safetensors"),
    "lora.down": (lambda state: {"unet." + k: v for k, v in convert_state_dict_to_diffusers(state).items()},
                  "attention", "lora.safetensors"),
    "processor": (old_names, "attention", "pytorch_lora_weights.bin"),
    "kohya": (kohya_names, "lcm-lora", "lora.safetensors"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_file_of_diffusers_has_its_effect_here(studio, spelling):
    rename, targets, name = SPELLINGS[spelling]
    adapted, _ = written_by_peft(target_modules=TARGETS[targets])
    state = peft.get_peft_model_state_dict(adapted)
    state = rename({k.removeprefix("base_model.model."): v.contiguous() for k, v in state.items()})
    file = studio.folder / spelling / name
    file.parent.mkdir()
    torch.save(state, file) if name.endswith(".bin") else save_torch(state, file)
    pipeline = base_pipeline()
    pipeline.load_lora_weights(file.parent, weight_name=name)
    np.testing.assert_allclose(studio.ours("--lora", file.parent), studio.theirs(pipeline), atol=1e-4)


def test_metadata_of_diffusers_has_its_effect_here(studio):
    adapted, _ = written_by_peft(use_rslora=True)
    state = peft.get_peft_model_state_dict(adapted)
    layers = {k.removeprefix("base_model.model."): v for k, v in state.items()}
    folder = studio.folder / "saved"
    Pipeline.save_lora_weights(folder, unet_lora_layers=layers,
                               unet_lora_adapter_metadata=adapted.peft_config["default"].to_dict())
    pipeline = base_pipeline()
    pipeline.load_lora_weights(folder)
    np.testing.assert_allclose(studio.ours("--lora", folder), studio.theirs(pipeline), atol=1e-4)
