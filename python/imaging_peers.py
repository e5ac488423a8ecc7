"""Medical imaging work as Python does it: what `cargo xtask bench imaging` compares with.

`imaging_peers.py make FOLDER --patients N` writes volumes with the noise of real ones and pairs of
label maps. `imaging_peers.py serve FOLDER WORK TOOL` says `ready`, then does the work for every line
it is given, as often as fits into half a second, and says `done N`. `imaging_peers.py found FOLDER`
says what the tools find, as one line of JSON, so that both sides can be seen to do the same work.
Every tool computes with one thread; several workers are processes, as the tools' users have them.
"""

import argparse
import json
import os
import shutil
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import nibabel
import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter, zoom
from scipy.spatial import cKDTree

warnings.filterwarnings("ignore")

PACKAGES = ("numpy", "scipy", "nibabel", "SimpleITK", "opencv-python-headless", "monai", "torch", "isal")
# Planes are resized from the one to the other, which is real resampling along both axes.
NATIVE, SIZE = (216, 240, 12), 256
CARDIAC_MM, ABDOMEN_MM = (1.40625, 1.40625, 10.0), (0.796875, 0.796875, 5.0)
# Frames that are made; the others are these under further names.
DISTINCT = 40
TOLERANCE_MM = 2.0


# Volumes.


def ellipsoid(shape, centre, radii):
    axes = np.ogrid[tuple(slice(0, length) for length in shape)]
    return sum(((x - c) / r) ** 2 for x, c, r in zip(axes, centre, radii)) <= 1


def texture(random, shape, cells):
    """Smooth values from 0 to 1."""
    coarse = random.random(cells)
    return zoom(coarse, [n / c for n, c in zip(shape, cells)], order=1, grid_mode=True, mode="nearest")


def heart(shape, shift):
    """Right ventricle 1, myocardium 2, left ventricle 3."""
    x, y, z = shape[0] / 2 + 8 + shift[0], shape[1] / 2 + shift[1], (shape[2] - 1) / 2
    labels = np.zeros(shape, np.uint8)
    wall = ellipsoid(shape, (x, y, z), (33, 33, z + 0.2))
    labels[ellipsoid(shape, (x - 43, y, z), (26, 36, z - 0.5)) & ~wall] = 1
    labels[wall] = 2
    labels[ellipsoid(shape, (x, y, z), (22, 22, z - 0.3))] = 3
    return labels


def cardiac_frame(random):
    """Magnitude of a complex signal with noise, brighter on one side, as coils make it."""
    labels = heart(NATIVE, random.uniform(-10, 10, 2))
    body = ellipsoid(NATIVE[:2], (NATIVE[0] / 2, NATIVE[1] / 2), (NATIVE[0] * 0.46, NATIVE[1] * 0.38))
    signal = np.where(body[..., None], 60 + 110 * texture(random, NATIVE, (20, 20, 12)), 3.0)
    for value, brightness in ((1, 240), (2, 95), (3, 260)):
        signal[labels == value] = brightness
    signal = gaussian_filter(signal, (0.8, 0.8, 0)) * (0.7 + 0.6 * texture(random, NATIVE, (4, 4, 3)))
    real, imaginary = random.normal(0, 8, (2, *NATIVE))
    return np.hypot(signal + real, imaginary).clip(0, 4095).astype(np.int16), labels


def abdomen(random, shape=(512, 512, 120)):
    """Hounsfield units with the correlated noise of a reconstruction; nothing outside the circle."""
    centre = np.array(shape[:2]) / 2
    organ = ellipsoid(shape, (370, 280, 60), (45, 60, 40)).astype(np.uint8)
    body = ellipsoid(shape[:2], centre, (215, 164))
    muscle = ellipsoid(shape[:2], centre, (194, 143))
    circle = ellipsoid(shape[:2], centre, (256, 256))
    tissue = 20 + 60 * texture(random, shape, (26, 26, 13)).astype(np.float32)
    image = np.empty(shape, np.int16)
    for z in range(shape[2]):
        plane = np.where(muscle, tissue[..., z], np.where(body, -100.0, -1000.0))
        plane[organ[..., z] > 0] = 110
        noise = gaussian_filter(random.normal(0, 1, shape[:2]).astype(np.float32), 0.7)
        plane += noise / noise.std() * np.where(body, 18, 6)
        image[..., z] = np.where(circle, plane, -1024).round().clip(-1024, 3071)
    return image, organ


def holes(random, labels):
    """A prediction is never smooth."""
    noise = gaussian_filter(random.normal(0, 1, labels.shape).astype(np.float32), (2, 2, 0.7))
    return np.where(noise > 3.2 * noise.std(), 0, labels).astype(np.uint8)


def make(folder, patients):
    def save(array, mm, name):
        image = nibabel.Nifti1Image(array, np.diag([-mm[0], -mm[1], mm[2], 1.0]))
        image.header.set_xyzt_units("mm")
        nibabel.save(image, folder / f"{name}.nii.gz")

    for name in ("cardiac", "abdomen", "pairs"):
        (folder / name).mkdir(parents=True)
    for frame in range(2 * patients):
        name = f"cardiac/patient{frame // 2 + 1:03d}_frame{frame % 2 + 1:02d}"
        if frame < DISTINCT:
            image, labels = cardiac_frame(np.random.default_rng(1000 + frame))
            save(image, CARDIAC_MM, name)
            save(labels, CARDIAC_MM, f"{name}_gt")
            continue
        of = frame % DISTINCT
        for end in (".nii.gz", "_gt.nii.gz"):
            first = folder / f"cardiac/patient{of // 2 + 1:03d}_frame{of % 2 + 1:02d}{end}"
            os.link(first, folder / f"{name}{end}")
    image, organ = abdomen(np.random.default_rng(77))
    save(image, ABDOMEN_MM, "abdomen/scan")
    save(organ, ABDOMEN_MM, "abdomen/scan_gt")
    random = np.random.default_rng(5)
    shape = (256, 256, 12)
    save(heart(shape, (0, 0)), CARDIAC_MM, "pairs/cardiac_reference")
    save(holes(random, heart(shape, (2, -1))), CARDIAC_MM, "pairs/cardiac_prediction")
    predicted = ellipsoid(organ.shape, (372, 279, 61), (44, 61, 39)).astype(np.uint8)
    # Far from the organ, as a network's mistakes are.
    predicted |= ellipsoid(organ.shape, (120, 240, 30), (6, 6, 3)).astype(np.uint8)
    save(organ, ABDOMEN_MM, "pairs/abdomen_reference")
    save(holes(random, predicted), ABDOMEN_MM, "pairs/abdomen_prediction")


# Reading: a file to voxels in single precision.


def read_nibabel(path):
    return nibabel.load(path).get_fdata(dtype=np.float32)


def read_simpleitk(path):
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.ReadImage(str(path), sitk.sitkFloat32))


def inflate_zlib(path):
    import zlib

    return zlib.decompress(path.read_bytes(), 31)


def inflate_isal(path):
    from isal import igzip

    return igzip.decompress(path.read_bytes())


READERS = {
    "nibabel": read_nibabel,
    "simpleitk": read_simpleitk,
    "zlib": inflate_zlib,
    "isal": inflate_isal,
}


# Preparing slices: read, resize to one size, normalize, write.


def native(path):
    labels = path.with_name(path.name.replace(".nii.gz", "_gt.nii.gz"))
    return [np.asanyarray(nibabel.load(p).dataobj) for p in (path, labels)]


def standardized(image):
    image = image.astype(np.float32)
    image = image.clip(*np.percentile(image, (1, 99)))
    return (image - image.mean()) / (image.std() + 1e-8)


def zoomed(plane, order):
    return zoom(plane, [SIZE / n for n in plane.shape], order=order)


def slices_nearest(path):
    """As the SSL4MIS benchmark has it: minimum to maximum, nearest pixel."""
    image, labels = native(path)
    image = ((image - image.min()) / (image.max() - image.min())).astype(np.float32)
    for z in range(image.shape[2]):
        yield zoomed(image[..., z], 0), zoomed(labels[..., z], 0)


def slices_opencv(path):
    import cv2

    cv2.setNumThreads(1)
    image, labels = native(path)
    image = standardized(image)
    for z in range(image.shape[2]):
        planes = [np.ascontiguousarray(array[..., z]) for array in (image, labels)]
        yield [
            cv2.resize(plane, (SIZE, SIZE), interpolation=how)
            for plane, how in zip(planes, (cv2.INTER_LINEAR, cv2.INTER_NEAREST))
        ]


def slices_linear(path):
    image, labels = native(path)
    image = standardized(image)
    for z in range(image.shape[2]):
        yield zoomed(image[..., z], 1), zoomed(labels[..., z], 0)


def slices_simpleitk(path):
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    label_path = path.with_name(path.name.replace(".nii.gz", "_gt.nii.gz"))
    arrays = []
    for file, how, kind in (
        (path, sitk.sitkLinear, sitk.sitkFloat32),
        (label_path, sitk.sitkNearestNeighbor, sitk.sitkUInt8),
    ):
        image = sitk.ReadImage(str(file))
        size, mm = image.GetSize(), image.GetSpacing()
        resample = sitk.ResampleImageFilter()
        resample.SetSize((SIZE, SIZE, size[2]))
        resample.SetOutputSpacing((mm[0] * size[0] / SIZE, mm[1] * size[1] / SIZE, mm[2]))
        resample.SetOutputOrigin(image.GetOrigin())
        resample.SetOutputDirection(image.GetDirection())
        resample.SetInterpolator(how)
        resample.SetOutputPixelType(kind)
        arrays.append(sitk.GetArrayFromImage(resample.Execute(image)))
    return zip(standardized(arrays[0]), arrays[1])


PIPELINES = {
    "ssl4mis": slices_nearest,
    "opencv": slices_opencv,
    "scipy": slices_linear,
    "simpleitk": slices_simpleitk,
}


def write_slices(task):
    path, pipeline, out = task
    stem = path.name.removesuffix(".nii.gz")
    for z, (image, labels) in enumerate(PIPELINES[pipeline](path)):
        np.save(out / f"{stem}_{z:02d}.npy", image)
        np.save(out / f"{stem}_{z:02d}_gt.npy", labels)


def frames(folder):
    return sorted(p for p in (folder / "cardiac").iterdir() if not p.name.endswith("_gt.nii.gz"))


def prepare_slices(folder, pipeline, pool):
    out = folder / f"slices-{pipeline}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    tasks = [(path, pipeline, out) for path in frames(folder)]
    if pool is None:
        for task in tasks:
            write_slices(task)
    else:
        pool.map(write_slices, tasks, chunksize=4)


# Metrics: Dice, HD95, ASSD and NSD of every class of a pair of label maps.


def pair(folder, which):
    maps = [nibabel.load(folder / f"pairs/{which}_{side}.nii.gz") for side in ("reference", "prediction")]
    arrays = [np.asanyarray(image.dataobj) for image in maps]
    return *arrays, [float(mm) for mm in maps[0].header.get_zooms()]


def metrics_kdtree(reference, prediction, mm):
    """The obvious fast way: crop to both masks, surfaces by erosion, a k-d tree each way."""
    found = []
    for label in range(1, int(reference.max()) + 1):
        a, b = reference == label, prediction == label
        both, box = a | b, []
        for axis in range(3):
            others = tuple(i for i in range(3) if i != axis)
            hit = np.flatnonzero(both.any(axis=others))
            box.append(slice(max(hit[0] - 1, 0), hit[-1] + 2))
        a, b = a[tuple(box)], b[tuple(box)]
        dice = 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))
        at_a, at_b = (np.argwhere(m & ~binary_erosion(m)) * np.array(mm) for m in (a, b))
        from_b, from_a = cKDTree(at_a).query(at_b)[0], cKDTree(at_b).query(at_a)[0]
        every = np.concatenate([from_a, from_b])
        hd95 = max(np.percentile(from_a, 95), np.percentile(from_b, 95))
        found.append([dice, hd95, every.mean(), (every <= TOLERANCE_MM).mean()])
    return found


def metrics_monai(reference, prediction, mm):
    import torch
    from monai.metrics import (
        compute_average_surface_distance,
        compute_dice,
        compute_hausdorff_distance,
        compute_surface_dice,
    )

    torch.set_num_threads(1)
    count = int(reference.max()) + 1
    a, b = (
        torch.stack([torch.from_numpy(array == label) for label in range(count)])[None]
        for array in (reference, prediction)
    )
    how = {"include_background": False, "spacing": mm}
    columns = [
        compute_dice(b, a.float(), include_background=False),
        compute_hausdorff_distance(b, a, percentile=95, **how),
        compute_average_surface_distance(b, a, symmetric=True, **how),
        compute_surface_dice(b, a, [TOLERANCE_MM] * (count - 1), **how),
    ]
    return torch.stack([column[0].double() for column in columns], 1).tolist()


def metrics_simpleitk(reference, prediction, mm):
    """The recipe of its notebooks; another surface, so other distances."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    images = []
    for array in (reference, prediction):
        image = sitk.GetImageFromArray(np.ascontiguousarray(array.T))
        image.SetSpacing(mm)
        images.append(image)
    found = []
    for label in range(1, int(reference.max()) + 1):
        masks = [image == label for image in images]
        overlap = sitk.LabelOverlapMeasuresImageFilter()
        overlap.Execute(*masks)
        view = sitk.GetArrayViewFromImage
        maps = [
            sitk.Abs(sitk.SignedMaurerDistanceMap(m, squaredDistance=False, useImageSpacing=True))
            for m in masks
        ]
        contours = [view(sitk.LabelContour(m, False)).astype(bool) for m in masks]
        from_b, from_a = view(maps[0])[contours[1]], view(maps[1])[contours[0]]
        every = np.concatenate([from_a, from_b])
        hd95 = max(np.percentile(from_a, 95), np.percentile(from_b, 95))
        dice = overlap.GetDiceCoefficient(1)
        found.append([dice, hd95, every.mean(), (every <= TOLERANCE_MM).mean()])
    return found


METRICS = {"kdtree": metrics_kdtree, "monai": metrics_monai, "simpleitk": metrics_simpleitk}


# What is asked for.


def read_path(folder, which):
    return frames(folder)[0] if which == "cardiac" else folder / "abdomen/scan.nii.gz"


def work_of(folder, work, tool, workers):
    """What is to be repeated."""
    kind, _, which = work.partition("-")
    if kind == "read":
        path = read_path(folder, which)
        return lambda: READERS[tool](path)
    if kind == "metrics":
        reference, prediction, mm = pair(folder, which)
        return lambda: METRICS[tool](reference, prediction, mm)
    pool = None
    if workers > 1:
        from multiprocessing import get_context

        pool = get_context("fork").Pool(workers)
    return lambda: prepare_slices(folder, tool, pool)


def serve(folder, work, tool, workers):
    once = work_of(folder, work, tool, workers)
    once()
    print("ready", flush=True)
    for _ in sys.stdin:
        start, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - start < 0.5:
            once()
            count += 1
        print("done", count, flush=True)


def found(folder):
    """What the tools find."""
    sums = {which: float(read_nibabel(read_path(folder, which)).sum(dtype=np.float64)) for which in ("cardiac", "abdomen")}
    metrics = {
        which: {tool: METRICS[tool](*pair(folder, which)) for tool in ("kdtree", "monai")}
        for which in ("cardiac", "abdomen")
    }
    # Planes of the first frame as both sides store them, scaled to 8 bits.
    grey = [np.floor(255 * image.clip(0, 1) + 0.5) for image, _ in slices_nearest(frames(folder)[0])]
    labels = [labels for _, labels in slices_nearest(frames(folder)[0])]
    # Rows of a plane are x here and y on the other side; sums do not tell.
    return {
        "sums": sums,
        "metrics": metrics,
        "grey": float(np.sum(grey)),
        "labels": [int((np.array(labels) == label).sum()) for label in (1, 2, 3)],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["make", "serve", "found", "versions"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("work", nargs="?")
    parser.add_argument("tool", nargs="?")
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    if given.command == "make":
        make(given.folder, given.patients)
    elif given.command == "serve":
        serve(given.folder, given.work, given.tool, given.workers)
    elif given.command == "found":
        print(json.dumps(found(given.folder)))
    else:
        names = {"Python": sys.version.split()[0]}
        names.update({package: version(package) for package in PACKAGES})
        print(json.dumps(names))


if __name__ == "__main__":
    main()
