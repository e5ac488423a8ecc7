"""Tables over many metric rows, as people make them in Python: the peers of `cargo xtask bench tables`.

    tables_peers.py versions              versions of the packages, as JSON
    tables_peers.py make FILE ROWS        a run's metrics table with so many rows
    tables_peers.py polars FILE OUT       mean and standard deviation over seeds, by method and class
    tables_peers.py pandas FILE OUT
    tables_peers.py duckdb FILE OUT
    tables_peers.py check OUT OUT...      that all of these say the same

A table is made in the order of `compare`: values over the scans of a run for each class, then over
the seeds, and for the mean over classes over the classes of a run first.
"""

import csv
import json
import sys

METHODS = ["partial", "entropy", "mean_teacher", "ua_mt", "fixmatch", "mi_only", "ours_mse", "ours_kl"]
CLASSES = ["RV", "Myo", "LV"]
METRICS = [("dice", "1", True), ("iou", "1", True), ("hd95", "mm", False), ("assd", "mm", False)]
RATIOS = ["3", "5", "10", "20"]
SEEDS = 25
#: What a writer of Arrow files usually puts into one batch.
BATCH = 1 << 17
#: Which rows the table is of.
WANTED = {"metric": "dice", "grid": "network", "checkpoint": "best", "ratio": "5"}


def versions():
    import duckdb, numpy, pandas, polars, pyarrow

    packages = (duckdb, numpy, pandas, polars, pyarrow)
    print(json.dumps({package.__name__: package.__version__ for package in packages}))


def make(path, rows):
    """Rows in the order of a run's metrics table: by method, ratio and seed, then by scan."""
    import numpy as np
    import pyarrow as pa

    runs = [(m, r, s) for m in range(len(METHODS)) for r in range(len(RATIOS)) for s in range(SEEDS)]
    per_scan = len(CLASSES) * len(METRICS) * 2 * 2
    scans = -(-rows // (len(runs) * per_scan))
    random = np.random.default_rng(0)

    def text(numbers, words):
        return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(words))

    units = sorted({unit for _, unit, _ in METRICS})
    cases = [f"patient{scan // 2:05}_{'ED' if scan % 2 == 0 else 'ES'}" for scan in range(scans)]
    subjects = sorted({case[:12] for case in cases})
    nodes = [f"evaluate[method={METHODS[m]},ratio={RATIOS[r]},seed={s}]" for m, r, s in runs]
    unit_of = np.array([units.index(unit) for _, unit, _ in METRICS])
    better = np.array([higher for _, _, higher in METRICS])

    def batch(first, last):
        at = np.arange(first, last)
        run, rest = at // (scans * per_scan), at % (scans * per_scan)
        scan, rest = rest // per_scan, rest % per_scan
        class_, rest = rest // (len(METRICS) * 4), rest % (len(METRICS) * 4)
        metric, rest = rest // 4, rest % 4
        method, ratio, seed = run // (len(RATIOS) * SEEDS), run // SEEDS % len(RATIOS), run % SEEDS
        in_mm = unit_of[metric] == units.index("mm")
        value = random.random(len(at)) * 0.2 + 0.6 + method * 0.02 + class_ * 0.01
        value = np.where(in_mm, value * 10, value)
        empty = random.random(len(at)) < 0.002
        columns = {
            "experiment": text(np.zeros(len(at)), ["bench"]),
            "node": text(run, nodes),
            "action": text(run, [f"{number:064x}" for number in range(len(runs))]),
            "method": text(method, METHODS),
            "ratio": text(ratio, RATIOS),
            "seed": text(seed, [str(number) for number in range(SEEDS)]),
            "dataset": text(np.zeros(len(at)), ["acdc"]),
            "case_id": text(scan, cases),
            "subject": text(scan // 2, subjects),
            "phase": text(scan % 2, ["ED", "ES"]),
            "class_id": pa.array((class_ + 1).astype(np.uint8)),
            "class_name": text(class_, CLASSES),
            "metric": text(metric, [name for name, _, _ in METRICS]),
            "grid": text(rest // 2, ["network", "native"]),
            "checkpoint": text(rest % 2, ["best", "last"]),
            "value": pa.array(value, mask=empty),
            "state": text(np.where(empty, 1, 0), ["ok", "both_empty"]),
            "unit": text(unit_of[metric], units),
            "higher_is_better": pa.array(better[metric]),
            "diagonal_mm": pa.array(np.full(len(at), 300.0), mask=~in_mm),
            "ignored_voxels": pa.nulls(len(at), pa.uint64()),
        }
        return pa.record_batch(columns)

    total = len(runs) * scans * per_scan
    opened = None
    for first in range(0, total, BATCH):
        made = batch(first, min(first + BATCH, total))
        opened = opened or pa.ipc.new_file(path, made.schema)
        opened.write_batch(made)
    opened.close()
    print(json.dumps({"rows": total}))


def write(path, rows):
    """Rows of method, class, mean and standard deviation."""
    rows = sorted((method, class_, mean, std) for method, class_, mean, std in rows)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


def with_polars(path, out):
    import polars as pl

    wanted = [pl.col(name).cast(pl.String) == value for name, value in WANTED.items()]
    columns = ["method", "seed", "class_name", "value", *WANTED]
    runs = (
        pl.scan_ipc(path)
        .select(columns)
        .filter(*wanted)
        .group_by("method", "seed", "class_name")
        .agg(pl.col("value").mean())
    )
    means = runs.group_by("method", "seed").agg(pl.col("value").mean())
    means = means.with_columns(pl.lit("mean").alias("class_name"))
    runs = pl.concat([runs.with_columns(pl.col("class_name").cast(pl.String)), means], how="diagonal")
    table = runs.group_by("method", "class_name").agg(
        pl.col("value").mean().alias("mean"), pl.col("value").std().alias("std")
    )
    write(out, table.collect().select("method", "class_name", "mean", "std").iter_rows())


def with_pandas(path, out):
    import pandas as pd
    import pyarrow.feather

    columns = ["method", "seed", "class_name", "value", *WANTED]
    rows = pyarrow.feather.read_table(path, columns=columns, memory_map=True).to_pandas()
    chosen = True
    for name, value in WANTED.items():
        chosen &= rows[name] == value
    runs = rows[chosen].groupby(["method", "seed", "class_name"], observed=True)["value"].mean()
    means = runs.groupby(["method", "seed"], observed=True).mean()
    made = [
        (method, class_, *both)
        for (method, class_), both in runs.groupby(["method", "class_name"], observed=True)
        .agg(["mean", "std"])
        .iterrows()
    ]
    made += [
        (method, "mean", *both)
        for method, both in means.groupby("method", observed=True).agg(["mean", "std"]).iterrows()
    ]
    write(out, made)


def with_duckdb(path, out):
    import duckdb
    import pyarrow as pa

    rows = pa.ipc.open_file(pa.memory_map(path)).read_all()
    wanted = " AND ".join(f"{name} = '{value}'" for name, value in WANTED.items())
    table = duckdb.sql(
        f"""
        WITH runs AS (
            SELECT method, seed, class_name, avg(value) AS value
            FROM rows WHERE {wanted} GROUP BY ALL
        ), scores AS (
            SELECT * FROM runs UNION ALL BY NAME
            SELECT method, seed, 'mean' AS class_name, avg(value) AS value FROM runs GROUP BY ALL
        )
        SELECT method, class_name, avg(value), stddev_samp(value) FROM scores GROUP BY ALL
        """
    )
    write(out, table.fetchall())


def ours(path):
    """The rows of a table that `orchestrate table --format csv` wrote."""
    with open(path, newline="") as file:
        header, *lines = list(csv.reader(file))
    for line in lines:
        row = dict(zip(header, line))
        for class_ in [*CLASSES, "mean"]:
            yield row["method"], class_, float(row[class_]), float(row[f"{class_} std"])


def check(paths):
    def read(path):
        with open(path, newline="") as file:
            rows = list(csv.reader(file))
        if rows[0][0] == "method":
            rows = list(ours(path))
        return {(row[0], row[1]): (float(row[2]), float(row[3])) for row in rows}

    first, *others = [read(path) for path in paths]
    assert len(first) == len(METHODS) * (len(CLASSES) + 1), len(first)
    for path, other in zip(paths[1:], others):
        assert other.keys() == first.keys(), path
        for key, both in first.items():
            worst = max(abs(a - b) for a, b in zip(both, other[key]))
            assert worst < 1e-10, (path, key, both, other[key])
    print(json.dumps({"compared": len(paths), "entries": len(first)}))


def main():
    command, *rest = sys.argv[1:]
    if command == "versions":
        versions()
    elif command == "make":
        make(rest[0], int(rest[1]))
    elif command == "check":
        check(rest)
    else:
        {"polars": with_polars, "pandas": with_pandas, "duckdb": with_duckdb}[command](*rest)


if __name__ == "__main__":
    main()
