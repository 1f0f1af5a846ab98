// SPDX-License-Identifier: Apache-2.0
#include "launcher/verb_table.hpp"

#include <algorithm>
#include <array>

namespace rocm::launcher {
namespace {

constexpr Flag kSet{.name = "set",
                    .argument = "a.b=VALUE",
                    .meaning = "one key of the configuration; VALUE is TOML, else text",
                    .repeat = Repeat::kOften};

constexpr Flag required(Flag flag) {
  flag.presence = Presence::kRequired;
  return flag;
}

Verb train() {
  return {
      .name = "train",
      .summary = "train an adapter by reward gradients: the main job",
      .operand = {},
      .description =
          "Trains a low-rank adapter of a few-step text-to-image model to a higher reward, held "
          "to\n"
          "the base model by a divergence. Alone or under mpirun or srun: all ranks share the "
          "batch,\n"
          "and the result has the same bits on any number of them. Everything is written to the "
          "run\n"
          "folder run.output/run.name.\n"
          "\n"
          "SIGUSR1, SIGTERM and Ctrl-C end the step, save and exit with 75: run the same command\n"
          "again to go on. A second Ctrl-C ends at once.",
      .flags = {required({"config", "F", "the run, as TOML; --print-defaults shows every key"}),
                kSet,
                {"output", "DIR", "short for --set run.output=DIR"},
                {"resume", "auto|never|DIR",
                 "from the newest complete checkpoint of the run folder, from the start, or from "
                 "this checkpoint",
                 "auto"},
                {"noise", "F",
                 "replay noise z from a safetensors file; sample b takes prompt line b mod P"},
                {"dry-run", "", "check all that can be checked, print the resolved configuration"},
                {"print-defaults", "", "print a complete commented configuration"}},
      .examples =
          "rocm-dist train --print-defaults > run.toml\n"
          "rocm-dist train --config run.toml --dry-run\n"
          "mpirun -n 2 rocm-dist train --config run.toml --set objective.beta=0.2\n"};
}

Verb sample() {
  return {.name = "sample",
          .summary = "draw images of prompts",
          .operand = {},
          .description =
              "Writes 000000.png ..., index.jsonl (image, prompt, sample_id) and grid.png. The\n"
              "sampler, the seed and the precision are those of --config, or the defaults.",
          .flags = {required({"model", "DIR", "a diffusers folder"}),
                    required({"prompts", "F", "prompt file: .txt .json .jsonl .csv .tsv"}),
                    required({"output", "DIR", "folder of the images; made if it is missing"}),
                    {"lora", "F", "an adapter: diffusers, kohya or PEFT"},
                    {"lora-scale", "S", "its strength [1]", "1"},
                    {"config", "F", "TOML as of train"},
                    kSet,
                    {"noise", "F", "replay noise z from a safetensors file"},
                    {"tensors", "F", "also write means, latents and images as safetensors"}},
          .examples =
              "rocm-dist sample --model world/lcm --prompts world/validation.txt "
              "--output out\n"};
}

Verb score() {
  Flag images = required({"images", "DIR|FILE...", "PNG and JPEG files; of a folder all, by name"});
  Flag scores = required({"score", "NAME[=PATH]...",
                          "pickscore hpsv2 hpsv21 clipscore aesthetic blipscore blip_itm "
                          "imagereward jpeg_compressibility jpeg_incompressibility shapes"});
  images.repeat = scores.repeat = Repeat::kOftenAndSeveral;
  return {
      .name = "score",
      .summary = "score image files",
      .operand = {},
      .description =
          "One line an image on standard output: image, caption and its raw scores. Line i of\n"
          "the captions belongs to image i; the index.jsonl of sample is a file of captions.\n"
          "PATH is a Hugging Face folder or the weights file as published, CLIPDIR,HEADFILE for\n"
          "aesthetic, nothing for shapes and the JPEG scores. What cannot be read is named; the\n"
          "others are scored, and the exit code is 3 unless --skip-bad is given.",
      .flags = {images,
                required({"captions", "F", "as prompts of train; a blank line is no text"}),
                scores,
                {"format", "jsonl|csv", "of the lines", "jsonl"},
                {"device", "auto|cpu|cuda", "where the networks run", "auto"},
                {"batch-size", "N", "pictures of one size at a time", "8"},
                {"threads", "N", "of the CPU; default: one per core"},
                {"no-antialias", "", "hpsv2, hpsv21: resize as torchvision before 0.17 did"},
                {"skip-bad", "", "leave out images that cannot be read"}},
      .examples =
          "rocm-dist score --images out --captions world/validation.txt --score "
          "pickscore=world/clip shapes\n"};
}

Flag repeated(Flag flag) {
  flag.repeat = Repeat::kOftenAndSeveral;
  return flag;
}

Verb evaluate() {
  return {
      .name = "evaluate",
      .summary = "compare policies on held-out prompts",
      .operand = {},
      .description =
          "Draws every prompt with the base model and with each policy from the same noise, "
          "scores\n"
          "the pictures, and writes every score, means, paired differences and 95 % bootstrap\n"
          "intervals over prompts to an HDF5 file; a table goes to standard output. Alone or "
          "under\n"
          "mpirun or srun: the file has the same bytes on any number of ranks.\n"
          "\n"
          "The policies are the results of runs, which must sample alike (model, precision, "
          "steps,\n"
          "guidance), or one adapter of a model. The seed of the noise is 0, whatever the runs' "
          "are:\n"
          "--set run.seed=1 takes other noise. Prompt p of P as picture k is sample k P + p of "
          "the\n"
          "verb sample. `divergence` is that of the runs if they agree, else kl.",
      .flags = {repeated({"run", "DIR...", "run folders"}),
                repeated({"checkpoint", "N...", "also the runs' checkpoints of these steps"}),
                {"checkpoints", "", "also every checkpoint that the runs have kept"},
                {"model", "DIR", "instead of runs: a diffusers folder"},
                {"lora", "F", "its adapter: diffusers, kohya or PEFT; none: the base model alone"},
                {"config", "F", "how --model samples: TOML as of train"},
                kSet,
                {"prompts", "F", "held-out prompts; default: evaluation.prompts of the runs"},
                repeated({"score", "NAME[=PATH]...",
                          "as of the verb score; default: rewards and [[evaluation.score]] of all "
                          "runs"}),
                {"seeds", "K", "pictures of each prompt", "1"},
                required({"output", "F.h5", "HDF5 file to write"}),
                {"format", "table|jsonl", "of standard output", "table"}},
      .examples =
          "rocm-dist evaluate --run runs/world-kl --output kl.h5\n"
          "rocm-dist evaluate --run runs/a runs/b --checkpoints --prompts world/validation.txt\n"
          "    --score shapes pickscore=world/clip --seeds 4 --output ab.h5\n"
          "mpirun -n 2 rocm-dist evaluate --model world/lcm --lora a.safetensors\n"
          "    --prompts world/validation.txt --score shapes --output a.h5\n"};
}

Verb probe() {
  return {.name = "probe",
          .summary = "evaluate the objective and its gradient once, write everything",
          .operand = {},
          .description =
              "One batch, no optimiser step: the instrument for comparing with another\n"
              "implementation. Writes timesteps, means, divergences, rewards, the loss and the\n"
              "gradient of every adapted layer. Noise is z [N, B, C, h, w], z[0] the initial\n"
              "latent and z[n] the noise of transition n; its B is the batch, of which sample b\n"
              "takes prompt b mod P.",
          .flags = {required({"config", "F", "the run, as TOML"}),
                    kSet,
                    {"lora", "F", "start from this adapter's effect"},
                    {"noise", "F", "replay noise z from a safetensors file"},
                    required({"tensors", "F", "safetensors file to write"})},
          .examples =
              "rocm-dist probe --config run.toml --noise z.safetensors "
              "--tensors out.safetensors\n"};
}

Verb export_adapter() {
  return {
      .name = "export",
      .summary = "write an adapter for the tools that people use",
      .operand = {},
      .description =
          "diffusers and kohya (ComfyUI, A1111, diffusers) make a file, in a folder one of the "
          "usual\n"
          "name; peft makes a folder. merged makes a copy of --model with the adapter inside the\n"
          "weights of its U-Net, which diffusers loads as it is. It replaces nothing: its folder "
          "must\n"
          "not exist, or be empty. With --model the adapter is checked against the model, and "
          "layers\n"
          "are listed by short names; an adapter in kohya's format needs it for its layers' names.",
      .flags = {required({"lora", "F", "the adapter: diffusers, kohya or PEFT, file or folder"}),
                required({"format", "diffusers|kohya|peft|merged", "for whom"}),
                required({"output", "PATH", "file or folder to write"}),
                {"model", "DIR", "the adapter's model, a diffusers folder; merged needs it"},
                {"dtype", "fp32|fp16|bf16", "of the numbers written, merged weights included",
                 "fp32"},
                {"metadata", "",
                 "diffusers: alpha in the header, B as trained (diffusers >= 0.34). Without it\n"
                 "      alpha/rank is multiplied into B, which every release reads alike"}},
      .examples =
          "rocm-dist export --lora runs/run/lora.safetensors --format kohya "
          "--output comfy.safetensors\n"
          "rocm-dist export --lora runs/run/lora.safetensors --format merged "
          "--model world/lcm --output merged\n"};
}

Verb inspect() {
  return {
      .name = "inspect",
      .summary = "say what a file or folder is, and verify all of it",
      .operand = "PATH",
      .description =
          "Model folders, weight files, adapters, indexes and configurations of models. Nothing\n"
          "in a hostile file reaches the terminal raw. Exit 3 if anything is broken.",
      .flags = {{"json", "", "print JSON"}},
      .examples = "rocm-dist inspect world/lcm\n"};
}

Verb sweep() {
  return {
      .name = "sweep",
      .summary = "many runs of one configuration with a [sweep]",
      .operand = "plan|run|emit-slurm|status|collect",
      .description =
          "[sweep] lists values of any keys; the members are their Cartesian product, the last "
          "key\n"
          "of the file changing fastest. Lists below [sweep.zip] go together. Each member has a\n"
          "readable id, which neither the order of the file nor values added to a list change;\n"
          "its run folder is run.output/run.name/ID.\n"
          "\n"
          "plan        checks every member's configuration; prints ids, values, states\n"
          "run         trains here what is not done; run it again to go on\n"
          "emit-slurm  writes an array script whose task i trains member i\n"
          "status      the table of plan, and counts\n"
          "collect     final figures of all members as CSV\n"
          "\n"
          "run passes SIGUSR1, SIGTERM and Ctrl-C on to its members, which save, and exits with\n"
          "75; a failed member stops no other, and run exits with the first failure's code.",
      .flags =
          {required({"config", "F", "a run, as TOML, with a [sweep]"}),
           {"set", "a.b=VALUE",
            "one key of all members; of a swept key it leaves only this value (the ids stay),\n"
            "      sweep.a.b=[...] gives it another list",
            "", Presence::kOptional, Repeat::kOften},
           {"jobs", "K", "run, emit-slurm: members at a time (default of run: 1)"},
           {"ranks", "R",
            "plan, run, emit-slurm: ranks of each member; run starts them by mpirun -n R"},
           {"output", "PATH",
            "emit-slurm: folder of script and members; collect: also write HDF5 for xarray"},
           {"json", "", "status: print JSON"}},
      .examples =
          "rocm-dist sweep plan --config experiments/world_sweep.toml\n"
          "rocm-dist sweep run --config experiments/world_sweep.toml --set run.seed=0 --jobs 2\n"
          "rocm-dist sweep collect --config experiments/world_sweep.toml > table.csv\n"};
}

Verb doctor() {
  return {.name = "doctor",
          .summary = "look at machine, libraries, GPUs and MPI; say what to change",
          .operand = {},
          .description =
              "Under mpirun or srun it looks at every host of the job. Takes a few "
              "seconds: it times\nthe kernels that training spends its time in.",
          .flags = {},
          .examples = "rocm-dist doctor\nmpirun -n 4 rocm-dist doctor\n"};
}

}  // namespace

std::span<const Verb> verbs() {
  static const std::array kVerbs = {train(),          sample(),  score(), evaluate(), probe(),
                                    export_adapter(), inspect(), sweep(), doctor()};
  return kVerbs;
}

std::span<const std::string_view> verbs_to_come() {
  static constexpr std::array<std::string_view, 3> kVerbs = {"report", "pairs", "bench"};
  return kVerbs;
}

const Verb* find_verb(std::string_view name) {
  const auto verb = std::ranges::find(verbs(), name, &Verb::name);
  return verb == verbs().end() ? nullptr : &*verb;
}

}  // namespace rocm::launcher
