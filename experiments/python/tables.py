"""The tables of orchestrate for programs in Python: reading, writing, and saying how it goes.

Copy this file beside a method of your own. It needs numpy and pyarrow and nothing else. What the
job file and the events are is described in docs/protocol.md.
"""

import json
import os
import sys


def say(event, **fields):
    """Prints one event; orchestrate shows progress and metrics, and keeps the rest in the log."""
    print(json.dumps({"event": event, **fields}), flush=True)


def fail(message, details=(), help=None):
    """Ends the program with a reason that orchestrate shows."""
    say("failed", message=message, details=list(details), help=help)
    sys.exit(1)


try:
    import numpy as np
    import pyarrow as pa
except ImportError as error:
    fail(
        f"the Python at {sys.executable} has no module `{error.name}`",
        help="run `pip install numpy pyarrow` for the Python that is found on PATH, or activate "
        "the environment that has them before you start orchestrate",
    )

say("environment", name="python", value=sys.version.split()[0])
say("environment", name="numpy", value=np.__version__)
say("environment", name="pyarrow", value=pa.__version__)


class Job:
    """What orchestrate asks for: parameters, inputs, outputs."""

    def __init__(self):
        path = os.environ.get("ORCHESTRATE_JOB")
        if path is None:
            sys.exit("this program is started by orchestrate: `uses: command` in an experiment")
        with open(path, encoding="utf-8") as file:
            job = json.load(file)
        self.params = job["params"]
        self.cpus = job["granted"]["cpus"]
        self._inputs = job["inputs"]
        self._outputs = job["outputs"]

    def input(self, port):
        """The folder of the artifact on an input port."""
        return self._inputs[port][0]["dir"]

    def output(self, port):
        """The folder to write an output's files into."""
        return self._outputs[port]


def read_table(folder, name, key):
    """Reads an Arrow table, and the JSON that stands under `key` in its metadata."""
    table = pa.ipc.open_file(pa.memory_map(os.path.join(folder, name))).read_all()
    return table, json.loads(table.schema.metadata[key.encode()])


class Slices:
    """`slices.arrow`: every slice of every scan on one canvas.

    `images` and `labels` are uint8 arrays of shape (slices, height, width). A slice with
    `labelled[i]` false has no annotation, and its label plane must not be read.
    """

    def __init__(self, folder):
        table, info = read_table(folder, "slices.arrow", "slices")
        shape = (table.num_rows, info["height"], info["width"])
        self.dataset = info["dataset"]
        self.height, self.width = shape[1:]
        self.case_id = np.array(table["case_id"].to_pylist())
        self.position = np.array(table["slice"].to_pylist())
        self.labelled = np.array(table["labelled"].to_pylist())
        self.images = self._planes(table["image"], shape)
        self.labels = self._planes(table["label"], shape)

    @staticmethod
    def _planes(column, shape):
        return np.frombuffer(b"".join(column.to_pylist()), dtype=np.uint8).reshape(shape)

    def rows(self, cases):
        """The rows of these scans, in the order of the table."""
        return np.flatnonzero(np.isin(self.case_id, list(cases)))


def read_roles(folder):
    """`partition.arrow`: the scans of every role.

    The roles are `labelled`, `unlabelled`, `validation`, `test` and `unused`. Train on the labels of
    `labelled`, choose with those of `validation`, predict `test`.
    """
    table, _ = read_table(folder, "partition.arrow", "dataset")
    roles = {}
    for case, role in zip(table["case_id"].to_pylist(), table["role"].to_pylist()):
        roles.setdefault(role, []).append(case)
    return roles


def central_crop(height, width, size):
    """The first row and column of the window in the middle; the networks here use the same."""
    return (height - size) // 2, (width - size) // 2


def write_predictions(folder, slices, window, rows, planes):
    """Writes `predictions.arrow`.

    `window` is (top, left, height, width) on the canvas. `rows` are rows of the slices table: every
    slice of every scan that is predicted. `planes` maps `best` and `last` (or one of them) to
    uint8 arrays of shape (rows, height, width) with class ids.
    """
    top, left, height, width = window
    info = {
        "dataset": slices.dataset,
        "height": height,
        "width": width,
        "top": top,
        "left": left,
    }
    schema = pa.schema(
        [
            pa.field("case_id", pa.utf8(), nullable=False),
            pa.field("slice", pa.uint32(), nullable=False),
            pa.field("checkpoint", pa.utf8(), nullable=False),
            pa.field("label", pa.binary(height * width), nullable=False),
        ],
        metadata={"window": json.dumps(info)},
    )
    with pa.OSFile(os.path.join(folder, "predictions.arrow"), "wb") as file:
        with pa.ipc.new_file(file, schema) as writer:
            for checkpoint, labels in planes.items():
                columns = [
                    pa.array(slices.case_id[rows].tolist(), pa.utf8()),
                    pa.array(slices.position[rows].tolist(), pa.uint32()),
                    pa.array([checkpoint] * len(rows), pa.utf8()),
                    pa.array([plane.tobytes() for plane in labels], pa.binary(height * width)),
                ]
                writer.write_batch(pa.record_batch(columns, schema=schema))
