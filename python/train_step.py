"""One training step of the published method in plain PyTorch: what `cargo xtask bench train`
compares with.

`train_step.py FOLDER` reads the weights and the images that the benchmark has written there, says
`ready`, and then takes one step for every line it is given, and says so. The form `eager` is what
most people write: fp32, the default layout, and the mutual information by one convolution, as the
authors published it. `tuned` is what PyTorch has to offer someone who asks: bf16 autocast,
channels-last, and matrix products. With `--check N` it says instead, as one line of JSON, what the
first N steps cost in each form, and in double precision.
"""

import argparse
import json
import random
import sys
from contextlib import nullcontext
from pathlib import Path

import torch
import torch.nn.functional as F
from orchestrate_unet import UNet
from safetensors.torch import load_file

EPSILON = 1e-16


def flip(maps, decisions):
    """T: every image is mirrored, or not, along each of its axes."""
    flipped = []
    for image, (vertical, horizontal) in zip(maps, decisions):
        if vertical:
            image = image.flip(1)
        if horizontal:
            image = image.flip(2)
        flipped.append(image)
    return torch.stack(flipped)


def kl_divergence(p, q):
    """KL(q || p) with the target q, averaged over pixels."""
    return -(q * ((p + EPSILON) / (q + EPSILON)).log()).sum(dim=1).mean()


def joint_by_convolution(x, y, d):
    """[S, S, C, C]: one convolution of all images with a kernel as large as they are."""
    joint = F.conv2d(x.transpose(0, 1), y.transpose(0, 1), padding=d)
    return joint.permute(2, 3, 0, 1)


def joint_by_products(x, y, d):
    """The same as one matrix product per displacement."""
    height, width = x.shape[2:]
    classes = x.shape[1]
    x = F.pad(x, (d, d, d, d)).transpose(0, 1)
    y = y.transpose(0, 1).reshape(classes, -1).T
    joints = [
        x[:, :, u : u + height, v : v + width].reshape(classes, -1) @ y
        for u in range(2 * d + 1)
        for v in range(2 * d + 1)
    ]
    return torch.stack(joints).reshape(2 * d + 1, 2 * d + 1, classes, classes)


def local_mi_loss(joint):
    """Minus the mutual information of each displacement's joint distribution, averaged."""
    joint = joint / joint.sum(dim=(2, 3), keepdim=True)
    joint = (joint + joint.transpose(2, 3)) / 2
    rows, columns = joint.sum(dim=3, keepdim=True), joint.sum(dim=2, keepdim=True)
    information = (joint + EPSILON).log() - (rows + EPSILON).log() - (columns + EPSILON).log()
    return -(joint * information).sum(dim=(2, 3)).mean()


class Training:
    """A network, its optimizer and the one batch that it sees."""

    def __init__(self, options, form, always_flip=False):
        def read(path):
            return load_file(options.folder / path, device=options.device)

        batch, weights = read("batch.safetensors"), read("weights/last.safetensors")
        self.labelled = batch["labelled"].float().unsqueeze(1) / 255
        self.unlabelled = batch["unlabelled"].float().unsqueeze(1) / 255
        self.labels = batch["labels"].long()
        self.network = UNet(classes=weights["DeConv_1x1.bias"].numel()).to(options.device)
        self.network.load_state_dict(weights)
        self.network.train()
        self.precision, self.joint = nullcontext, joint_by_convolution
        if form == "exact":
            self.network.double()
            self.labelled, self.unlabelled = self.labelled.double(), self.unlabelled.double()
        if form == "tuned":
            self.network.to(memory_format=torch.channels_last)
            self.precision = lambda: torch.autocast(options.device, dtype=torch.bfloat16)
            self.joint = joint_by_products
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=options.lr, weight_decay=1e-5
        )
        self.mutual_information = not options.without_mi
        self.chance = 1.0 if always_flip else 0.8

    def losses(self):
        decisions = [
            (random.random() < self.chance, random.random() < self.chance) for _ in self.unlabelled
        ]
        perturbed = flip(self.unlabelled, decisions)
        images = torch.cat([self.labelled, self.unlabelled, perturbed])
        with self.precision():
            scores = self.network(images)
        if scores.dtype == torch.bfloat16:
            scores = scores.float()
        counts = [len(self.labelled), len(self.unlabelled), len(perturbed)]
        of_labelled, of_unlabelled, of_perturbed = scores.split(counts)
        p = of_perturbed.softmax(dim=1)
        q = flip(of_unlabelled.detach(), decisions).softmax(dim=1)
        losses = {
            "supervised": F.cross_entropy(of_labelled, self.labels),
            "consistency": kl_divergence(p, q),
        }
        if self.mutual_information:
            losses["local_mi"] = local_mi_loss(self.joint(p, q, d=1))
        return losses

    def backward(self):
        """Leaves the gradient with the parameters; returns the losses as numbers."""
        self.optimizer.zero_grad()
        losses = self.losses()
        total = losses["supervised"] + losses["consistency"]
        if self.mutual_information:
            total = total + 0.1 * losses["local_mi"]
        total.backward()
        return {"total": total.item()} | {name: loss.item() for name, loss in losses.items()}

    def step(self):
        losses = self.backward()
        self.optimizer.step()
        return losses


def check(options):
    """Losses of the first steps in every form, and how far the first gradient of each, and of each
    training beside it, is from that in double precision."""
    forms, exact = {}, None
    for form in ["exact", "eager", "tuned"]:
        training = Training(options, form, always_flip=True)
        losses = [training.backward()]
        gradient = {n: p.grad.double().cpu() for n, p in training.network.named_parameters()}
        exact = exact or gradient
        training.optimizer.step()
        losses += [training.step() for _ in range(1, options.check)]
        forms[form] = {"losses": losses} | compare(gradient, exact)
    start = load_file(options.folder / "weights/last.safetensors")
    for name in options.moved:
        # A training that moved its weights by its gradient, and by nothing else.
        moved = load_file(options.folder / name / "last.safetensors")
        forms[name] = compare({n: start[n].double() - moved[n].double() for n in exact}, exact)
    return forms


def compare(gradient, exact):
    length = norm(exact.values())
    apart = norm(gradient[name] - exact[name] for name in exact)
    return {"gradient_norm": norm(gradient.values()), "gradient_error": apart / length}


def norm(tensors):
    return sum(tensor.square().sum().item() for tensor in tensors) ** 0.5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--form", choices=["eager", "tuned"], default="eager")
    parser.add_argument("--without-mi", action="store_true")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--check", type=int, metavar="STEPS")
    parser.add_argument("--moved", nargs="*", default=[])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    random.seed(0)
    if options.check:
        print(json.dumps(check(options)))
        return
    training = Training(options, options.form)
    for _ in range(2):
        training.step()
    print("ready", flush=True)
    for _ in sys.stdin:
        training.step()
        print("done 1", flush=True)


if __name__ == "__main__":
    main()
