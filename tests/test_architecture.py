"""The rooms of the house: who may import whom, and what start-up may load."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "stance"

# docs/architecture.md shows the same table.
MAY_IMPORT = {
    "errors": set(),
    "resources": set(),
    "processes": set(),
    "distribution": {"errors"},
    "replacing": {"errors"},
    "tabular": set(),
    "toml_files": set(),
    "text": {"errors", "distribution"},
    "corpus": {"text", "toml_files", "errors"},
    "datasets": {"corpus.article", "distribution", "replacing", "errors"},
    "formats": {"datasets", "corpus", "text", "distribution", "replacing", "tabular", "errors"},
    "features": {
        "corpus.article",
        "corpus.dates",
        "corpus.shingles",
        "text",
        "toml_files",
        "errors",
        "resources",
    },
    "model": {
        "features",
        "corpus",
        "text",
        "toml_files",
        "distribution",
        "replacing",
        "tabular",
        "errors",
        "resources",
    },
    "evaluation": {
        "model",
        "corpus",
        "formats",
        "distribution",
        "tabular",
        "errors",
        "processes",
    },
    "description": {
        "model",
        "evaluation.intervals",
        "evaluation.slices",
        "features",
        "corpus",
        "text",
        "tabular",
        "toml_files",
        "errors",
        "resources",
    },
    "estimation": {
        "evaluation",
        "model",
        "formats",
        "features",
        "corpus",
        "text",
        "distribution",
        "replacing",
        "tabular",
        "errors",
    },
    "explanation": {"processes", "model", "features", "corpus", "text", "errors"},
    "labelling": {
        "datasets",
        "model",
        "formats",
        "corpus",
        "distribution",
        "replacing",
        "tabular",
        "errors",
        "resources",
    },
    "distributed": {
        "labelling",
        "evaluation",
        "model",
        "formats",
        "corpus",
        "distribution",
        "errors",
        "processes",
    },
    "benchmarking": {
        "toml_files",
        "datasets",
        "evaluation",
        "model",
        "formats",
        "corpus",
        "distribution",
        "replacing",
        "errors",
        "processes",
        "resources",
    },
    "reporting": {
        "toml_files",
        "benchmarking",
        "description",
        "estimation",
        "explanation",
        "labelling",
        "evaluation",
        "model",
        "features",
        "datasets",
        "formats",
        "corpus",
        "text",
        "errors",
    },
    "cli": {
        "reporting",
        "description",
        "estimation",
        "explanation",
        "text",
        "corpus",
        "datasets",
        "formats",
        "features",
        "model",
        "evaluation",
        "labelling",
        "distributed",
        "benchmarking",
        "toml_files",
        "distribution",
        "replacing",
        "errors",
        "resources",
    },
    "__main__": {"cli"},
}
SINGLE_IMPORTERS = {
    "camel_tools": {"text/normalization.py"},
    "numba": {"features/compiled/translation.py"},
    "llvmlite": {"features/compiled/object_code.py", "features/compiled/translation.py"},
    "fsspec": {"formats/addresses.py"},
    "jinja2": {"reporting/html/render.py"},
    "matplotlib": {"reporting/figures/drawing.py"},
    "dask": set(),
    "distributed": {"distributed/worker_context.py", "distributed/connection.py"},
}
HEAVY = ("sklearn", "numba", "pandas", "camel_tools", "torch", "distributed", "matplotlib")

MODULES = sorted(SOURCE.rglob("*.py"))


@functools.cache
def imported_modules(path: Path, *, when_run: bool = False) -> tuple[str, ...]:
    """Return what a file imports; `when_run` leaves out what only type checkers see."""
    names, tree = [], ast.parse(path.read_text("utf-8"))
    if when_run:
        tree.body = [node for node in tree.body if not is_for_type_checkers(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative path"
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)


def is_for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


@pytest.mark.slow
def test_rooms_import_only_from_below():
    broken = []
    for path in MODULES:
        place = path.relative_to(SOURCE)
        if place.name == "__init__.py" and len(place.parts) == 1:
            continue
        own = place.parts[0].removesuffix(".py")
        for name in imported_modules(path):
            if not name.startswith("stance.") or room(name) == own:
                continue
            allowed = MAY_IMPORT[own]
            inner = ".".join(name.split(".")[1:3])
            if room(name) not in allowed and inner not in allowed:
                broken.append(f"{place} imports {name}")
    assert not broken


def test_every_room_stands_in_the_table():
    rooms = {p.relative_to(SOURCE).parts[0].removesuffix(".py") for p in MODULES} - {"__init__"}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.slow
@pytest.mark.parametrize("package", SINGLE_IMPORTERS)
def test_single_importers(package):
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if any(name.split(".")[0] == package for name in imported_modules(path))
    }
    assert found <= SINGLE_IMPORTERS[package]


def test_the_table_in_the_docs_is_the_one_enforced():
    text = (SOURCE.parents[1] / "docs" / "architecture.md").read_text("utf-8")
    for own, allowed in MAY_IMPORT.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{own}` |"))
        shown = {cell.strip(" `") for cell in row.split("|")[2].split(",")} - {"nothing of ours"}
        assert shown == allowed, own


def test_the_map_in_the_docs_names_every_file_and_no_other():
    text = (SOURCE.parents[1] / "docs" / "architecture.md").read_text("utf-8")
    tree = text.split("src/stance/\n", 1)[1].split("```", 1)[0]
    folders, named = [], []
    for line in tree.splitlines():
        name, depth = line.split()[0], (len(line) - len(line.lstrip())) // 2 - 1
        folders = folders[:depth]
        if name.endswith("/"):
            folders.append(name)
        elif name.endswith(".py"):
            named.append("".join(folders) + name)
    there = {p.relative_to(SOURCE).as_posix() for p in MODULES if p.name != "__init__.py"}
    assert len(named) == len(set(named))
    assert set(named) == there


def test_compiled_loops_import_nothing_from_other_rooms():
    # The cache on disk is valid while no file of this folder changes.
    own = "stance.features.compiled."
    for path in (SOURCE / "features" / "compiled").glob("*.py"):
        for name in imported_modules(path):
            assert not name.startswith("stance") or name.startswith(own), f"{path} imports {name}"


MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 50

# What is longer, and why.
LONG_FUNCTIONS = {
    # Reading takes a tenth more time, or more, where this loop calls another one.
    "features/compiled/letters.py read_runs",
}


def n_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body, without its signature and its docstring."""
    body = function.body[ast.get_docstring(function) is not None :]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_no_module_is_too_long():
    long = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if len(path.read_text("utf-8").splitlines()) > MOST_LINES_OF_A_MODULE
    }
    assert not long


@pytest.mark.slow
def test_no_function_is_too_long():
    found = {
        f"{path.relative_to(SOURCE).as_posix()} {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and n_lines(node) > MOST_LINES_OF_A_FUNCTION
    }
    assert found == LONG_FUNCTIONS


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.slow
@pytest.mark.parametrize("code", ["import stance", "import stance.cli"])
def test_start_up_loads_nothing_heavy(code):
    assert not loaded_after(code) & set(HEAVY)


@pytest.mark.slow
def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['stance', '--help']\n"
        "from stance.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
    )
    assert not loaded_after(code) & set(HEAVY)


@pytest.mark.slow
def test_prediction_loads_no_training_library(tmp_path, fast_model):
    from stance.model.persistence import save_model

    save_model(fast_model, tmp_path / "model")
    code = (
        "from stance import Article, load_model, predict\n"
        f"model = load_model({str(tmp_path / 'model')!r})\n"
        "assert list(predict(model, [Article('1', 'قال المرصد')]))"
    )
    assert not loaded_after(code) & {"sklearn", "camel_tools", "torch", "pandas", "matplotlib"}


# Modules that make of bytes what runs code.
UNSAFE = {"pickle", "_pickle", "joblib", "dill", "cloudpickle", "marshal", "shelve", "runpy"}

# Loads a model once, for the imports, and again under watch; then shows that the watch works.
WATCHED_LOADING = """
import pickle, sys
from stance.model.persistence import load_model
first, second = sys.argv[1:]
load_model(first)
events = []
watched = {"pickle.find_class", "marshal.loads", "marshal.load", "compile", "exec", "import",
           "os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen",
           "ctypes.dlopen", "socket.connect"}
sys.addaudithook(lambda event, arguments: events.append(event) if event in watched else None)
load_model(second)
loading = sorted(set(events))
pickle.loads(pickle.dumps(print))
exec("1")
assert {"pickle.find_class", "exec"} <= set(events), "nothing is seen"
print("while loading:", *loading)
"""


def reached_from(module: str) -> set[str]:
    """Return a module of ours and all that it imports of ours, anywhere in the code."""
    reached, open_ones = set(), [module]
    while open_ones:
        name = open_ones.pop()
        if name in reached or not (path := path_of(name)):
            continue
        reached.add(name)
        open_ones += imported_modules(path, when_run=True)
    return reached


def path_of(module: str) -> Path | None:
    """Return the file of a module of ours, or of the one that holds this name."""
    parts = module.split(".")
    if parts[0] != "stance":
        return None
    place = SOURCE.joinpath(*parts[1:])
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


@pytest.mark.slow
def test_no_module_that_loading_a_model_reaches_imports_what_runs_code():
    reached = reached_from("stance.model.persistence")
    assert {"stance.model.persistence", "stance.features.stack", "stance.model.config"} <= reached
    for name in reached:
        found = {part.split(".")[0] for part in imported_modules(path_of(name), when_run=True)}
        assert not found & UNSAFE, name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fast_model", "full_model"])
def test_loading_a_model_runs_no_code(request, tmp_path, name):
    from stance.model.persistence import save_model

    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        save_model(request.getfixturevalue(name), folder)
    command = [sys.executable, "-c", WATCHED_LOADING, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "while loading:\n"
