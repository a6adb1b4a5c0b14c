import ast
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import stance

SOURCE = Path(stance.__file__).parent

# Texts are UTF-16, but for those with a lone surrogate.
KINDS = {"mark_texts": 2, "count_kinds": 2}

# Every kernel once, on texts small enough for plain Python; 5,000 of one word pass the table of
# common counts.
SCRIPT = """
import numpy as np
from stance.features.counting import count_batch
from stance.features.scoring import Scorer
from stance.features.batches import InputBatch
from stance.features.model_input import text_inputs
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.text.normalization_table import NormalizationTable

replacements = {0x640: "", 0x629: "ه", 0xfdfa: "صلي الله"}
table = NormalizationTable(replacements, ((0x653, 0x655),), ((32, 47),))
texts = ["قوات قسد في المدينة", "قسـد وقسد ﷺ 🙂 \\ud800", "", "ك" * 300]
texts.append("ا\\u0653 قسد " + "و " * 5000)
batch = InputBatch(text_inputs(texts), table, by_voice=False)
blocks = []
for name in ("word", "char", "surface"):
    options = TfidfOptions(name, min_n=1, max_n=3, sublinear_tf=name != "char")
    block, values = fit_tfidf(options.tokens_of(batch), options)
    again = block.transform(batch)
    assert (again != values).nnz == 0
    blocks.append(ScaledBlock(name, block, np.ones(len(block.terms), dtype=np.float32)))
features = FeatureStack(table, blocks)
weights = np.random.default_rng(1).normal(size=(features.n_features, 3)).astype(np.float32)
of_words = np.linspace(0, 1, len(blocks[0].block.terms), dtype=np.float32)
found = Scorer(features, weights, of_words).read(text_inputs(texts))
assert found.evidence.scores.any()
print(found.values.tobytes().hex(), *(one.tobytes().hex() for one in found.evidence))
"""


# One kernel is enough to see where compiled code is kept.
SMALL = """
import numpy as np
from stance.features.compiled.string_tables import reindex
reindex(np.full(2, -1), np.full(4, -1))
"""


def run(script=SCRIPT, *, source=SOURCE.parent, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(source), **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_plain_python_gives_the_same_bytes_as_compiled_code():
    assert run(NUMBA_DISABLE_JIT="1") == run()


@pytest.fixture
def installed(tmp_path):
    """Return a copy of the package with nothing compiled beside it."""
    shutil.copytree(SOURCE, tmp_path / "stance", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def kept(folder):
    return list(folder.rglob("string_tables.*.kernel"))


@pytest.mark.slow
def test_compiled_code_is_kept_in_the_cache_folder_that_the_user_names(installed, tmp_path):
    run(SMALL, source=installed, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert kept(tmp_path / "cache")
    assert not kept(installed / "stance")


@pytest.mark.slow
def test_where_the_package_is_read_only_compiled_code_is_kept_in_the_users_cache(
    installed, tmp_path, monkeypatch
):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    # A file in its place: not even root can write into the folder then.
    (installed / "stance" / "features" / "compiled" / "__pycache__").write_text("")
    run(SMALL, source=installed, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert kept(tmp_path / "cache")
    assert not kept(installed / "stance")


# A kernel, and one that calls it from another file.
CALLER = """
from stance.features.compiled.compilation import compiled
from stance.features.compiled.string_tables import extended_hash

@compiled
def call(hashed):
    return extended_hash(hashed, 7, 1 << 20)
"""


@pytest.mark.slow
def test_a_change_in_an_imported_kernel_is_noticed(installed):
    folder = installed / "stance" / "features" / "compiled"
    (folder / "caller.py").write_text(CALLER)
    code = "from stance.features.compiled.caller import call; print(call(5))"
    before = run(code, source=installed)
    assert run(code, source=installed) == before
    path = folder / "string_tables.py"
    old = "return ((hashed ^ int(unit)) * HASH_FACTOR) & hash_mask"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, "return 1234"), "utf-8")
    assert before != run(code, source=installed) == "1234\n"


@pytest.mark.slow
def test_a_change_in_a_constant_of_another_file_is_noticed(installed):
    folder = installed / "stance" / "features" / "compiled"
    (folder / "constant.py").write_text("NUMBER = 1\n")
    (folder / "caller.py").write_text(
        "from stance.features.compiled.compilation import compiled\n"
        "from stance.features.compiled.constant import NUMBER\n\n"
        "@compiled\ndef number():\n    return NUMBER\n"
    )
    code = "from stance.features.compiled.caller import number; print(number())"
    assert run(code, source=installed) == "1\n"
    (folder / "constant.py").write_text("NUMBER = 2\n")
    assert run(code, source=installed) == "2\n"


@pytest.mark.slow
def test_what_has_not_changed_is_not_compiled_again(installed, tmp_path):
    cache = tmp_path / "cache"

    def written():
        run(SMALL, source=installed, NUMBA_CACHE_DIR=str(cache))
        return {path: path.stat().st_mtime_ns for path in kept(cache)}

    before = written()
    assert before
    assert written() == before


def kernels_called_from_outside():
    """Return the compiled functions that the rest of the package imports, by name."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        if path.parent.name == "compiled":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            module = getattr(node, "module", None) or ""
            if isinstance(node, ast.ImportFrom) and module.startswith("stance.features.compiled."):
                for alias in node.names:
                    found[alias.name] = getattr(importlib.import_module(module), alias.name)
    return {name: value for name, value in found.items() if callable(value)}


@pytest.mark.slow
def test_each_kernel_is_compiled_for_one_kind_of_arrays(full_model, seed_articles):
    full_model.scores(seed_articles[:5])
    full_model.features.transform(full_model.config.inputs(seed_articles[:5]))
    kernels = kernels_called_from_outside()
    assert len(kernels) > 20
    several = {
        name: kernel.signatures
        for name, kernel in kernels.items()
        if len(getattr(kernel, "signatures", ())) > KINDS.get(name, 1)
    }
    assert not several


@pytest.mark.slow
def test_a_prediction_with_kept_machine_code_loads_no_numba():
    script = SMALL + "import sys; print('numba' in sys.modules)"
    run(script)
    assert run(script) == "False\n"
