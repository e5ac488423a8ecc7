"""Opens exported predictions with nibabel and compares them with images, annotations and metrics.

    read_predictions.py PREDICTIONS CASES_DIR VOLUMES_DIR METRICS_DIR

PREDICTIONS is the folder of one node. Where an image is a MetaImage file, which nibabel does not read,
its header is read here.
"""

import json
import os
import sys

import nibabel as nib
import numpy as np
import pyarrow as pa

predictions, cases_dir, volumes, metrics_dir = sys.argv[1:]
with open(f"{predictions}/dataset.json", encoding="utf-8") as file:
    description = json.load(file)
table = pa.ipc.open_file(f"{cases_dir}/cases.arrow").read_all()
cases = {row["case_id"]: row for row in table.to_pylist()}
classes = json.loads(table.schema.metadata[b"dataset"])["classes"]
assert description["labels"] == {one["name"]: one["id"] for one in classes}
dice = {}
for row in pa.ipc.open_file(f"{metrics_dir}/metrics.arrow").read_all().to_pylist():
    if (row["metric"], row["grid"], row["checkpoint"]) == ("dice", "native", description["checkpoint"]):
        dice[row["case_id"], row["class_id"]] = row["value"]


def metaimage(path):
    """Shape, voxel size, affine (RAS) and voxels of a MetaImage file."""
    with open(path, "rb") as file:
        content = file.read()
    fields, rest = {}, content
    while "ElementDataFile" not in fields:
        line, rest = rest.split(b"\n", 1)
        key, value = line.decode().split("=", 1)
        fields[key.strip()] = value.strip()
    numbers = lambda key: np.array([float(x) for x in fields[key].split()])
    shape = numbers("DimSize").astype(int)
    spacing = numbers("ElementSpacing")
    affine = np.eye(4)
    affine[:3, :3] = numbers("TransformMatrix").reshape(3, 3).T * spacing
    affine[:3, 3] = numbers("Offset")
    affine = np.diag([-1, -1, 1, 1]) @ affine
    if fields["ElementDataFile"] != "LOCAL":
        with open(os.path.join(os.path.dirname(path), fields["ElementDataFile"]), "rb") as file:
            rest = file.read()
    if fields.get("CompressedData") == "True":
        import zlib

        rest = zlib.decompress(rest)
    dtype = {"MET_SHORT": "i2", "MET_UCHAR": "u1", "MET_CHAR": "i1"}[fields["ElementType"]]
    order = ">" if fields.get("ElementByteOrderMSB", fields.get("BinaryDataByteOrderMSB")) == "True" else "<"
    voxels = np.frombuffer(rest, order + dtype)[: shape.prod()].reshape(shape, order="F")
    return tuple(shape), spacing, affine, voxels


scored = 0
for case in description["cases"]:
    row = cases[case["case_id"]]
    assert case["subject"] == row["subject"]
    found = nib.load(f"{predictions}/{case['file']}")
    labels = np.asarray(found.dataobj)
    assert labels.dtype == np.uint8 and found.get_data_dtype() == np.uint8
    path = f"{volumes}/{case['image']}"
    if path.endswith((".mhd", ".mha")):
        shape, zooms, affine, _ = metaimage(path)
        truth = metaimage(f"{volumes}/{row['label']}")[3]
        assert found.header.get_xyzt_units() == ("mm", "sec")
    else:
        image = nib.load(path)
        shape, zooms, affine = image.shape[:3], image.header.get_zooms()[:3], image.affine
        truth = np.asarray(nib.load(f"{volumes}/{row['label']}").dataobj)
        for field in ["qform_code", "sform_code", "xyzt_units"]:
            assert found.header[field] == image.header[field], field
        for read in ["get_qform", "get_sform"]:
            a, b = getattr(found.header, read)(), getattr(image.header, read)()
            assert np.array_equal(a, b), (read, a, b)
    assert found.shape == tuple(shape), (found.shape, shape)
    assert np.allclose(found.affine, affine, rtol=1e-6, atol=1e-6), (found.affine, affine)
    assert np.allclose(found.header.get_zooms(), zooms, rtol=1e-6), found.header.get_zooms()
    assert set(np.unique(labels)) <= {one["id"] for one in classes}
    for one in classes:
        if one["id"] == 0:
            continue
        a, b = labels == one["id"], truth == one["id"]
        total = int(a.sum()) + int(b.sum())
        expected = dice[case["case_id"], one["id"]]
        if total == 0:
            assert expected is None, (case, one)
            continue
        value = 2 * int((a & b).sum()) / total
        assert abs(value - expected) < 1e-12, (case["case_id"], one, value, expected)
        scored += 1
assert scored, "nothing was compared"
with open(f"{predictions}/itksnap-labels.txt", encoding="utf-8") as file:
    lines = [line for line in file if not line.startswith("#")]
assert len(lines) == len(classes)
print(f"{len(description['cases'])} scans, {scored} values of Dice")
