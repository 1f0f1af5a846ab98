# SPDX-License-Identifier: Apache-2.0
"""What the published judges say, by plain transformers: pictures are what Pillow makes of bytes.

JUDGES names each that is there as `rocm-dist score --score NAME=PATH` has it; each is a function of pictures
(uint8 [n, 64, 64, 3]) and captions.
"""
import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F
from transformers import CLIPModel, CLIPTokenizer

import heads
import imagereward
from common import WORLD
from degrade import to_tensor
from tokenizer import encode
from train_clip import framed

BATCH = 64


def resized(images, size):
    """[n, 3, size, size], normalised as CLIP's processor does."""
    if size != images[0].shape[0]:
        images = [np.asarray(Image.fromarray(i).resize((size, size), Image.BICUBIC)) for i in images]
    return framed(to_tensor(np.stack(images)), size)


class Clip:
    """A CLIPModel folder: cosines, and unit embeddings of pictures."""

    def __init__(self, name):
        self.model = CLIPModel.from_pretrained(WORLD / name, dtype=torch.float32).eval()
        self.tokenizer = CLIPTokenizer.from_pretrained(WORLD / name)

    def see(self, images, sized=resized):
        pixels = sized(images, self.model.config.vision_config.image_size)
        return F.normalize(self.model.visual_projection(
            self.model.vision_model(pixel_values=pixels).pooler_output), dim=-1)

    def read(self, captions):
        return F.normalize(self.model.text_projection(
            self.model.text_model(input_ids=encode(self.tokenizer, captions)).pooler_output), dim=-1)

    def cosines(self, images, captions):
        return (self.see(images) * self.read(captions)).sum(-1)

    def logits(self, images, captions):
        return self.model.logit_scale.exp() * self.cosines(images, captions)


class Aesthetic:
    def __init__(self):
        self.clip, self.head = Clip("aesthetic"), heads.load(WORLD / "aesthetic" / "head.pth")

    def __call__(self, images, captions=None):
        return self.head(self.clip.see(images))


class ImageReward:
    def __init__(self):
        self.blip, self.head, self.tokenizer = imagereward.load(WORLD / "imagereward")

    def __call__(self, images, captions):
        size = self.blip.config.vision_config.image_size
        patches = self.blip.vision_model(pixel_values=resized(images, size)).last_hidden_state
        told = imagereward.encode(self.tokenizer, captions)
        raw = self.head(imagereward.joint(self.blip, patches, *told))
        return (raw - imagereward.MEAN) / imagereward.DEVIATION


KNOWN = {"clip": ("pickscore=world/clip", lambda: Clip("clip").logits),
         "clip2": ("clipscore=world/clip2", lambda: Clip("clip2").cosines),
         "aesthetic": ("aesthetic=world/aesthetic,world/aesthetic/head.pth", Aesthetic),
         "imagereward": ("imagereward=world/imagereward/ImageReward.pt", ImageReward)}
JUDGES = dict(known for folder, known in KNOWN.items() if (WORLD / folder).exists())


@torch.no_grad()
def measure(judge, images, captions):
    """Scores float64 [n] of pictures and captions, in batches."""
    parts = [judge(images[i:i + BATCH], captions[i:i + BATCH]) for i in range(0, len(images), BATCH)]
    return torch.cat(parts).double().numpy()
