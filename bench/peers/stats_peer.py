"""The peers' side of bench:stats. One JSON request a line on stdin, one answer a line on stdout: {"ms": ..., "value": ...}.

Only the call itself is timed; loading arrays and importing libraries is not.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
from scipy import stats
from sklearn import metrics


def codes_test(x, y):
    table = np.array([np.bincount(x, minlength=10), np.bincount(y, minlength=10)])
    return stats.chi2_contingency(table, correction=False).statistic


def evidently_report(x, y):
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    frames = [pd.DataFrame(a.reshape(50, -1).T, columns=[f"f{i}" for i in range(50)]) for a in (x, y)]

    def run():
        result = Report([DataDriftPreset()]).run(frames[1], frames[0]).dict()
        return result["metrics"][0]["value"]["count"]

    return run


def scipy_report(x, y):
    a, b = x.reshape(50, -1), y.reshape(50, -1)

    def run():
        scores = [
            stats.wasserstein_distance(r, c) / max(np.std(r), 0.001) for r, c in zip(a, b)
        ]
        return sum(score >= 0.1 for score in scores)

    return run


CALLS = {
    "ks": lambda x, y: lambda: stats.ks_2samp(x, y).statistic,
    "wasserstein": lambda x, y: lambda: stats.wasserstein_distance(x, y),
    "mann-whitney": lambda x, y: lambda: stats.mannwhitneyu(x, y).statistic,
    "welch": lambda x, y: lambda: stats.ttest_ind(x, y, equal_var=False).statistic,
    "quantiles": lambda x, y: lambda: float(np.quantile(x, [0.5, 0.9, 0.95, 0.99, 0.999])[3]),
    "chi-square": lambda x, y: lambda: codes_test(x, y),
    "auc": lambda x, y: lambda: metrics.roc_auc_score(y, x),
    "log-loss": lambda x, y: lambda: metrics.log_loss(y, x),
    "drift report, Evidently preset": evidently_report,
    "drift report, scipy loop": scipy_report,
}


def main():
    ready = {}
    for line in sys.stdin:
        ask = json.loads(line)
        key = (ask["call"], ask["x"])
        if key not in ready:
            arrays = [np.fromfile(ask[side], dtype=ask[f"{side}Type"]) for side in ("x", "y")]
            ready = {key: CALLS[ask["call"]](*arrays)}
        start = time.perf_counter()
        value = ready[key]()
        print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "value": float(value)}), flush=True)


main()
