"""Splits scikit-learn's digits.csv.gz into the two files beside this one: python3 split.py path/to/digits.csv.gz

Deterministic: the standard library's generator with a fixed seed. Rows are shuffled once, then cut.
"""

import csv
import gzip
import pathlib
import random
import sys

SEED = 20261121
TRAIN_ROWS = 900

folder = pathlib.Path(__file__).parent
with gzip.open(sys.argv[1], "rt") as source:
    rows = [[int(float(cell)) for cell in row] for row in csv.reader(source)]
random.Random(SEED).shuffle(rows)

header = [f"p{i}" for i in range(64)] + ["label"]
for name, part in (("digits-train.csv", rows[:TRAIN_ROWS]), ("digits-holdout.csv", rows[TRAIN_ROWS:])):
    with open(folder / name, "w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(part)
