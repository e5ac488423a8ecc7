"""The network of orchestrate's checkpoints for PyTorch, with the same names. See docs/checkpoints.md."""

import json
from collections import OrderedDict
from itertools import pairwise
from pathlib import Path

from safetensors.torch import load_file
from torch import cat, nn


def block(name, *channels):
    layers = [nn.Upsample(scale_factor=2)] if name == "up" else []
    for a, b in pairwise(channels):
        layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True)]
    return nn.Sequential(OrderedDict({name: nn.Sequential(*layers)}))


class UNet(nn.Module):
    """Images `[B, 1, H, W]` in 0..1, sides multiples of 16, to class scores `[B, classes, H, W]`."""

    def __init__(self, widths=(16, 32, 64, 128, 256), classes=4):
        super().__init__()
        for level, (a, b) in enumerate(pairwise([1, *widths]), 1):
            self.add_module(f"Conv{level}", block("conv", a, b, b))
        for level, (b, a) in enumerate(pairwise(widths), 2):
            self.add_module(f"Up{level}", block("up", a, b))
            self.add_module(f"Up_conv{level}", block("conv", 2 * b, b, b))
        self.DeConv_1x1 = nn.Conv2d(widths[0], classes, 1)

    def forward(self, images):
        features = [self.Conv1(images)]
        for level in range(2, 6):
            features.append(self.get_submodule(f"Conv{level}")(nn.functional.max_pool2d(features[-1], 2)))
        x = features.pop()
        for level in range(5, 1, -1):
            x = cat([features.pop(), self.get_submodule(f"Up{level}")(x)], dim=1)
            x = self.get_submodule(f"Up_conv{level}")(x)
        return self.DeConv_1x1(x)


def load(folder, checkpoint="best"):
    """The network of a checkpoint folder, ready to segment, and what `model.json` says about it."""
    card = json.loads((Path(folder) / "model.json").read_text())
    if card["network"]["architecture"] != "unet":
        raise ValueError(f"{folder} holds a network of another kind: {card['network']}")
    network = UNet(card["network"]["widths"], len(card["dataset"]["classes"]))
    network.load_state_dict(load_file(Path(folder) / f"{checkpoint}.safetensors"))
    return network.eval(), card
