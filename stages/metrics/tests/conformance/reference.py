"""Values of the masks of masks.rs: our definitions by brute force, and what MONAI and MedPy say.

usage: python reference.py > values.json
Last made with Python 3.11, numpy 2.4.6, scipy 1.17.1, torch 2.11.0, MONAI 1.6.1, MedPy 0.5.2.
Lengths are in 1/64 mm; arrays are indexed [i, j, k]. Undefined values are null.
"""
import json
import math
import sys

import numpy as np
import torch
from medpy.metric import binary as medpy
from monai.metrics import (
    compute_average_surface_distance,
    compute_dice,
    compute_hausdorff_distance,
    compute_iou,
    compute_surface_dice,
)
from scipy.ndimage import binary_erosion
from scipy.spatial.distance import cdist

TOLERANCE_MM = 2.0


def grid(shape):
    return np.meshgrid(*[np.arange(n, dtype=np.int64) for n in shape], indexing="ij")


def box(shape, low, high):
    mask = np.zeros(shape, bool)
    mask[tuple(slice(a, b) for a, b in zip(low, high))] = True
    return mask


def ball(shape, spacing, centre, radius):
    return sum((g * s - c) ** 2 for g, s, c in zip(grid(shape), spacing, centre)) <= radius**2


def ellipsoid(shape, centre, radii):
    product = math.prod(r * r for r in radii)
    return sum((2 * g - c) ** 2 * (product // (r * r)) for g, c, r in zip(grid(shape), centre, radii)) <= product


def noise(shape, seed, one_in):
    with np.errstate(over="ignore"):
        z = np.arange(math.prod(shape), dtype=np.uint64) + np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z % np.uint64(one_in) == 0).reshape(shape)


def shift(mask, step):
    moved = np.zeros_like(mask)
    source = tuple(slice(max(0, -d), n - max(0, d)) for d, n in zip(step, mask.shape))
    target = tuple(slice(max(0, d), n - max(0, -d)) for d, n in zip(step, mask.shape))
    moved[target] = mask[source]
    return moved


def vectors():
    """name, spacing, reference, prediction"""
    iso, acdc, spleen, prostate = (64,) * 3, (90, 90, 640), (51, 51, 320), (40, 40, 230)
    b = ball((24,) * 3, iso, (768,) * 3, 512)
    yield "V01", iso, b, b
    yield "V02", (192, 128, 64), box((8,) * 3, (4, 4, 2), (5, 5, 3)), box((8,) * 3, (4, 4, 4), (5, 5, 5))
    yield "V03", (128, 64, 64), box((16,) * 3, (2,) * 3, (10, 14, 14)), box((16,) * 3, (2,) * 3, (11, 14, 14))
    e = ellipsoid((48, 48, 10), (47, 47, 9), (30, 26, 8))
    yield "V04", acdc, e, shift(e, (2, -1, 0))
    yield "V05", acdc, e, shift(e, (0, 0, 1))
    big, middle, small = (ball((28,) * 3, iso, (896,) * 3, r) for r in (640, 384, 256))
    yield "V06", iso, big, middle
    yield "V07", iso, big & ~small, big
    yield "V08", iso, box((20,) * 3, (9, 3, 3), (10, 17, 17)), box((20,) * 3, (11, 3, 3), (12, 17, 17))
    b = ball((40, 24, 24), iso, (768,) * 3, 512)
    yield "V09", iso, b, b | box(b.shape, (38, 12, 12), (39, 13, 13))
    e = ellipsoid((32, 32, 16), (31, 31, 15), (24, 20, 12))
    yield "V10", spleen, e, e & (grid(e.shape)[2] < 9)
    yield "V11", spleen, e, e & ~noise(e.shape, 11, 4)
    cube = (16,) * 3
    yield "V12", (54, 77, 58), box(cube, (0,) * 3, (8, 16, 16)), box(cube, (0,) * 3, (9, 16, 16))
    full = np.ones(cube, bool)
    yield "V13", iso, full, full
    yield "V14", iso, full, box(cube, (4,) * 3, (12,) * 3)
    s = (12,) * 3
    total, inner = sum(grid(s)), box(s, (1,) * 3, (11,) * 3)
    yield "V15", iso, (total < 15) & inner, (total < 17) & inner
    yield "V16", (100, 100, 320), noise((20, 20, 12), 1, 8), noise((20, 20, 12), 2, 8)
    s = (40, 40, 12)
    g = ball(s, prostate, (800, 800, 1265), 640)
    yield "V17", prostate, g, g ^ (noise(s, 17, 50) & ball(s, prostate, (800, 800, 1265), 768))
    s = (40, 20, 20)
    one = ball(s, iso, (640,) * 3, 384)
    yield "V18", iso, one | ball(s, iso, (1856, 640, 640), 320), one
    s = (24, 5, 5)
    yield "V19", iso, box(s, (2,) * 3, (22, 3, 3)), box(s, (2,) * 3, (3,) * 3)
    d = ball((32, 32, 1), acdc, (1440, 1440, 0), 900)
    yield "V20", acdc, d, shift(d, (1, 1, 0))
    s = (16, 16, 8)
    nothing, block = np.zeros(s, bool), box(s, (4, 4, 2), (10, 9, 6))
    yield "V21", acdc, block, nothing
    yield "V22", acdc, nothing, block
    yield "V23", acdc, nothing, nothing
    s = (64, 64, 12)

    def heart(outer, inner, right):
        o, i, r = (ellipsoid(s, *part) for part in (outer, inner, right))
        return r & ~o, o & ~i, i

    truth = heart(((72, 64, 11), (30, 30, 11)), ((72, 64, 11), (20, 20, 10)), ((38, 64, 11), (20, 28, 9)))
    guess = heart(((70, 66, 11), (32, 30, 11)), ((70, 66, 11), (18, 20, 8)), ((38, 64, 11), (22, 28, 6)))
    for letter, r, p in zip("abc", truth, guess):
        yield "V24" + letter, acdc, r, p


def ratio(a, b):
    return a / b if b else None


def quantile(values, q):
    values = np.sort(values)
    place = q * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def ours(r, p, spacing):
    tp, fp, fn, tn = (int(m.sum()) for m in (r & p, p & ~r, r & ~p, ~r & ~p))
    state = {(0, 0): "both_empty", (0, 1): "pred_empty", (1, 0): "ref_empty"}.get((int(p.any()), int(r.any())), "ok")
    out = {
        "tp": tp, "fp": fp, "fn": fn, "tn": tn, "state": state,
        "dice": ratio(2 * tp, 2 * tp + fp + fn), "iou": ratio(tp, tp + fp + fn),
        "precision": 0.0 if state == "pred_empty" else ratio(tp, tp + fp), "recall": ratio(tp, tp + fn),
        "diagonal_mm": math.sqrt(sum(((n - 1) * s) ** 2 for n, s in zip(r.shape, spacing))),
    }
    if state != "ok":
        names = ("hd", "hd95", "hd95_pooled", "assd", "masd", "asd_pr", "asd_rp")
        return out | dict.fromkeys(names) | {"nsd": None if state == "both_empty" else 0.0}
    edges = [np.argwhere(m & ~binary_erosion(m)) * np.array(spacing) for m in (p, r)]
    square = cdist(*edges)
    there, back = square.min(1), square.min(0)
    both = np.concatenate([there, back])
    return out | {
        "hd": both.max(), "hd95": max(quantile(there, 0.95), quantile(back, 0.95)),
        "hd95_pooled": quantile(both, 0.95), "assd": both.mean(),
        "masd": (there.mean() + back.mean()) / 2, "asd_pr": there.mean(), "asd_rp": back.mean(),
        "nsd": (both <= TOLERANCE_MM).mean(),
    }


def of_monai(r, p, spacing):
    y, x = (torch.from_numpy(np.stack([~m, m])[None].astype(np.float32)) for m in (r, p))
    options = {"include_background": False, "spacing": list(spacing)}
    values = {
        "dice": compute_dice(x, y, include_background=False),
        "iou": compute_iou(x, y, include_background=False),
        "hd": compute_hausdorff_distance(x, y, **options),
        "hd95": compute_hausdorff_distance(x, y, percentile=95, **options),
        "assd": compute_average_surface_distance(x, y, symmetric=True, **options),
        "asd_pr": compute_average_surface_distance(x, y, **options),
        "nsd": compute_surface_dice(x, y, [TOLERANCE_MM], **options),
        "nsd_area": compute_surface_dice(x, y, [TOLERANCE_MM], use_subvoxels=True, **options),
    }
    return {name: float(value[0, 0]) for name, value in values.items()}


def of_medpy(r, p, spacing):
    """hd95_pooled_vox and asd_pr_vox are the calls of the SSL4MIS test script."""
    return {
        "dice": medpy.dc(p, r), "iou": medpy.jc(p, r), "precision": medpy.precision(p, r), "recall": medpy.recall(p, r),
        "hd": medpy.hd(p, r, spacing), "assd": medpy.assd(p, r, spacing), "asd_pr": medpy.asd(p, r, spacing),
        "hd95_pooled": medpy.hd95(p, r, spacing),
        "hd95_pooled_vox": medpy.hd95(p, r), "asd_pr_vox": medpy.asd(p, r),
    }


def main():
    rows = []
    for name, units, r, p in vectors():
        spacing = [u / 64 for u in units]
        row = {"name": name, "ours": ours(r, p, spacing), "monai": None, "medpy": None}
        if r.any() and p.any():
            row |= {"monai": of_monai(r, p, spacing), "medpy": of_medpy(r, p, spacing)}
        rows.append(json.dumps(row, default=float))
    sys.stdout.write("[\n" + ",\n".join(rows) + "\n]\n")


main()
