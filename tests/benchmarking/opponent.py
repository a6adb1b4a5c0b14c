"""An opponent that gives every article the label of the first one that it was fitted on."""

PROGRAM = """
import json, pathlib, sys, time
command, *paths = sys.argv[1:]
if command == "fit":
    train, model = map(pathlib.Path, paths)
    rows = [json.loads(line) for line in train.read_text("utf-8").splitlines()]
    model.write_text(rows[0]["label"])
    with open("fits.txt", "a") as file:
        file.write(" ".join(row["id"] for row in rows) + "\\n")
    {after_fit}
else:
    model, articles, labels = map(pathlib.Path, paths)
    rows = [json.loads(line) for line in articles.read_text("utf-8").splitlines()]
    {before_predict}
    found = [{"id": row["id"], "label": model.read_text()} for row in rows]
    labels.write_text("\\n".join(map(json.dumps, found)))
"""
TABLE = """
[opponents.first]
fit = ["{python}", "first.py", "fit", "{train}", "{model}"]
predict = ["{python}", "first.py", "predict", "{model}", "{articles}", "{labels}"]
"""


def write_opponent(folder, *, after_fit="pass", before_predict="pass"):
    """Write the program, which keeps the ids of each fit as a line of fits.txt.

    Parameters
    ----------
    folder : Path
        That of the suite.
    after_fit, before_predict : str
        A statement; for prediction, ``rows`` are the articles.
    """
    program = PROGRAM.replace("{after_fit}", after_fit).replace("{before_predict}", before_predict)
    (folder / "first.py").write_text(program, "utf-8")
