"""The `stance` command and how it ends."""

from __future__ import annotations

import errno
import gc
import os
import sys

import typer

from stance.cli import (
    agreement,
    audit,
    benchmark,
    compare,
    config,
    crossval,
    datasets,
    evaluate,
    export,
    info,
    predict,
    train,
    tune,
    verify,
)
from stance.cli.console import fail
from stance.cli.overwriting import never_overwriting
from stance.errors import ConfigError, StanceError

FAILED = 1
MISUSED = 2
INTERRUPTED = 130

GARBAGE_AFTER = 100_000

OUTPUT_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

HELP = """
How Arabic news articles frame a conflict: train, check honestly, label.

A first walk, with the model that ships with the package:

\b
    stance predict articles.jsonl -o labels.jsonl

and with labelled articles of your own (JSON Lines, CSV, TSV, Parquet or a folder of .txt):

\b
    stance crossval labelled.csv            how good, on outlets never seen?
    stance train labelled.csv -o my-model
    stance predict new.csv -m my-model -o labels.csv

'stance COMMAND --help' tells more about each.
"""

app = typer.Typer(
    name="stance",
    help=HELP,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

app.command("train")(never_overwriting(train.train_command))
app.command("evaluate")(never_overwriting(evaluate.evaluate_command))
app.command("crossval")(never_overwriting(crossval.crossval_command))
app.command("compare")(never_overwriting(compare.compare_command))
app.command("predict")(never_overwriting(predict.predict_command))
app.command("verify")(never_overwriting(verify.verify_command))
app.command("info")(never_overwriting(info.info_command))
app.command("agreement")(never_overwriting(agreement.agreement_command))
app.command("audit")(never_overwriting(audit.audit_command))
app.command("benchmark")(never_overwriting(benchmark.benchmark_command))
app.command("tune", epilog=tune.NEEDS)(tune.tune_command)
app.command("config")(never_overwriting(config.config_command))
app.command("export")(never_overwriting(export.export_command))
app.add_typer(datasets.app, name="datasets")


@app.callback(help=HELP)
def top(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    """Answer what belongs to no command."""
    if version:
        from stance.distribution import toolkit_version

        typer.echo(f"stance {toolkit_version()}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 misused."""
    # Imports and models make many objects that stay. To look for cycles among them again and again,
    # and once more at the end, takes a fifth of the time of one short article.
    gc.set_threshold(GARBAGE_AFTER)
    try:
        app()
    except ConfigError as error:
        fail(str(error))
        sys.exit(MISUSED)
    except StanceError as error:
        fail(str(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        fail("Interrupted.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # Whatever stands on a named file is told by the library; this is standard output itself.
        if error.errno not in OUTPUT_TROUBLE:
            raise
        fail(f"Got an output that cannot be written: {error.strerror}. Make room and try again.")
        sys.exit(FAILED)
    finally:
        gc.freeze()
