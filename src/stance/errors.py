"""The errors that the toolkit raises for a caller's mistake.

Every message says what was given, what was expected and what to do next. The
command line prints the message alone; a traceback means a bug in the toolkit.
"""


class StanceError(Exception):
    """Base class of all errors that the toolkit raises for a caller's mistake."""


class ConfigError(StanceError):
    """A setting is unknown, has the wrong type or is out of its range."""


class CorpusError(StanceError):
    """Articles, a lexicon or a codebook cannot be read or cannot be used."""


class DamagedFileError(CorpusError):
    """A file of articles cannot be read to its end, because its content is damaged."""


class MissingFieldError(CorpusError):
    """A requested field is in none of the rows."""


class DateError(CorpusError):
    """A value cannot be parsed as a date."""


class AmbiguousDateError(DateError):
    """A date is ambiguous: day-first and month-first order give different days."""


class ModelError(StanceError):
    """A model folder is missing, damaged, altered or of an unsupported format."""


class OutputError(StanceError):
    """A result cannot be written to the requested output."""


class RegressionError(StanceError):
    """A benchmark run is worse than its baseline by more than the margin."""


class VerificationError(StanceError):
    """A corpus and the settings of a model do not give the model again."""


class BenchmarkError(StanceError):
    """Parts of a benchmark failed; the results of the others are kept."""


class RejectedRowsWarning(UserWarning):
    """Rows were skipped because they cannot be used, and no callback receives them."""


class InterruptedRunError(StanceError):
    """A run was interrupted; its progress is saved and it can be resumed."""


class ClusterError(StanceError):
    """Workers of a cluster cannot be reached, or cannot do the work."""


class RenamedSettingWarning(UserWarning):
    """A setting was given by its old name."""
