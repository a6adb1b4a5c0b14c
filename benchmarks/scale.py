"""What labelling costs on one core and on two, and what the machine that gives it out has to do.

    python benchmarks/scale.py

Labels a third of the data set ant, and all of it, by either engine with one core and with two, and
takes the processor time of the workers and of the machine that gives the work out apart: the
difference of the two runs is what an article costs, without what a run costs once. Then cuts the
same articles as JSON Lines and as CSV, writes the labels, gives out calls that do nothing, and none
at all. Writes benchmarks/results/scale.json, from which docs/scale.md counts on. Processor time is
the figure to go by where others use the machine too.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import tempfile
import time
from collections import deque
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import stance
from stance.distributed.connection import connected
from stance.distributed.labelling_engine import PARTITION_BYTES, DaskEngine
from stance.formats.byte_ranges import cut
from stance.formats.cursor import Place
from stance.formats.input_file import identify
from stance.formats.source import Source
from stance.labelling.engine import LocalEngine
from stance.labelling.finishing import build, sha256_of
from stance.labelling.journal import Checkpoint, Spool
from stance.labelling.plan import plan_labelling
from stance.labelling.run import label_to_target
from stance.labelling.target import choose_target
from stance.model.persistence import read_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stance.corpus.article import Article
    from stance.distributed.connection import Cluster
    from stance.labelling.engine import Engine

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "scale.json"
MODEL = ROOT / "models" / "syria-framing"
PART = 3
CORES = (1, 2)
CALLS = 2000
CALLS_AHEAD = 4
IDLE = 10.0


def main() -> None:
    """Measure, and write the result."""
    articles = list(stance.read_articles(["dataset:ant"], on_rejected=lambda row: None))
    with tempfile.TemporaryDirectory(prefix="stance-scale-") as name:
        folder = Path(name)
        whole, part = folder / "whole.jsonl", folder / "part.jsonl"
        write_lines(whole, articles)
        write_lines(part, articles[::PART])
        write_table(folder / "whole.csv", articles)
        result = {
            "articles": len(articles),
            "bytes": whole.stat().st_size,
            "partition_bytes": PARTITION_BYTES,
            "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
            "load_average_before": os.getloadavg()[0],
            "labelling": labelling(folder, {len(articles): whole, len(articles[::PART]): part}),
            "cutting": {kind: cutting(folder / f"whole.{kind}") for kind in ("jsonl", "csv")},
            "finishing": {kind: finishing(folder, whole, kind) for kind in ("jsonl", "parquet")},
            "giving_out": giving_out(),
        }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def write_lines(path: Path, articles: Sequence[Article]) -> None:
    """Write articles as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for article in articles:
            row = {"id": article.id, "title": article.title, "text": article.text}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_table(path: Path, articles: Sequence[Article]) -> None:
    """Write articles as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "text"])
        writer.writerows((article.id, article.title, article.text) for article in articles)


def labelling(folder: Path, inputs: dict[int, Path]) -> list[dict[str, Any]]:
    """Label inputs of two sizes by each engine with each number of cores."""
    found = []
    files: dict[str, Any] = {"folder": folder, "inputs": inputs}
    for cores in CORES:
        local = LocalEngine(cores)
        found.append(costs("local", cores, **files, engine=local, elsewhere=lambda: 0.0))
        with connected(workers=cores) as cluster:
            engine = DaskEngine(cluster)
            measured = {**files, "engine": engine, "elsewhere": partial(worker_seconds, cluster)}
            found.append(costs("dask", cores, **measured))
    return found


def costs(
    name: str,
    cores: int,
    *,
    engine: Engine,
    folder: Path,
    inputs: dict[int, Path],
    elsewhere: Callable[[], float],
) -> dict[str, Any]:
    """Return what each run took, and what an article costs by their difference."""
    label(engine, min(inputs.values(), key=lambda path: path.stat().st_size), folder)
    runs = []
    for n, path in sorted(inputs.items()):
        before = (time.perf_counter(), time.process_time(), elsewhere())
        label(engine, path, folder)
        after = (time.perf_counter(), time.process_time(), elsewhere())
        wall, here, there = (late - early for late, early in zip(after, before, strict=True))
        runs.append({"articles": n, "wall": wall, "cpu_here": here, "cpu_workers": there})
        print(name, cores, runs[-1], flush=True)
    more = runs[1]["articles"] - runs[0]["articles"]
    each = {
        kind: (runs[1][kind] - runs[0][kind]) / more * 1e6
        for kind in ("wall", "cpu_here", "cpu_workers")
    }
    return {"engine": name, "cores": cores, "runs": runs, "microseconds_for_an_article": each}


def label(engine: Engine, source: Path, folder: Path) -> None:
    """Label one file into another."""
    target = choose_target(str(folder / "labels.jsonl"), None)
    task = plan_labelling(read_model(MODEL), str(MODEL), Source((str(source),)), part_rows=None)
    label_to_target(task, target, engine=engine, force=True)


def worker_seconds(cluster: Cluster) -> float:
    """Return the processor time of all workers up to now."""
    return float(sum(cluster.client.run(time.process_time).values()))


def cutting(path: Path) -> dict[str, float]:
    """Return what it takes to cut a file, which one machine does for all."""
    before = time.process_time()
    n = sum(1 for _ in cut(identify(str(path)), Place(), PARTITION_BYTES))
    seconds = time.process_time() - before
    return {
        "byte_ranges": n,
        "cpu_seconds": seconds,
        "megabytes_per_cpu_second": path.stat().st_size / 1e6 / seconds,
    }


def finishing(folder: Path, source: Path, file_format: str) -> dict[str, float]:
    """Return what it takes to write rows that were labelled, and to make a file of them."""
    task = plan_labelling(
        *(read_model(MODEL), str(MODEL), Source((str(source),))),
        output_format=file_format,
        part_rows=None,
    )
    labelled = [batch for batch, _ in LocalEngine(1).batches(task, Checkpoint(), Event())]
    n = sum(batch.run_counts.n_labelled for batch in labelled)
    before = time.process_time()
    spool = Spool(folder / "spool", 0)
    spool.write(task.labeller.encoder.header())
    for batch in labelled:
        spool.write(batch.rows)
    spool.sync()
    spool.close()
    built = build(spool.path, file_format, "", folder / "built")
    sha256_of(built)
    seconds = time.process_time() - before
    size = built.stat().st_size
    spool.path.unlink(missing_ok=True)
    return {"microseconds_for_a_row": seconds / n * 1e6, "bytes_for_a_row": size / n}


def giving_out() -> dict[str, float]:
    """Return what it takes to give out a call and to take its result, scheduler included."""
    with connected(workers=max(CORES)) as cluster:
        name = cluster.broadcast("", str)
        waiting = deque(cluster.submit(name, len) for _ in range(CALLS_AHEAD))
        before = (time.perf_counter(), time.process_time())
        for _ in range(CALLS):
            waiting.popleft().result()
            waiting.append(cluster.submit(name, len))
        wall, cpu = time.perf_counter() - before[0], time.process_time() - before[1]
        for work in waiting:
            work.result()
        before_idling = time.process_time()
        time.sleep(IDLE)
        idle = (time.process_time() - before_idling) / IDLE
    return {
        "calls": CALLS,
        "cpu_ms_for_a_call": cpu / CALLS * 1e3,
        "wall_ms_for_a_call": wall / CALLS * 1e3,
        "cpu_share_while_idle": idle,
    }


if __name__ == "__main__":
    main()
