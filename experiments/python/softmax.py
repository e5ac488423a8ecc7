"""A method of one's own in Python: softmax regression on every pixel by itself.

The features of a pixel are its intensity, that of its surroundings at several sizes, the edge it
may lie on, and where it is. There is no network and nothing unlabelled is used: it is a baseline
from before deep learning, and a template for methods that are not part of orchestrate.
"""

import math

from tables import Job, Slices, central_crop, fail, read_roles, say, write_predictions

import numpy as np


def box_mean(images, radius):
    """The mean over a square around every pixel; at the border, over what is there of it."""
    _, height, width = images.shape
    sums = np.pad(images, ((0, 0), (1, 0), (1, 0))).cumsum(1).cumsum(2)
    low_y, high_y = _span(height, radius)
    low_x, high_x = _span(width, radius)
    rows_high, rows_low = sums[:, high_y, :], sums[:, low_y, :]
    total = (
        rows_high[:, :, high_x]
        - rows_high[:, :, low_x]
        - rows_low[:, :, high_x]
        + rows_low[:, :, low_x]
    )
    return total / ((high_y - low_y)[:, None] * (high_x - low_x)[None, :])


def _span(size, radius):
    index = np.arange(size)
    return np.maximum(index - radius, 0), np.minimum(index + radius + 1, size)


def features(images, depth):
    """One row of features per pixel. `depth` is where each slice lies in its scan, from 0 to 1."""
    images = images.astype(np.float64)
    mean = images.mean(axis=(1, 2), keepdims=True)
    spread = images.std(axis=(1, 2), keepdims=True) + 1e-6
    images = (images - mean) / spread
    count, height, width = images.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    x, y = np.broadcast_to(x, images.shape), np.broadcast_to(y, images.shape)
    z = np.broadcast_to(depth[:, None, None] - 0.5, images.shape)
    near, middle, far = (box_mean(images, radius) for radius in (1, 3, 7))
    texture = np.sqrt(np.maximum(box_mean(images**2, 2) - box_mean(images, 2) ** 2, 0))
    slope_y, slope_x = np.gradient(near, axis=(1, 2))
    radius = x**2 + y**2
    columns = [
        images, near, middle, far, near - far, middle**2, near**2, texture,
        slope_x, slope_y, np.hypot(slope_x, slope_y),
        x, y, z, radius, x * y, x**2, x * z, y * z, radius * z, radius**2,
        near * radius, middle * radius, middle * x, middle * y, far * x, far * y,
    ]  # fmt: skip
    return np.stack(columns, axis=-1).reshape(count * height * width, -1)


def softmax(scores):
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def mean_dice(labels, predicted, classes):
    """Mean over the foreground classes that occur; the absent say nothing."""
    values = []
    for class_id in classes:
        both = (labels == class_id).sum() + (predicted == class_id).sum()
        if both:
            values.append(2 * ((labels == class_id) & (predicted == class_id)).sum() / both)
    return float(np.mean(values)) if values else 0.0


class Regression:
    """Softmax regression, trained by Adam on batches of pixels."""

    def __init__(self, samples, classes):
        self.mean = samples.mean(axis=0)
        self.spread = samples.std(axis=0) + 1e-6
        self.weights = np.zeros((samples.shape[1] + 1, classes))
        self.moments = np.zeros((2, *self.weights.shape))
        self.step = 0

    def design(self, samples):
        return np.hstack([(samples - self.mean) / self.spread, np.ones((len(samples), 1))])

    def train(self, design, one_hot, importance, rate, decay):
        """One step; returns the loss before it."""
        probability = softmax(design @ self.weights)
        loss = -(importance * np.log((probability * one_hot).sum(axis=1) + 1e-12)).mean()
        error = (probability - one_hot) * importance[:, None] / len(design)
        gradient = design.T @ error + decay * self.weights
        self.step += 1
        for i, (beta, value) in enumerate(((0.9, gradient), (0.999, gradient**2))):
            self.moments[i] = beta * self.moments[i] + (1 - beta) * value
        first = self.moments[0] / (1 - 0.9**self.step)
        second = self.moments[1] / (1 - 0.999**self.step)
        self.weights -= rate * first / (np.sqrt(second) + 1e-8)
        return loss

    def predict(self, samples, weights):
        return (self.design(samples) @ weights).argmax(axis=1)


def main():
    job = Job()
    slices = Slices(job.input("slices"))
    roles = read_roles(job.input("partition"))
    size = job.params["crop"]
    epochs = job.params["epochs"]
    if size > min(slices.height, slices.width):
        fail(
            f"`crop: {size}` is larger than the canvas of {slices.height} x {slices.width} pixels",
            help="write a smaller number under `params:`",
        )
    top, left = central_crop(slices.height, slices.width, size)
    inside = np.s_[:, top : top + size, left : left + size]

    def of_role(role):
        """Rows, features and labels of the slices of a role."""
        rows = slices.rows(roles.get(role, []))
        if role != "test":
            rows = rows[slices.labelled[rows]]
        depth = np.zeros(len(rows))
        for case in set(slices.case_id[rows]):
            scan = np.flatnonzero(slices.case_id[rows] == case)
            depth[scan] = np.linspace(0, 1, len(scan))
        samples = features(slices.images[rows][inside], depth)
        return rows, samples, slices.labels[rows][inside].reshape(-1)

    rows, samples, labels = of_role("labelled")
    if len(rows) == 0:
        fail("the partition has no labelled scan", help="choose some with `labelled:`")
    _, held_out, truth = of_role("validation")
    classes = [entry["id"] for entry in slices.dataset["classes"]]
    foreground = [class_id for class_id in classes if class_id != 0]
    count = max(classes) + 1
    say("log", level="info", message=f"{len(rows)} labelled slices, {samples.shape[1]} features")

    model = Regression(samples, count)
    design, one_hot = model.design(samples), np.eye(count)[labels]
    # Rare classes count more, by the square root of how rare they are.
    importance = (1 / np.sqrt(np.maximum(one_hot.mean(axis=0), 1e-6)))[labels]
    importance /= importance.mean()
    random = np.random.default_rng(job.params["seed"])
    batch = 4096
    best, best_dice = model.weights.copy(), -1.0
    for epoch in range(1, epochs + 1):
        order = random.permutation(len(design))
        rate = 0.05 * 0.5 * (1 + math.cos(math.pi * (epoch - 1) / epochs))
        losses = []
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            losses.append(
                model.train(design[chosen], one_hot[chosen], importance[chosen], rate, 1e-4)
            )
        say("metric", name="loss", step=epoch, value=float(np.mean(losses)))
        if len(held_out):
            dice = mean_dice(truth, model.predict(held_out, model.weights), foreground)
            say("metric", name="validation_dice", step=epoch, value=dice)
            if dice > best_dice:
                best, best_dice = model.weights.copy(), dice
        say("progress", done=epoch, total=epochs, message="epochs")
    if not len(held_out):
        best = model.weights

    rows, samples, _ = of_role("test")
    planes = {
        name: model.predict(samples, weights).astype(np.uint8).reshape(len(rows), size, size)
        for name, weights in (("best", best), ("last", model.weights))
    }
    write_predictions(job.output("predictions"), slices, (top, left, size, size), rows, planes)


main()
