"""Reads event files with TensorBoard's own reader and compares them with the training log.

    read_tensorboard.py LOG_DIR EVENT_DIR [START END]

LOG_DIR holds `training_log.arrow`; EVENT_DIR an event file. Without times, it is the file that lies
beside the log: nothing but the log, at times that are epochs. With them, it is an exported one: the log
and more, at real times between START and END (seconds since 1970).
"""

import sys

import numpy as np
import pyarrow as pa
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata as hparams


def curves(folder):
    table = pa.ipc.open_file(f"{folder}/training_log.arrow").read_all().to_pydict()
    found = {}
    for epoch, name, value in zip(table["epoch"], table["name"], table["value"]):
        found.setdefault(name, []).append((epoch, np.float32(value)))
    return found


def same(a, b):
    return a == b or (np.isnan(a) and np.isnan(b))


log_dir, event_dir, *times = sys.argv[1:]
events = EventAccumulator(event_dir, size_guidance={"scalars": 0, "tensors": 0}).Reload()
expected = curves(log_dir)
assert expected, "the log is empty"
tags = set(events.Tags()["scalars"])
extra = tags - set(expected)
assert not set(expected) - tags, f"missing: {set(expected) - tags}"
for name, values in expected.items():
    found = events.Scalars(name)
    assert [event.step for event in found] == [epoch for epoch, _ in values], name
    for event, (_, value) in zip(found, values):
        assert same(np.float32(event.value), value), f"{name}: {event.value} is not {value}"
    wall = [event.wall_time for event in found]
    if times:
        start, end = map(float, times)
        assert start - 1 <= wall[0] and wall[-1] <= end + 1, (start, wall, end)
        assert wall == sorted(wall), wall
    else:
        assert wall == [float(epoch) for epoch, _ in values], wall

if not times:
    assert not extra, extra
    assert events.Tags()["tensors"] == []
    print(f"{len(expected)} curves")
    sys.exit()

kinds = {tag.split("/")[0] for tag in extra}
assert kinds == {"performance", "scores"}, kinds
assert "scores/dice/mean/native/best" in extra, sorted(extra)
texts = set(events.Tags()["tensors"])
assert texts == {"about", "parameters", "_hparams_/session_start_info"}, texts
shown = events.Tensors("parameters")[0].tensor_proto.string_val[0].decode()
assert "| train.epochs | 2 |" in shown, shown
assert events.summary_metadata["parameters"].plugin_data.plugin_name == "text"
content = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
session = hparams.parse_session_start_info_plugin_data(content)
assert session.hparams["train.epochs"].number_value == 2
assert session.hparams["train.unlabelled_in_batch_norm"].HasField("bool_value")
assert session.hparams["method"].string_value == "ours_kl", session.hparams["method"]
print(f"{len(expected)} curves, {len(extra)} more, {len(session.hparams)} parameters")
