"""scikit-learn as its user would write it: two TfidfVectorizers and a linear classifier.

python scikit_learn.py fit LABELLED PIPELINE LABEL_FIELD         logistic regression
python scikit_learn.py fit-svc LABELLED PIPELINE LABEL_FIELD     a linear support vector classifier
python scikit_learn.py predict PIPELINE ARTICLES LABELS
python scikit_learn.py score PIPELINE ARTICLES     in memory; prints seconds as JSON
python scikit_learn.py adopt PARTS PIPELINE        terms, idf and weights that others learned
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from pathlib import Path

import joblib
import numpy as np
from normalise import normalise
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

BATCH = 1024


def read(path: str) -> list[dict[str, str]]:
    """Return the rows of a JSON Lines file."""
    with Path(path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def text_of(row: dict[str, str]) -> str:
    """Return headline and body."""
    return f"{row.get('title') or ''}\n{row['text']}"


def vectorizers(**options: object) -> tuple[TfidfVectorizer, TfidfVectorizer]:
    """Return those of words and of letters inside them."""
    shared = {"preprocessor": normalise, "sublinear_tf": True, "dtype": np.float32, **options}
    return (
        TfidfVectorizer(ngram_range=(1, 2), tokenizer=str.split, token_pattern=None, **shared),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared),
    )


def logistic_regression() -> LogisticRegression:
    """Return the classifier whose problem `stance` solves too, where training is timed."""
    return LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)


def linear_svc() -> LinearSVC:
    """Return what scikit-learn 1.8 recommends for fewer than 100,000 labelled texts.

    Its map of estimators begins with it
    (https://scikit-learn.org/stable/machine_learning_map.html). Its guide calls C = 1 "a reasonable
    default choice" and advises balanced weights where labels are unevenly frequent
    (https://scikit-learn.org/stable/modules/svm.html, "Tips on practical use").
    """
    return LinearSVC(C=1.0, class_weight="balanced", random_state=0)


def fit(
    labelled: str, pipeline: str, field: str, *, classifier: LogisticRegression | LinearSVC
) -> None:
    """Train on labelled articles."""
    rows = read(labelled)
    words, letters = vectorizers(min_df=2)
    made = Pipeline(
        [("features", FeatureUnion([("w", words), ("c", letters)])), ("fit", classifier)]
    )
    made.fit([text_of(row) for row in rows], [row[field] for row in rows])
    joblib.dump(made, pipeline)


def adopt(parts: str, pipeline: str) -> None:
    """Put together the pipeline that has the terms, the idf and the weights of another model."""
    terms = json.loads(Path(parts, "terms.json").read_text(encoding="utf-8"))
    tensors = np.load(Path(parts, "weights.npz"))
    steps = []
    for name, made in zip(("word", "char"), vectorizers(), strict=True):
        made.set_params(vocabulary=terms[name])
        made._validate_vocabulary()
        made.idf_ = tensors[name]
        steps.append((name, made))
    classifier = LogisticRegression()
    classifier.classes_ = np.array(terms["labels"])
    classifier.coef_, classifier.intercept_ = tensors["coefficients"], tensors["intercepts"]
    joblib.dump(Pipeline([("features", FeatureUnion(steps)), ("fit", classifier)]), pipeline)


def predict(pipeline: str, articles: str, labels: str) -> None:
    """Label a file."""
    made = joblib.load(pipeline)
    rows = read(articles)
    with Path(labels).open("w", encoding="utf-8") as file:
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            for row, scores in zip(batch, scores_of(made, batch).tolist(), strict=True):
                named = dict(zip(made.classes_.tolist(), scores, strict=True))
                best = max(named, key=named.__getitem__)
                written = {"id": row["id"], "label": best, "probabilities": named}
                file.write(json.dumps(written, ensure_ascii=False) + "\n")


def scores_of(made: Pipeline, batch: list[dict[str, str]]) -> np.ndarray:
    """Return a row for each article: probabilities, or decision values where there are none."""
    texts = [text_of(row) for row in batch]
    if hasattr(made, "predict_proba"):
        return made.predict_proba(texts).round(6)
    values = made.decision_function(texts)
    return values if values.ndim == 2 else np.column_stack([-values, values])


def score(pipeline: str, articles: str) -> None:
    """Time vectorising and scoring of texts in memory."""
    made = joblib.load(pipeline)
    texts = [text_of(row) for row in read(articles)]
    made.decision_function(texts[:8])
    start, processor = time.perf_counter(), time.process_time()
    for first in range(0, len(texts), BATCH):
        made.decision_function(texts[first : first + BATCH])
    told = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor}
    print(json.dumps(told))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {
        "fit": partial(fit, classifier=logistic_regression()),
        "fit-svc": partial(fit, classifier=linear_svc()),
        "predict": predict,
        "score": score,
        "adopt": adopt,
    }[command](*arguments)
