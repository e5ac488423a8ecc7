"""Reads exported runs with MLflow's own client and compares them with what the run left.

    read_mlflow.py STORE EXPERIMENT LOG_DIR

STORE is a folder or an address; LOG_DIR holds the training log of the variant `ours_kl, seed=8`.
"""

import math
import os
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import pyarrow as pa  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

store, name, log_dir = sys.argv[1:]
client = MlflowClient(store if "://" in store else f"file://{os.path.abspath(store)}")
# Not by name: MLflow's own query cannot have an apostrophe in it.
named = [one for one in client.search_experiments() if one.name == name]
assert len(named) == 1, named
experiment = named[0]
runs = client.search_runs([experiment.experiment_id])
parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
children = {run.info.run_name: run for run in runs if "mlflow.parentRunId" in run.data.tags}
assert len(parents) == 1, parents
assert sorted(children) == ["full, seed=8", "ours_kl, seed=8", "partial, seed=8"], children
parent = parents[0]
for run in children.values():
    assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert run.info.status == "FINISHED"
    assert run.info.start_time <= run.info.end_time
    assert run.data.tags["mlflow.source.name"] == "tiny.yaml"
    assert len(run.data.tags["orchestrate.action"]) == 64

run = children["ours_kl, seed=8"]
params = run.data.params
assert params["train.epochs"] == "2" and params["method"] == "ours_kl", params
assert params["train.regularizers.1.local_mi.window"] == "1"
assert params["train.network.widths"] == "[8,8,16,16,16]"
assert run.data.tags["orchestrate.node"] == "evaluate[method=ours_kl,seed=8]"
assert run.data.tags["orchestrate.device"] == "cpu"

log = pa.ipc.open_file(f"{log_dir}/training_log.arrow").read_all().to_pydict()
curves = {}
for epoch, key, value in zip(log["epoch"], log["name"], log["value"]):
    curves.setdefault(key, []).append((epoch, value))
for key, values in curves.items():
    history = client.get_metric_history(run.info.run_id, key)
    found = sorted((metric.step, metric.value) for metric in history)
    assert len(found) == len(values), key
    for (step, value), (epoch, expected) in zip(found, values):
        assert step == epoch and (value == expected or math.isnan(expected)), (key, value, expected)
    times = [metric.timestamp for metric in sorted(history, key=lambda metric: metric.step)]
    assert times == sorted(times) and run.info.start_time <= times[0], (key, times)
    assert times[-1] <= run.info.end_time, (key, times, run.info.end_time)

files = {file.path for file in client.list_artifacts(run.info.run_id)}
assert {"metrics.arrow", "training_log.arrow"} <= files, files
path = client.download_artifacts(run.info.run_id, "metrics.arrow")
table = pa.ipc.open_file(path).read_all().to_pylist()
means = {}
for row in table:
    if row["value"] is not None:
        key = "/".join([row["metric"], row["class_name"], row["grid"], row["checkpoint"]])
        means.setdefault(key, []).append(row["value"])
assert means
for key, values in means.items():
    mean = sum(values) / len(values)
    assert abs(run.data.metrics[key] - mean) < 1e-12, (key, run.data.metrics[key], mean)

files = {file.path for file in client.list_artifacts(parent.info.run_id)}
assert {"report.json", "comparison.md", "comparison.tex"} <= files, files
print(f"{len(runs)} runs, {len(params)} parameters, {len(run.data.metrics)} metrics")
