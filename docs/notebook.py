"""The toolkit in a notebook: a pandas frame in, a polars frame out.

Run it cell by cell in an editor that knows ``# %%``, or as a whole:
``python docs/notebook.py seeds/articles.jsonl``.
"""

# %% A labelled corpus in pandas
import sys

import pandas as pd
import polars as pl
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score

import stance

frame = pd.read_json(sys.argv[1] if len(sys.argv) > 1 else "seeds/articles.jsonl", lines=True)
rejected = []
articles = stance.articles_from_table(frame, labelled=True, on_rejected=rejected.append)
print(f"{len(articles)} articles, {len(rejected)} rows that cannot be used")

# %% A classifier with scikit-learn's interface
classifier = stance.StanceClassifier(
    {
        "features": {"word": {"max_n": 1}, "char": {"enabled": False}},
        "calibration": {"enabled": False},
    }
)

# %% Cross-validation by outlet: no outlet is in training and test at once
labels = [article.label for article in articles]
outlets = [article.outlet for article in articles]
folds = {"cv": GroupKFold(3), "groups": outlets, "scoring": "f1_macro"}
print("macro-F1 on unseen outlets:", cross_val_score(classifier, articles, labels, **folds))

# %% A setting chosen by grid search
grid = {"config__classifier__logistic__C": [1.0, 10.0]}
search = GridSearchCV(classifier, grid, cv=GroupKFold(3), scoring="f1_macro")
search.fit(articles, labels, groups=outlets)
print("chosen:", search.best_params_)

# %% The same check in one call, with intervals and the gap to a random split
model = search.best_estimator_.model_
scores = pl.from_arrow(stance.cross_validate(articles, model.config, folds=3).to_arrow())
print(scores.filter(pl.col("score") == "macro_f1").select("protocol", "estimate", "low", "high"))

# %% Labels and probabilities of new articles as a polars frame
predictions = pl.from_arrow(stance.predict(model, articles[:5]).to_arrow())
print(predictions.select("id", "label", "probability", "out_of_domain"))
