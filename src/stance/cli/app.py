"""The `stance` command and how it ends."""

from __future__ import annotations

import errno
import gc
import sys
from collections.abc import Callable

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
from stance.cli.stopping import Terminated, end_in_order_on_sigterm, interrupted_by_ctrl_c
from stance.cli.streams import ending_with_the_reader, prepare_streams
from stance.errors import ConfigError, StanceError

FAILED = 1
MISUSED = 2
INTERRUPTED = 130

GARBAGE_AFTER = 100_000

OUTPUT_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)

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


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what all of them owe their user's files and pipes."""
    return ending_with_the_reader(never_overwriting(command))


app.command("train")(_guarded(train.train_command))
app.command("evaluate")(_guarded(evaluate.evaluate_command))
app.command("crossval")(_guarded(crossval.crossval_command))
app.command("compare")(_guarded(compare.compare_command))
app.command("predict")(_guarded(predict.predict_command))
app.command("verify")(_guarded(verify.verify_command))
app.command("info")(_guarded(info.info_command))
app.command("agreement")(_guarded(agreement.agreement_command))
app.command("audit")(_guarded(audit.audit_command))
app.command("benchmark")(_guarded(benchmark.benchmark_command))
app.command("tune", epilog=tune.NEEDS)(_guarded(tune.tune_command))
app.command("config")(_guarded(config.config_command))
app.command("export")(_guarded(export.export_command))
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
    """Run the command line and exit: 0 done, 1 failed, 2 misused, 130 and 143 stopped."""
    # Imports and models make many objects that stay. To look for cycles among them again and again,
    # and once more at the end, takes a fifth of the time of one short article.
    gc.set_threshold(GARBAGE_AFTER)
    prepare_streams()
    end_in_order_on_sigterm()
    try:
        with interrupted_by_ctrl_c():
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
    except Terminated:
        fail("Terminated.")
        raise
    except OSError as error:
        # Whatever stands on a named file is told by the library; this is standard output itself.
        if error.errno not in OUTPUT_TROUBLE:
            raise
        fail(
            f"Got an output that cannot be written: {error.strerror}. "
            "Make room, or leave it open, and try again."
        )
        sys.exit(FAILED)
    finally:
        gc.freeze()
