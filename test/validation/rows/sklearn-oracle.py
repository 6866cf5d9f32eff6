"""Writes fixtures/: held-out data, two models' answers, and what scikit-learn, fairlearn and scipy say of them.

    python3 -m pip install scikit-learn==1.9.1 fairlearn==0.15.0 pandas
    python3 sklearn-oracle.py && npx biome check --write fixtures

Digits are the files of examples/data; breast cancer (W. Wolberg, O. Mangasarian, N. Street, W. Street, UCI, CC BY 4.0) and diabetes (B. Efron et al.,
Annals of Statistics 32, 2004) come with scikit-learn. Everything is seeded; numbers are written with all their digits.
"""

import csv
import json
import pathlib
import warnings

import fairlearn
import numpy as np
import scipy
import sklearn
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    equal_opportunity_difference,
    equalized_odds_difference,
)
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance
from sklearn import metrics as m
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
OUT = HERE / "fixtures"
DATA = HERE / "../../../examples/data"
SEED = 20261121


def write(name, header, rows):
    with open(OUT / name, "w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def number(value):
    value = float(value)
    return value if np.isfinite(value) else None


def ece(confidence, hit, bins=10):
    """Expected calibration error; no library of these has it. Bins of equal width, an edge belongs to the bin above it."""
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(abs(hit[at == b].mean() - confidence[at == b].mean()) * (at == b).mean() for b in np.unique(at))


def tried(call):
    try:
        return number(call())
    except ValueError:
        return None


def classification(classes, truth, predicted, scores):
    """Metrics of one version over some rows, by the name of the check that asks for them."""
    present = set(truth)
    binary = len(classes) == 2
    out = {
        "accuracy": m.accuracy_score(truth, predicted),
        "balanced_accuracy": None if len(present) < 2 else m.balanced_accuracy_score(truth, predicted),
        "mcc": m.matthews_corrcoef(truth, predicted),
        "kappa": number(m.cohen_kappa_score(truth, predicted)),
        "log_loss": m.log_loss(truth, scores, labels=classes),
        "brier": m.brier_score_loss(truth, scores, labels=classes),
    }
    averages = ["macro", "micro", "weighted"]
    for average in averages:
        for name, of in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)):
            out[f"{name} {average}"] = of(truth, predicted, average=average, zero_division=0)
    onehot = np.array([[t == c for c in classes] for t in truth]).astype(int)
    complete = len(present) == len(classes)
    for average in averages:
        ok = complete or average == "micro"
        out[f"roc_auc {average}"] = tried(lambda: m.roc_auc_score(onehot, scores, average=average)) if ok else None
        out[f"average_precision {average}"] = (
            tried(lambda: m.average_precision_score(onehot, scores, average=average)) if ok else None
        )
    if binary:
        yes = classes[1]
        y = truth == yes
        for name, of in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)):
            out[f"{name} binary"] = (
                number(of(truth, predicted, pos_label=yes, average="binary", zero_division=0)) if y.any() else None
            )
        out["roc_auc"] = tried(lambda: m.roc_auc_score(y, scores[:, 1])) if complete else None
        out["average_precision"] = number(m.average_precision_score(y, scores[:, 1])) if y.any() else None
        out["expected_calibration_error"] = ece(scores[:, 1], y)
    else:
        for k in (2, 3):
            out[f"top_k_accuracy {k}"] = m.top_k_accuracy_score(truth, scores, k=k, labels=classes)
        out["expected_calibration_error"] = ece(scores.max(axis=1), truth == predicted)
    return {name: None if value is None else number(value) for name, value in out.items()}


def by_slices(groups, of):
    return {"": of(slice(None)), **{str(g): of(groups == g) for g in sorted(set(groups))}}


def classifiers(name, models, train, test, groups, textures=None):
    """Trains both, writes what they answer, and says what is expected of that."""
    (x, y), (x_test, truth) = train, test
    answers = {}
    for arm, model in models.items():
        model.fit(x, y)
        answers[arm] = (np.asarray(model.predict(x_test)), model.predict_proba(x_test))
        classes = [c.item() if hasattr(c, "item") else c for c in model.classes_]
    own = groups if textures is None else textures
    header = ["group", "texture"] + [f"{arm}_{part}" for arm in models for part in ["label", *classes]]
    write(
        f"{name}-answers.csv",
        header,
        [
            [groups[i], own[i]] + [cell for arm in models for cell in [answers[arm][0][i], *answers[arm][1][i].tolist()]]
            for i in range(len(truth))
        ],
    )
    expected = {"rows": len(truth), "classes": [str(c) for c in classes]}
    for arm, (predicted, scores) in answers.items():
        expected[arm] = by_slices(groups, lambda s: classification(classes, truth[s], predicted[s], scores[s]))
        expected[arm]["confusion"] = m.confusion_matrix(truth, predicted, labels=classes).tolist()
    ours, theirs = answers["candidate"][0], answers["baseline"][0]
    expected["agreement"] = number(np.mean(ours == theirs))
    top = [answers[arm][1].max(axis=1) for arm in ("candidate", "baseline")]
    expected["drift"] = {
        "ks score": number(ks_2samp(*top).statistic),
        "wasserstein score": number(wasserstein_distance(*top) / np.std(top[1])),
        "jensenshannon label": number(jensenshannon(*[[np.mean(p == c) for c in classes] for p in (ours, theirs)])),
    }
    if textures is not None:
        expected["fairness"] = fairness(truth == classes[1], ours == classes[1], textures)
    return expected


def fairness(truth, predicted, groups):
    gap = lambda metric: MetricFrame(metrics=metric, y_true=truth, y_pred=predicted, sensitive_features=groups).difference()
    return {
        "demographic_parity": demographic_parity_difference(truth, predicted, sensitive_features=groups),
        "equal_opportunity": equal_opportunity_difference(truth, predicted, sensitive_features=groups),
        "equalized_odds": equalized_odds_difference(truth, predicted, sensitive_features=groups),
        "predictive_parity": number(gap(m.precision_score)),
        "accuracy_gap": number(gap(m.accuracy_score)),
    }


def regression(truth, predicted):
    error = predicted - truth
    return {
        "mae": m.mean_absolute_error(truth, predicted),
        "mse": m.mean_squared_error(truth, predicted),
        "rmse": m.root_mean_squared_error(truth, predicted),
        "median_absolute_error": m.median_absolute_error(truth, predicted),
        "max_error": m.max_error(truth, predicted),
        "mean_error": number(error.mean()),
        "mape": m.mean_absolute_percentage_error(truth, predicted),
        "smape": number(np.mean(2 * abs(error) / (abs(truth) + abs(predicted)))),
        "r2": m.r2_score(truth, predicted),
        "explained_variance": m.explained_variance_score(truth, predicted),
        "msle": m.mean_squared_log_error(truth, predicted),
    }


def digits():
    def part(name):
        rows = np.loadtxt(DATA / name, delimiter=",", skiprows=1)
        return rows[:, :-1], rows[:, -1].astype(int)

    train, test = part("digits-train.csv"), part("digits-holdout.csv")
    ink = test[0].mean(axis=1)
    groups = np.select([ink < 4.5, ink < 5.3], ["light", "medium"], "heavy")
    models = {
        "candidate": RandomForestClassifier(n_estimators=50, random_state=SEED),
        "baseline": make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)),
    }
    return classifiers("digits", models, train, test, groups)


def breast_cancer():
    source = load_breast_cancer()
    labels = source.target_names[source.target]
    x, x_test, y, truth = train_test_split(source.data, labels, test_size=0.5, random_state=SEED, stratify=labels)
    radius = x_test[:, 0]
    groups = np.select([radius < 11, radius < 13.5, radius < 16], ["tiny", "small", "medium"], "large")
    textures = np.select([x_test[:, 1] < 17, x_test[:, 1] < 21], ["smooth", "plain"], "rough")
    features = [name.replace(" ", "_") for name in source.feature_names]
    rows = [[*x_test[i].tolist(), truth[i]] for i in range(len(truth))]
    write("breast-cancer-holdout.csv", [*features, "label"], rows)
    models = {
        "candidate": RandomForestClassifier(n_estimators=50, random_state=SEED),
        "baseline": make_pipeline(StandardScaler(), LogisticRegression(C=0.01)),
    }
    return classifiers("breast-cancer", models, (x, y), (x_test, truth), groups, textures)


def diabetes():
    source = load_diabetes(scaled=False)
    x, x_test, y, truth = train_test_split(source.data, source.target, test_size=0.5, random_state=SEED)
    groups = np.where(x_test[:, 1] == 1, "sex 1", "sex 2")
    rows = [[*x_test[i].tolist(), truth[i]] for i in range(len(truth))]
    write("diabetes-holdout.csv", [*source.feature_names, "label"], rows)
    models = {"candidate": RandomForestRegressor(n_estimators=50, random_state=SEED), "baseline": LinearRegression()}
    predicted = {arm: model.fit(x, y).predict(x_test) for arm, model in models.items()}
    write("diabetes-answers.csv", ["group", *models], zip(groups, *(predicted[arm].tolist() for arm in models)))
    expected = {"rows": len(truth)}
    for arm, values in predicted.items():
        expected[arm] = by_slices(groups, lambda s: regression(truth[s], values[s]))
    ours, theirs = predicted["candidate"], predicted["baseline"]
    expected["drift"] = {
        "ks": number(ks_2samp(ours, theirs).statistic),
        "wasserstein": number(wasserstein_distance(ours, theirs) / np.std(theirs)),
    }
    return expected


OUT.mkdir(exist_ok=True)
expected = {
    "producer": {"scikit-learn": sklearn.__version__, "fairlearn": fairlearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "digits": digits(),
    "breast-cancer": breast_cancer(),
    "diabetes": diabetes(),
}
(OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
