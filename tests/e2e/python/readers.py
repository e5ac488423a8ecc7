"""Reads the tables of a run with every reader and checks types, nulls and numbers.

Arguments: the run's folder. Expected are the values that pyarrow reads, and, so that pyarrow is not
its own judge, those of `comparison.csv`.
"""

import csv
import math
import sys
import warnings

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather

CATEGORIES = {
    "metrics.arrow": [
        "experiment", "node", "action", "method", "seed", "dataset", "case_id", "subject", "phase",
        "class_name", "metric", "grid", "checkpoint", "state", "unit",
    ],
    "clinical.arrow": [
        "experiment", "node", "action", "method", "seed", "dataset", "subject", "group",
        "structure", "quantity", "unit", "checkpoint", "state",
    ],
}  # fmt: skip
OTHERS = {
    "metrics.arrow": {
        "class_id": pa.uint8(),
        "value": pa.float64(),
        "higher_is_better": pa.bool_(),
        "diagonal_mm": pa.float64(),
        "ignored_voxels": pa.uint64(),
    },
    "clinical.arrow": {
        "prediction": pa.float64(),
        "reference": pa.float64(),
        "difference": pa.float64(),
    },
}


def by_pyarrow(path, file):
    """The columns as lists; the types are those that the page of tables promises."""
    with pa.memory_map(path) as source:
        reader = pa.ipc.open_file(source)
        table = reader.read_all()
    table.validate(full=True)
    assert pyarrow.feather.read_table(path).equals(table)
    for name in CATEGORIES[file]:
        kind = table.schema.field(name).type
        assert pa.types.is_dictionary(kind), f"{name}: {kind}"
        assert (kind.index_type, kind.value_type) == (pa.int32(), pa.string()), f"{name}: {kind}"
    for name, kind in OTHERS[file].items():
        assert table.schema.field(name).type == kind, name
    expected = CATEGORIES[file] + list(OTHERS[file])
    assert sorted(table.column_names) == sorted(expected), table.column_names
    return {name: table[name].to_pylist() for name in table.column_names}


def by_pandas(path, file):
    table = pd.read_feather(path)
    for name in CATEGORIES[file]:
        assert isinstance(table[name].dtype, pd.CategoricalDtype), f"{name}: {table[name].dtype}"
    seeds = list(table["seed"].cat.categories)
    assert seeds == ["1", "2", "3"], seeds
    with pa.memory_map(path) as source:
        again = pa.ipc.open_file(source).read_pandas()
    pd.testing.assert_frame_equal(table, again)
    columns = {}
    for name in table.columns:
        null = table[name].isna()
        columns[name] = [None if gone else value for value, gone in zip(table[name], null)]
    return columns


def by_polars(path, file):
    table = pl.read_ipc(path)
    for name in CATEGORIES[file]:
        assert table.schema[name] == pl.Categorical, f"{name}: {table.schema[name]}"
    lazy = pl.scan_ipc(path).collect()
    assert lazy.equals(table)
    return table.to_dict(as_series=False)


def by_duckdb(path, file):
    rows_of = pyarrow.feather.read_table(path)
    relation = duckdb.sql("SELECT * FROM rows_of")
    kinds = dict(zip(relation.columns, map(str, relation.types)))
    for name in CATEGORIES[file]:
        assert kinds[name] == "VARCHAR", f"{name}: {kinds[name]}"
    if file == "metrics.arrow":
        assert (kinds["class_id"], kinds["value"]) == ("UTINYINT", "DOUBLE"), kinds
        assert (kinds["higher_is_better"], kinds["ignored_voxels"]) == ("BOOLEAN", "UBIGINT"), kinds
    rows = relation.fetchall()
    return {name: [row[at] for row in rows] for at, name in enumerate(relation.columns)}


def check_sums(folder, columns):
    """The counts of the comparison are those of the rows."""
    with open(f"{folder}/comparison.csv", newline="", encoding="utf-8") as file:
        expected = [row for row in csv.DictReader(file) if row["class_name"] != "mean"]
    assert expected
    keys = ("method", "metric", "grid", "checkpoint", "class_name")
    groups = {}
    for at in range(len(columns["value"])):
        group = groups.setdefault(tuple(columns[key][at] for key in keys), [])
        group.append((columns["seed"][at], columns["value"][at], columns["state"][at]))
    assert len(groups) == len(expected)
    for row in expected:
        found = groups[tuple(row[key] for key in keys)]
        means = []
        for seed in ("1", "2", "3"):
            defined = [value for of, value, _ in found if of == seed and value is not None]
            means += [sum(defined) / len(defined)] if defined else []
        assert len(means) == int(row["n"])
        if means:
            mean = sum(means) / len(means)
            assert math.isclose(mean, float(row["mean"]), rel_tol=1e-9, abs_tol=1e-9), row
        assert sum(state == "ok" for *_, state in found) == int(row["n_ok"])


def check_nulls(columns):
    """Null is what is not defined, and nothing else."""
    for at, metric in enumerate(columns["metric"]):
        signed = columns["unit"][at] == "%" or metric.endswith("_difference")
        if signed:
            assert columns["higher_is_better"][at] is None, metric
            assert columns["phase"][at] is None, metric
        if metric == "dice":
            assert columns["higher_is_better"][at] is True
            assert columns["phase"][at] in ("ED", "ES")
            assert columns["diagonal_mm"][at] is None
        if metric == "hd95":
            assert columns["higher_is_better"][at] is False
            assert columns["diagonal_mm"][at] > 100
    assert set(columns["ignored_voxels"]) == {None}
    assert None in columns["phase"] and "ED" in columns["phase"]


def main(folder):
    # A reader that warns of a file has a reason.
    warnings.simplefilter("error")
    for file in ("metrics.arrow", "clinical.arrow"):
        path = f"{folder}/{file}"
        expected = by_pyarrow(path, file)
        assert len(expected["value" if file == "metrics.arrow" else "difference"]) > 20
        for reader in (by_pandas, by_polars, by_duckdb):
            found = reader(path, file)
            assert list(found) == list(expected), reader.__name__
            for name, column in expected.items():
                assert found[name] == column, f"{reader.__name__}: {file}: {name}"
            print(f"ok: {reader.__name__}: {file}")
        if file == "metrics.arrow":
            check_sums(folder, expected)
            check_nulls(expected)


main(sys.argv[1])
