"""The peers' side of bench:monitors. One pair of windows a line on stdin, what each peer finds in it a line on stdout.

evidently: the tests and thresholds that its preset for drift of data chooses without a word, called as the preset does; drawing its report
around them takes a second a pair. ks: scipy's test of each column, corrected by Bonferroni, which is what alibi-detect's KSDrift does; at its
default of 0.05, and at 0.001.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from scipy import stats


def drifted(before, now):
    test = get_stattest(before, now, ColumnType.Numerical, None)
    return test(before, now, ColumnType.Numerical, None).drifted


def answer(reference, current):
    before, now = pd.DataFrame(reference), pd.DataFrame(current)
    count = sum(drifted(before[name], now[name]) for name in before)
    least = min(stats.ks_2samp(before[name], now[name]).pvalue for name in before) * len(before.columns)
    return {
        "evidentlyAny": bool(count > 0),
        "evidentlyDataset": bool(count / len(before.columns) >= 0.5),
        "ks05": bool(least <= 0.05),
        "ks001": bool(least <= 0.001),
    }


def main():
    for line in sys.stdin:
        ask = json.loads(line)
        start = time.perf_counter()
        found = answer(ask["reference"], ask["current"])
        print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "value": 0, **found}), flush=True)


main()
