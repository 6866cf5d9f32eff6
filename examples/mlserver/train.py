"""Trains three versions of a digit classifier: python train.py <folder with the data> <folder for the models>

Deterministic: the data are split already, and every random choice has a fixed seed. Prints one line of JSON a version: its
accuracy on the rows held out, and how long one row takes.
"""

import csv
import json
import pathlib
import sys
import time

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

VERSIONS = {
    # Serves now.
    "v1": LogisticRegression(max_iter=5000),
    # As accurate, and every row goes through 150 trees.
    "v2": RandomForestClassifier(n_estimators=150, random_state=7),
    # More accurate, and as fast as v1.
    "v3": SVC(C=10, gamma=0.001),
}
TIMED_ROWS = 200


def read(path):
    with open(path, newline="") as source:
        rows = list(csv.reader(source))[1:]
    features = np.array([[float(cell) for cell in row[:-1]] for row in rows], dtype=np.float32)
    return features, np.array([int(row[-1]) for row in rows])


def median_ms(model, rows):
    times = []
    for row in rows:
        started = time.perf_counter()
        model.predict(row.reshape(1, -1))
        times.append(1000 * (time.perf_counter() - started))
    return float(np.median(times))


data, models = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
features, labels = read(data / "digits-train.csv")
held_out, truth = read(data / "digits-holdout.csv")
for version, model in VERSIONS.items():
    model.fit(features, labels)
    folder = models / version / "digits"
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / "model.joblib")
    accuracy = float((model.predict(held_out) == truth).mean())
    row_ms = median_ms(model, held_out[:TIMED_ROWS])
    print(json.dumps({"version": version, "accuracy": round(accuracy, 4), "rowMs": round(row_ms, 3)}), flush=True)
