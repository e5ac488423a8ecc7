"""Writes reference.json: what SciPy, OpenCV, Pillow, SimpleITK and NumPy make of real volumes.

    python make_reference.py DATA      DATA holds acdc, Task04_Hippocampus, Task09_Spleen-layout, promise12-layout

Needs numpy, scipy, opencv-python-headless, pillow, SimpleITK, nibabel. Planes are rows of y, columns of x, single
precision. Of every plane a few pixels are kept, with its smallest and largest value and its mean.
"""
import json
import pathlib
import sys

import cv2
import nibabel
import numpy as np
import PIL
import PIL.Image
import scipy
import SimpleITK as sitk
from scipy.ndimage import zoom

DATA = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent
SAMPLES = 48
VOLUMES = [
    # image, label, size to resize to (columns, rows)
    ("acdc/training/patient001/patient001_frame01.nii.gz", "acdc/training/patient001/patient001_frame01_gt.nii.gz", (224, 256)),
    ("acdc/training/patient090/patient090_frame04.nii.gz", "acdc/training/patient090/patient090_frame04_gt.nii.gz", (256, 256)),
    ("Task04_Hippocampus/imagesTr/hippocampus_001.nii.gz", "Task04_Hippocampus/labelsTr/hippocampus_001.nii.gz", (96, 80)),
    ("Task09_Spleen-layout/imagesTr/spleen_2.nii.gz", "Task09_Spleen-layout/labelsTr/spleen_2.nii.gz", (256, 224)),
    ("promise12-layout/Case00.mhd", "promise12-layout/Case00_segmentation.mhd", (128, 64)),
]


def read(path):
    """Voxels as z, y, x in single precision, and the pixel size along x and y."""
    if path.suffix == ".mhd":
        image = sitk.ReadImage(str(path))
        return sitk.GetArrayFromImage(image).astype(np.float32), image.GetSpacing()[:2]
    image = nibabel.load(path)
    voxels = np.asarray(image.dataobj, dtype=np.float64).astype(np.float32)
    return voxels.transpose(2, 1, 0), [float(mm) for mm in image.header.get_zooms()[:2]]


def scipy_zoom(plane, size, order, **more):
    factors = [wanted / found for wanted, found in zip(size[::-1], plane.shape)]
    out = zoom(plane, factors, order=order, **more)
    assert out.shape == tuple(size[::-1]), out.shape
    return out


def itk(plane, spacing, new_spacing, origin, size, interpolator):
    image = sitk.GetImageFromArray(plane)
    image.SetSpacing(spacing)
    out = sitk.Resample(image, size, sitk.Transform(), interpolator, origin, new_spacing, [1, 0, 0, 1], 0.0, image.GetPixelID())
    return sitk.GetArrayFromImage(out)


def itk_edges(plane, spacing, size, interpolator):
    new = [n * s / m for n, s, m in zip(plane.shape[::-1], spacing, size)]
    origin = [(b - a) / 2 for a, b in zip(spacing, new)]
    return itk(plane, spacing, new, origin, size, interpolator)


def pillow(plane, size):
    return np.asarray(PIL.Image.fromarray(plane).resize(size, PIL.Image.Resampling.BILINEAR))


def one_hot(labels, size, order_one):
    """The class with the largest interpolated mask, and where the two largest are at least 1e-4 apart."""
    classes = np.unique(labels)
    shares = np.stack([order_one((labels == c).astype(np.float64)) for c in classes])
    ordered = np.sort(shares, axis=0)
    clear = np.ones(shares.shape[1:], bool) if len(classes) == 1 else ordered[-1] - ordered[-2] > 1e-4
    return classes[shares.argmax(0)], clear


def samples(rng, plane, where=None):
    flat = plane.ravel()
    pool = np.arange(flat.size) if where is None else np.flatnonzero(where.ravel())
    at = np.sort(rng.choice(pool, SAMPLES, replace=False))
    return {"at": at.tolist(), "values": [float(f"{v:.9g}") for v in flat[at].tolist()]}


def record(rng, plane, **what):
    numbers = {"min": float(plane.min()), "max": float(plane.max()), "mean": float(plane.astype(np.float64).mean())}
    return {**what, **numbers, **samples(rng, plane)}


def images(rng, plane, spacing, size):
    n = plane.shape[::-1]
    for name, order in (("nearest", 0), ("linear", 1), ("cubic", 3)):
        peer = f"scipy.ndimage.zoom(order={order})"
        # SciPy leaves the last row or column at 0 where its last coordinate rounds to beyond the plane.
        assert all((m - 1) * ((k - 1) / (m - 1)) <= k - 1 for k, m in zip(n, size))
        yield record(rng, scipy_zoom(plane, size, order), peer=peer, convention="corners", interpolation=name, size=size)
        mode = "mirror" if order == 3 else "nearest"
        peer = f"scipy.ndimage.zoom(order={order}, grid_mode=True, mode={mode!r})"
        out = scipy_zoom(plane, size, order, grid_mode=True, mode=mode)
        yield record(rng, out, peer=peer, convention="edges", interpolation=name, size=size)
    for flag, name in (("INTER_LINEAR", "linear"), ("INTER_CUBIC", "cubic_convolution"), ("INTER_NEAREST_EXACT", "nearest")):
        out = cv2.resize(plane, size, interpolation=getattr(cv2, flag))
        yield record(rng, out, peer=f"cv2.{flag}", convention="edges", interpolation=name, size=size)
    yield record(rng, pillow(plane, size), peer="PIL BILINEAR", convention="edges", interpolation="linear_antialiased", size=size)
    kernels = ((sitk.sitkNearestNeighbor, "nearest"), (sitk.sitkLinear, "linear"), (sitk.sitkBSpline, "cubic"))
    for kernel, name in kernels:
        out = itk_edges(plane, spacing, size, kernel)
        yield record(rng, out, peer=f"SimpleITK {name}", convention="edges", interpolation=name, size=size)
        world = [int((k - 1) * s / 1.1 + 1e-6) + 1 for k, s in zip(n, spacing)]
        out = itk(plane, spacing, [1.1, 1.1], [0, 0], world, kernel)
        step = [1.1 / s for s in spacing]
        yield record(rng, out, peer=f"SimpleITK {name}, 1.1 mm", convention="first_centre", interpolation=name, size=world, step=step)


def labels(rng, plane, spacing, size):
    def record_labels(out, where=None, **what):
        counts = np.bincount(out.astype(np.int64).ravel(), minlength=4).tolist()
        # Pixels where something is to be decided: those beside another class.
        padded = np.pad(out, 1, mode="edge")
        edge = np.zeros(out.shape, bool)
        for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
            edge |= padded[dy : dy + out.shape[0], dx : dx + out.shape[1]] != out
        edge = edge if where is None else edge & where
        edge = edge if edge.sum() >= SAMPLES else None
        return {**what, "counts": counts, **samples(rng, out, edge)}

    for convention, more in (("corners", {}), ("edges", {"grid_mode": True, "mode": "nearest"})):
        note = ", grid_mode=True, mode='nearest'" if more else ""
        out = scipy_zoom(plane, size, 0, **more)
        yield record_labels(out, peer=f"scipy.ndimage.zoom(order=0{note})", convention=convention, interpolation="nearest", size=size)
        out, clear = one_hot(plane, size, lambda mask: scipy_zoom(mask, size, 1, **more))
        yield record_labels(out, clear, peer=f"argmax of scipy.ndimage.zoom(order=1{note})", convention=convention, interpolation="one_hot", size=size)
    out = cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST_EXACT)
    yield record_labels(out, peer="cv2.INTER_NEAREST_EXACT", convention="edges", interpolation="nearest", size=size)
    out = itk_edges(plane, spacing, size, sitk.sitkNearestNeighbor)
    yield record_labels(out, peer="SimpleITK nearest", convention="edges", interpolation="nearest", size=size)


def restored(rng, plane):
    """A label plane to 256 x 256 and back, as SSL4MIS does it with a prediction."""
    there = scipy_zoom(plane, (256, 256), 0)
    back = scipy_zoom(there, plane.shape[::-1], 0)
    # The last row and column may be SciPy's 0; elsewhere, pixels beside another class are of interest.
    edge = np.zeros(back.shape, bool)
    edge[:-1, :-1] = (back[:-1, :-1] != back[1:, :-1]) | (back[:-1, :-1] != back[:-1, 1:])
    return {"peer": "scipy.ndimage.zoom(order=0), there and back", "size": [256, 256], **samples(rng, back, edge)}


def windows(voxels):
    nonzero = voxels[voxels != 0]
    for name, part in (("all", voxels), ("nonzero", nonzero)):
        for low, high in ((1, 99), (0.5, 99.5)):
            found = np.percentile(part.astype(np.float64), (low, high))
            yield {"percentile": {"low": low, "high": high, "voxels": name}}, found
        mean, deviation = part.mean(dtype=np.float64), part.std(dtype=np.float64)
        yield {"z_score": {"deviations": 3.0, "voxels": name}}, (mean - 3 * deviation, mean + 3 * deviation)
    yield {"min_max": {}}, (voxels.min(), voxels.max())


def quantize(plane, low, high):
    return np.floor(255 * np.clip((plane - low) / (high - low), 0, 1) + 0.5).astype(np.uint8)


def centred(plane, side):
    """Padded with zeros or cropped to a square: the odd pixel is padded at the end, cropped at the beginning."""
    out = np.zeros((side, side), plane.dtype)
    offset = [(side - n) // 2 for n in plane.shape]
    to = [slice(max(o, 0), min(o + n, side)) for o, n in zip(offset, plane.shape)]
    source = [slice(t.start - o, t.stop - o) for t, o in zip(to, offset)]
    out[tuple(to)] = plane[tuple(source)]
    return out


def pipelines(rng, voxels, annotation, spacing, z):
    """Whole extractions, as their Python users write them: 8-bit image and label on the canvas."""
    def keep(image, label, peer, params):
        foreground = label > 0
        where = foreground if foreground.sum() >= SAMPLES else None
        return {"peer": peer, "params": params, "image": samples(rng, image), "label": samples(rng, label, where)}

    plane, label = voxels[z], annotation[z]
    scaled = (voxels - voxels.min()) / (voxels.max() - voxels.min())
    square = (256, 256)
    image = scipy_zoom(scaled[z], square, 0)
    yield keep(quantize(image, 0.0, 1.0), scipy_zoom(label, square, 0), "SSL4MIS: min-max, zoom of order 0",
               {"intensity": {"min_max": {}}, "geometry": {"resize": {"size": 256, "convention": "corners"}}, "interpolation": {"image": "nearest"}})
    low, high = np.percentile(voxels.astype(np.float64), (1, 99))
    m = [max(int(np.floor(n * s + 0.5)), 1) for n, s in zip(plane.shape[::-1], spacing)]
    image = centred(quantize(cv2.resize(plane, m, interpolation=cv2.INTER_LINEAR), low, high), 320)
    picked = scipy_zoom(label, m, 0, grid_mode=True, mode="nearest")
    yield keep(image, centred(picked, 320), "1 mm, OpenCV linear, percentiles 1 and 99, centred on 320",
               {"geometry": {"resample": {"spacing_mm": 1.0, "canvas": 320}}})
    image = quantize(cv2.resize(plane, square, interpolation=cv2.INTER_CUBIC), -160.0, 240.0)
    yield keep(image, scipy_zoom(label, square, 0, grid_mode=True, mode="nearest"), "window -160 to 240, OpenCV cubic",
               {"intensity": {"window": {"low": -160.0, "high": 240.0}}, "geometry": {"resize": {"size": 256}}, "interpolation": {"image": "cubic_convolution"}})
    mean, deviation = voxels.mean(dtype=np.float64), voxels.std(dtype=np.float64)
    image = quantize(scipy_zoom(plane, square, 3), mean - 3 * deviation, mean + 3 * deviation)
    voted, clear = one_hot(label, square, lambda mask: scipy_zoom(mask, square, 1))
    kept = keep(image, voted, "z-score to 3 deviations, zoom of order 3, one-hot labels",
                {"intensity": {"z_score": {}}, "geometry": {"resize": {"size": 256, "convention": "corners"}}, "interpolation": {"image": "cubic", "label": "one_hot"}})
    kept["label"] = samples(rng, voted, clear & (voted > 0) if (clear & (voted > 0)).sum() >= SAMPLES else clear)
    yield kept


def main():
    versions = {module.__name__: module.__version__ for module in (np, scipy, cv2, PIL, nibabel)}
    versions["SimpleITK"] = sitk.Version_VersionString()
    out = {"versions": versions, "volumes": []}
    for image_path, label_path, size in VOLUMES:
        rng = np.random.default_rng(len(out["volumes"]))
        voxels, spacing = read(DATA / image_path)
        annotation = np.round(read(DATA / label_path)[0]).astype(np.uint8)
        z = int((annotation > 0).sum((1, 2)).argmax())
        plane = np.ascontiguousarray(voxels[z])
        label = np.ascontiguousarray(annotation[z])
        out["volumes"].append({
            "image": image_path,
            "label": label_path,
            "z": z,
            "images": list(images(rng, plane, spacing, size)),
            "restored": restored(rng, label),
            "labels": list(labels(rng, label, spacing, size)),
            "windows": [{"params": p, "low": float(w[0]), "high": float(w[1])} for p, w in windows(voxels)],
            "pipelines": list(pipelines(rng, voxels, annotation, spacing, z)),
        })
    text = json.dumps(out, separators=(",", ":")).replace('{"peer"', '\n{"peer"').replace('{"image":"', '\n{"image":"')
    (HERE / "reference.json").write_text(text + "\n")


main()
