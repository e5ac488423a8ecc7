"""What SciPy and statsmodels say of many samples, as JSON.

usage: python reference.py > values.json
Last made with Python 3.11, numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0.
NaN is written as null. Samples are multiples of 1/1024, so that sums are exact in any order.
"""
import json
import math
import sys
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

warnings.filterwarnings("ignore")
random = np.random.default_rng(20240607)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def grid(values, step=1 / 1024):
    return (np.round(np.asarray(values) / step) * step + 0.0).tolist()


def distinct(n, shift=0.0, scale=1.0):
    """n differences of distinct size without a zero."""
    while True:
        values = grid(random.normal(shift, scale, n))
        sizes = {abs(value) for value in values}
        if len(sizes) == n and 0.0 not in sizes:
            return values


def samples():
    yield "two", [0.5, -0.25]
    yield "six gains", [0.125, 0.25, 0.375, 0.5, 0.625, 0.75]
    for n in [2, 5, 8, 13, 14, 20, 33, 50, 51, 80]:
        yield f"distinct {n}", distinct(n, 0.3)
    yield "a clear gain of 50", distinct(50, 3.0)
    yield "a clear gain of 120", distinct(120, 2.0)
    for n in [4, 9, 13, 14, 30, 50, 60]:
        yield f"ties {n}", (random.choice([-3, -2, -1, 1, 2, 3, 4], n) / 4.0).tolist()
        yield f"ties and zeros {n}", (random.choice([-2, -1, 0, 0, 1, 2, 3], n) / 4.0).tolist()
        zeros = distinct(n, 0.2)
        zeros[n // 2] = 0.0
        yield f"one zero {n}", zeros
    yield "all equal 6", [0.5] * 6
    yield "all equal 20", [-0.5] * 20
    yield "one of 14 not zero", [0.0] * 13 + [1.0]
    yield "one of 3 not zero", [0.0, 0.0, 1.0]
    for n in [2, 13, 14, 60]:
        yield f"all zero {n}", [0.0] * n


def wilcoxon_cases():
    for name, sample in samples():
        outcomes = []
        for zeros in ["wilcox", "pratt", "zsplit"]:
            if zeros != "wilcox" and 0.0 not in sample:
                continue
            for alternative in ["two-sided", "greater", "less"]:
                for method in ["auto", "asymptotic"]:
                    for correction in [False, True]:
                        if method == "auto" and correction and len(sample) <= 13:
                            continue
                        found = stats.wilcoxon(
                            sample,
                            zero_method=zeros,
                            alternative=alternative,
                            method=method,
                            correction=correction,
                        )
                        z = number(found.zstatistic) if method == "asymptotic" else None
                        outcomes.append([zeros, alternative, method, correction,
                                         number(found.statistic), number(found.pvalue), z])
        yield {"name": name, "sample": sample, "outcomes": outcomes}


def permutation_cases():
    """All signs of samples that SciPy would leave to the normal approximation."""
    every = stats.PermutationMethod(n_resamples=2**16)
    for n, choices in [(15, [-2, -1, 1, 2, 3]), (16, [-1, 0, 1, 2])]:
        sample = (random.choice(choices, n) / 4.0).tolist()
        for zeros in ["wilcox", "pratt", "zsplit"]:
            for alternative in ["two-sided", "greater", "less"]:
                found = stats.wilcoxon(sample, zero_method=zeros, alternative=alternative, method=every)
                yield {"sample": sample, "zeros": zeros, "alternative": alternative,
                       "statistic": number(found.statistic), "p": number(found.pvalue)}


def omitted_cases():
    first = [0.5, None, 0.75, 0.25, 0.875, None, 0.125]
    second = [0.25, 0.5, None, 0.5, 0.125, None, 0.0]
    nan = [[np.nan if v is None else v for v in values] for values in (first, second)]
    found = stats.wilcoxon(*nan, nan_policy="omit")
    return [{"first": first, "second": second, "statistic": number(found.statistic),
             "p": number(found.pvalue)}]


def correction_cases():
    families = [[0.04], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1.0, 0.0, 0.2]]
    families += [np.round(random.uniform(0, 1, n) ** 3, 9).tolist() for n in [2, 7, 30]]
    for p in families:
        adjusted = {method: multipletests(p, method=name)[1].tolist() for method, name in
                    [("holm", "holm"), ("bonferroni", "bonferroni"), ("benjamini_hochberg", "fdr_bh")]}
        scipys = stats.false_discovery_control(p).tolist()
        assert np.allclose(scipys, adjusted["benjamini_hochberg"], rtol=1e-14, atol=0)
        yield {"p": p, **adjusted}


def bootstrap_cases():
    for n, resamples, skewed in [(3, 99, False), (8, 199, True), (20, 199, False), (50, 299, True)]:
        sample = grid(random.exponential(1.0, n) - 0.5 if skewed else random.normal(0.2, 1.0, n))
        drawn = stats.bootstrap((sample,), np.mean, n_resamples=resamples, method="percentile",
                                rng=random)
        intervals = []
        for method in ["percentile", "BCa"]:
            for level in [0.5, 0.9, 0.95, 0.99]:
                found = stats.bootstrap((sample,), np.mean, n_resamples=0, method=method,
                                        confidence_level=level, bootstrap_result=drawn)
                low, high = found.confidence_interval
                intervals.append([method, level, number(low), number(high)])
        yield {"sample": sample, "means": drawn.bootstrap_distribution.tolist(),
               "intervals": intervals}


def large_bootstrap_cases():
    """Intervals of so many resamples that what is left of chance is below the tolerance."""
    for n, skewed in [(10, True), (40, False)]:
        sample = grid(random.exponential(1.0, n) if skewed else random.normal(0.1, 1.0, n))
        intervals = []
        for method in ["percentile", "BCa"]:
            low, high = stats.bootstrap((sample,), np.mean, n_resamples=400_000, batch=2000,
                                        method=method, rng=random).confidence_interval
            intervals.append([method, 0.95, number(low), number(high)])
        yield {"sample": sample, "intervals": intervals}


def agreement_cases():
    for n, slope in [(3, 0.0), (10, 0.1), (57, -0.2), (400, 0.0)]:
        truth = random.uniform(20, 200, n)
        first = grid(truth * (1 + slope) + random.normal(1.5, 4.0, n))
        second = grid(truth + random.normal(0.0, 4.0, n))
        a, b = np.array(first), np.array(second)
        d, m = a - b, (a + b) / 2
        bias, sd = d.mean(), d.std(ddof=1)
        z = stats.norm.ppf(0.975)
        outcomes = []
        for level in [0.9, 0.95]:
            t = stats.t.ppf(0.5 + level / 2, n - 1)
            line = stats.linregress(m, d)
            half = stats.t.ppf(0.5 + level / 2, n - 2) * line.stderr
            outcomes.append({
                "level": level,
                "bias": [bias, *stats.t.interval(level, n - 1, bias, stats.sem(d))],
                "upper": [bias + z * sd, t * sd * math.sqrt(1 / n + z * z / (2 * (n - 1)))],
                "slope": [line.slope, line.slope - half, line.slope + half],
                "intercept": line.intercept,
                "p": line.pvalue,
            })
        yield {"first": first, "second": second, "std": sd, "outcomes": outcomes}


def description_cases():
    for n in [1, 2, 3, 4, 5, 10, 37]:
        sample = grid(random.normal(0.0, 2.0, n))
        walsh = [(sample[i] + sample[j]) / 2 for i in range(n) for j in range(i, n)]
        yield {"sample": sample, "mean": float(np.mean(sample)),
               "std": number(np.std(sample, ddof=1)) if n > 1 else None,
               "quartiles": np.quantile(sample, [0, 0.25, 0.5, 0.75, 1]).tolist(),
               "hodges_lehmann": float(np.median(walsh))}


def distributions():
    z = [-38.0, -20.0, -8.3, -3.0, -1.0, -0.1, -1e-9, 0.0, 0.3, 1.7, 5.0, 8.0, 20.0]
    q = [1e-300, 1e-80, 1e-20, 1e-9, 1e-4, 0.02, 0.025, 0.1, 0.3, 0.45, 0.55, 0.75, 0.975, 0.9999999]
    t = [[x, df] for df in [1, 2, 3, 5, 9, 30, 58, 59, 60, 61, 62, 99, 1000, 123456, 10**8]
         for x in [0.001, 0.5, 1.0, 1.96, 3.0, 12.0, 40.0]]
    ppf = [[p, df] for df in [1, 2, 3, 9, 29, 58, 99, 5000, 10**7] for p in [1e-6, 0.025, 0.2, 0.6, 0.95, 0.995]]
    return {
        "normal_upper_tail": [[x, stats.norm.sf(x)] for x in z],
        "normal_quantile": [[p, stats.norm.ppf(p)] for p in q],
        "student_two_sided": [[x, df, 2 * stats.t.sf(x, df)] for x, df in t],
        "student_quantile": [[p, df, stats.t.ppf(p, df)] for p, df in ppf],
    }


values = {
    "made_with": {"numpy": np.__version__, "scipy": scipy.__version__,
                  "statsmodels": statsmodels.__version__},
    "wilcoxon": list(wilcoxon_cases()),
    "permutation": list(permutation_cases()),
    "omitted": omitted_cases(),
    "correction": list(correction_cases()),
    "bootstrap": list(bootstrap_cases()),
    "large_bootstrap": list(large_bootstrap_cases()),
    "agreement": list(agreement_cases()),
    "description": list(description_cases()),
    "distributions": distributions(),
}
# One case a line.
sections = []
for name, section in values.items():
    if isinstance(section, list):
        lines = ",\n".join(json.dumps(case, allow_nan=False) for case in section)
        sections.append(f"{json.dumps(name)}: [\n{lines}\n]")
    else:
        sections.append(f"{json.dumps(name)}: {json.dumps(section, allow_nan=False)}")
sys.stdout.write("{\n" + ",\n".join(sections) + "\n}\n")
