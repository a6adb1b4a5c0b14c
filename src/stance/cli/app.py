"""The `stance` command and its exit codes."""

from __future__ import annotations

import errno
import gc
import sys
import warnings
from typing import Any

import typer

from stance.cli import (
    agreement,
    annotate,
    audit,
    benchmark,
    codebook,
    compare,
    concordance,
    config,
    crossval,
    curve,
    datasets,
    estimate,
    evaluate,
    explain,
    export,
    info,
    keyness,
    lexicon,
    naming,
    predict,
    report,
    sample,
    train,
    tune,
    verify,
)
from stance.cli.console import fail, note, note_compiling
from stance.cli.guarded import guarded
from stance.cli.stopping import (
    Terminated,
    dropped_interruptions_raised_again,
    end_in_order_on_sigterm,
    interrupted_by_ctrl_c,
)
from stance.cli.streams import prepare_streams
from stance.errors import (
    ConfigError,
    RegressionError,
    RenamedSettingWarning,
    StanceError,
    VerificationError,
)
from stance.features.compiled.first_use import when_compiling

FAILED = 1
MISUSED = 2
GATE_FAILED = 3
INTERRUPTED = 130

GARBAGE_AFTER = 100_000

OUTPUT_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)

HELP = """
How Arabic news articles frame a conflict: train, check honestly, label.

To get started, use the model that ships with the package:

\b
    stance predict articles.jsonl -o labels.jsonl

or your own labelled articles (JSON Lines, CSV, TSV, Parquet or a folder of .txt):

\b
    stance crossval labelled.csv            how good is it on unseen outlets?
    stance train labelled.csv -o my-model
    stance predict new.csv -m my-model -o labels.csv

See 'stance COMMAND --help' for details.
"""

app = typer.Typer(
    name="stance",
    help=HELP,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


app.command("train")(guarded(train.train_command))
app.command("evaluate")(guarded(evaluate.evaluate_command))
app.command("crossval")(guarded(crossval.crossval_command))
app.command("curve")(guarded(curve.curve_command))
app.command("compare")(guarded(compare.compare_command))
app.command("predict")(guarded(predict.predict_command))
app.command("explain")(guarded(explain.explain_command))
app.command("concordance")(guarded(concordance.concordance_command))
app.command("report")(guarded(report.report_command))
app.command("verify")(guarded(verify.verify_command))
app.command("info")(guarded(info.info_command))
app.command("agreement")(guarded(agreement.agreement_command))
app.command("audit")(guarded(audit.audit_command))
app.command("estimate")(guarded(estimate.estimate_command))
app.command("naming")(guarded(naming.naming_command))
app.command("sample")(guarded(sample.sample_command))
app.command("keyness")(guarded(keyness.keyness_command))
app.command("benchmark")(guarded(benchmark.benchmark_command))
app.command("tune", epilog=tune.NEEDS)(guarded(tune.tune_command))
app.command("config")(guarded(config.config_command))
app.command("export")(guarded(export.export_command))
app.add_typer(annotate.app, name="annotate")
app.add_typer(lexicon.app, name="lexicon")
app.add_typer(codebook.app, name="codebook")
app.add_typer(datasets.app, name="datasets")


@app.callback(help=HELP)
def top(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    """Show the version or the help."""
    if version:
        from stance.distribution import toolkit_version

        typer.echo(f"stance {toolkit_version()}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


_show_plainly = warnings.showwarning


def _show_warning(
    message: Warning | str, category: type[Warning], *where: Any, **options: Any
) -> None:
    """Show a warning for users in one line, without its place in the code."""
    if issubclass(category, RenamedSettingWarning):
        note(str(message))
    else:
        _show_plainly(message, category, *where, **options)


def main() -> None:
    """Run the command line and exit.

    The exit code is 0 for success, 1 for failure, 2 for misuse, 3 for a failed
    benchmark gate or a model that is not made again, and 130 or 143 if the
    command was stopped by a signal.
    """
    # Imports and models create many long-lived objects. Garbage collection of them takes a fifth of
    # the time of labelling one short article.
    gc.set_threshold(GARBAGE_AFTER)
    prepare_streams()
    end_in_order_on_sigterm()
    warnings.showwarning = _show_warning
    when_compiling(note_compiling)
    try:
        with dropped_interruptions_raised_again(), interrupted_by_ctrl_c():
            app()
    except ConfigError as error:
        fail(str(error))
        sys.exit(MISUSED)
    except (RegressionError, VerificationError) as error:
        fail(str(error))
        sys.exit(GATE_FAILED)
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
        # The library handles errors of named files, so this is standard output.
        if error.errno not in OUTPUT_FAULTS:
            raise
        fail(
            f"Got an output that cannot be written: {error.strerror}. "
            "Check that the disk is not full and that the output stays open, and try again."
        )
        sys.exit(FAILED)
    finally:
        gc.freeze()
