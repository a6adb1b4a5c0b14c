"""The errors that the toolkit raises for a caller's mistake.

Every message says what came, what was expected and what to do next. The
command line prints the message alone; a traceback is kept for our own bugs.
"""


class StanceError(Exception):
    """Any mistake in what the caller handed over; base of the others."""


class ConfigError(StanceError):
    """A setting is unknown, has the wrong type or is out of its range."""


class CorpusError(StanceError):
    """Articles, a lexicon or a codebook cannot be read or cannot be used."""


class DamagedFileError(CorpusError):
    """A file of articles cannot be read to its end, because its content is damaged."""


class MissingFieldError(CorpusError):
    """A field that was asked for by name is in none of the rows."""


class DateError(CorpusError):
    """A value is no date that can be read."""


class AmbiguousDateError(DateError):
    """A date means another day with the day first than with the month first."""


class ModelError(StanceError):
    """A model folder is missing, damaged, altered or from another format."""


class OutputError(StanceError):
    """A result cannot be written where it was asked for."""


class RegressionError(StanceError):
    """A benchmark run is worse than the baseline that it must hold."""


class BenchmarkError(StanceError):
    """Parts of a benchmark failed; the results of the others are kept."""


class RejectedRowsWarning(UserWarning):
    """Rows were left out because they cannot be used, and the caller did not ask for them."""


class InterruptedRunError(StanceError):
    """A run had to stop, but what it did is kept and it can go on."""


class ClusterError(StanceError):
    """Workers on other machines cannot be reached, or cannot do the work."""


class RenamedSettingWarning(UserWarning):
    """A setting was given by a name that it had before."""
