"""Runs the Python of docs/querying.md over real runs and checks what it answers.

Arguments: the page. The working folder holds `runs/`.
"""

import csv
import math
import re
import sys

import pyarrow.feather

# Numbers come over as doubles; sums may be added up in another order.
TOLERANCE = 1e-12


def comparison(experiment="quickstart"):
    """The comparison of a run, as the stage wrote it."""
    return pyarrow.feather.read_table(f"runs/{experiment}/comparison.arrow").to_pylist()


def scores(class_name):
    """Mean and standard deviation of the Dice of a class (or `mean`), by method."""
    return {
        row["method"]: (row["mean"], row["std"], row["n"])
        for row in comparison()
        if (row["metric"], row["grid"], row["checkpoint"]) == ("dice", "native", "best")
        and row["class_name"] == class_name
    }


def same(found, expected, what):
    assert math.isclose(found, expected, abs_tol=TOLERANCE, rel_tol=0), f"{what}: {found}, {expected}"


def values(experiment, checkpoint="best"):
    """The Dice rows of a run, from the file and with nothing but Python."""
    table = pyarrow.feather.read_table(f"runs/{experiment}/metrics.arrow")
    wanted = ("dice", "native", checkpoint)
    rows = table.to_pylist()
    return [row for row in rows if (row["metric"], row["grid"], row["checkpoint"]) == wanted]


def sql_in_duckdb(names):
    check_dice(names["answer"].fetchall())


def sql_in_polars(names):
    check_dice(names["answer"].rows())


def check_dice(rows):
    # In these runs every class is there in every scan, so that all orders of averaging agree.
    expected = scores("mean")
    assert [method for method, _ in rows] == sorted(expected) == ["far", "near"], rows
    for method, dice in rows:
        same(dice, expected[method][0], method)
    assert rows[1][1] > rows[0][1] + 0.05, "the nearer prediction is better"


def headline(names):
    expected = scores("mean")
    rows = names["headline"].fetchall()
    assert len(rows) == 2
    for method, mean, std, n in rows:
        same(mean, expected[method][0], method)
        same(std, expected[method][1], method)
        assert std > 0 and n == expected[method][2] == 3


def paper(names):
    table = names["paper"]
    assert list(table.index) == ["far", "near"], "in the order of the file"
    assert list(table.columns) == ["RV", "Myo", "LV"], "by class id"
    for class_name in table.columns:
        for method, (mean, std, _) in scores(class_name).items():
            assert table.loc[method, class_name] == f"{100 * mean:.2f} ± {100 * std:.2f}"


def worst(names):
    groups = {}
    for row in values("quickstart"):
        key = (row["method"], row["subject"], row["phase"], row["class_name"])
        groups.setdefault(key, []).append(row["value"])
    means = {key: sum(found) / len(found) for key, found in groups.items()}
    lowest = sorted(means.values())[:5]
    rows = names["worst"].rows()
    assert len(rows) == 5 and all(len(found) == 3 for found in groups.values())
    for (*key, dice), expected in zip(rows, lowest):
        same(dice, expected, key)
        same(dice, means[tuple(key)], key)


def two_runs(names):
    sums = {}
    key = ("dataset", "method", "seed", "case_id", "class_id")
    before = {tuple(row[name] for name in key): row for row in values("before")}
    for row in values("after"):
        difference = row["value"] - before[tuple(row[name] for name in key)]["value"]
        sums.setdefault((row["method"], row["subject"]), []).append(difference)
    rows = names["moved"].fetchall()
    assert len(rows) == len(sums) == 2 * 4, rows
    for method, subject, moved in rows:
        differences = sums[method, subject]
        same(moved, sum(differences) / len(differences), subject)
        # Only the parameter of `near` differs.
        assert (moved == 0) == (method == "far"), rows
    assert [row[0] for row in rows] == ["near"] * 4 + ["far"] * 4, "what moved most comes first"


def clinical(names):
    table = pyarrow.feather.read_table("runs/quickstart/clinical.arrow").to_pylist()
    rows = names["agreement"].rows(named=True)
    assert [(row["method"], row["structure"]) for row in rows] == [
        (method, structure) for method in ("far", "near") for structure in ("LV", "RV")
    ]
    for row in rows:
        found = [
            other["prediction"] - other["reference"]
            for other in table
            if other["quantity"] == "ejection_fraction"
            and other["checkpoint"] == "best"
            and (other["method"], other["structure"]) == (row["method"], row["structure"])
        ]
        mean = sum(found) / len(found)
        same(row["bias"], mean, "bias")
        variance = sum((value - mean) ** 2 for value in found) / (len(found) - 1)
        assert math.isclose(row["half_width"], 1.96 * variance**0.5, abs_tol=1e-9)
        assert row["n"] == len(found) == 4 * 3


def origin(names):
    assert names["variables"] == ["method", "seed"]
    found = {kind["id"]: kind["name"] for kind in names["classes"]["synthetic hearts"]}
    assert found == {0: "background", 1: "RV", 2: "Myo", 3: "LV"}, found


def other_programs(names):
    with open("metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = names["metrics"]
    assert len(rows) == table.num_rows and list(rows[0]) == table.column_names
    for text, value in zip(rows, table["value"].to_pylist()):
        assert text["value"] == "" if value is None else float(text["value"]) == value


# By heading, a check for each block under it.
CHECKS = {
    "SQL in one line": [sql_in_duckdb, sql_in_polars],
    "The headline of the comparison": [headline],
    "A table as in the paper": [paper],
    "The worst scans": [worst],
    "Two runs": [two_runs],
    "Clinical values": [clinical],
    "What made a row": [origin],
    "Other programs": [other_programs],
}


def main(page):
    with open(page, encoding="utf-8") as file:
        sections = re.split(r"^## (.*)\n", file.read(), flags=re.MULTILINE)
    found = {}
    for heading, text in zip(sections[1::2], sections[2::2]):
        blocks = re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
        if blocks:
            found[heading] = blocks
    assert list(found) == list(CHECKS), f"{list(found)} is not {list(CHECKS)}"
    for heading, blocks in found.items():
        assert len(blocks) == len(CHECKS[heading]), heading
        for block, check in zip(blocks, CHECKS[heading]):
            names = {}
            exec(compile(block, f"{page}, {heading}", "exec"), names)
            check(names)
            print(f"ok: {heading}: {check.__name__}")


main(sys.argv[1])
