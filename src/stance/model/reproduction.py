"""Whether a corpus and a model's own settings give the model again, to the same bytes."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stance.errors import ConfigError
from stance.model.config import setting, with_settings
from stance.model.corpus_summary import FIELDS, summarise
from stance.model.manifest import TENSORS
from stance.model.persistence import as_stored, model_files
from stance.model.resolve_auto import resolve_auto
from stance.model.training import labelled_corpus, learn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stance.corpus.article import Article
    from stance.model.config import TrainingConfig
    from stance.model.corpus_summary import CorpusSummary
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.persistence import StoredModel
    from stance.model.record import TrainingRecord

LEXICON_PATH = "features.lexicon.path"
ORDER = "order of the articles"
FINGERPRINT = "corpus hash"
# Entries of the manifest that are compared by themselves, or that change no label.
NOT_COMPARED = {"format", "versions", "files", "description"}


class Difference(NamedTuple):
    """A value of the model, and the one that was found instead."""

    name: str
    expected: str
    found: str


class TensorDifference(NamedTuple):
    """A tensor with other values; `largest` is the largest difference, None if shapes differ."""

    name: str
    largest: float | None


@dataclass(frozen=True)
class Reproduction:
    """The comparison of a model with a corpus, and with a model trained on it again.

    Parameters
    ----------
    n_articles : int
        Size of the corpus, auxiliary articles not counted.
    corpus : tuple of Difference
        How the corpus differs from the one that the model was trained on.
    other_ids : bool
        Whether the ids of articles differ, on which a model does not depend.
    trained_again : bool
        Whether a model was trained for the comparison.
    same_files : tuple of str
        Files of the model with the same bytes.
    files : tuple of Difference
        Files with other bytes: the sha256 of both.
    tensors : tuple of TensorDifference
        Tensors of ``weights.safetensors`` with other values.
    manifest : tuple of Difference
        Entries of the manifest with other values.
    versions : tuple of Difference
        Versions of libraries, and of the format, that differ from those that the
        model was trained with.
    """

    n_articles: int
    corpus: tuple[Difference, ...]
    other_ids: bool = False
    trained_again: bool = False
    same_files: tuple[str, ...] = ()
    files: tuple[Difference, ...] = ()
    tensors: tuple[TensorDifference, ...] = ()
    manifest: tuple[Difference, ...] = ()
    versions: tuple[Difference, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing differs but versions."""
        return not (self.corpus or self.files or self.manifest)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        values = asdict(self)
        for name in ("corpus", "files", "tensors", "manifest", "versions"):
            values[name] = [part._asdict() for part in getattr(self, name)]
        return {"holds": self.holds, **values}


def reproduce(
    stored: StoredModel,
    folder: str | Path,
    articles: Sequence[Article],
    *,
    auxiliary: Sequence[Article] = (),
    always_train: Sequence[Article] = (),
    lexicon: str = "",
    train_again: bool = True,
    progress: Callable[[str], None] = lambda step: None,
) -> Reproduction:
    """Compare a model with a corpus, and if this is its own, train it again.

    Parameters
    ----------
    stored : StoredModel
    folder : path
        The folder of the model.
    articles, auxiliary, always_train : sequence of Article
        As for `stance.model.training.train`.
    lexicon : str, optional
        The lexicon's file or folder, if it is not where it was at training.
    train_again : bool
        Whether to train; else only the corpus is compared.
    progress : callable, optional
        Called with the name of each step as it begins.

    Raises
    ------
    CorpusError
        If no model can be trained on the articles.
    ConfigError
        If the model's lexicon is not found.
    """
    config = _config(stored, lexicon)
    corpus = labelled_corpus(articles, stored.model.codebook, auxiliary, always_train)
    record, summary = stored.manifest.record, summarise(corpus)
    differences = tuple(_corpus_differences(record, corpus, summary))
    compared = Reproduction(
        len(corpus.articles), differences, other_ids=_differing_fields(record, summary) == ["id"]
    )
    if differences or not train_again:
        return compared
    model = learn(
        corpus, resolve_auto(corpus, config), codebook=stored.model.codebook, progress=progress
    )
    files = model_files(model)
    again = as_stored(model, files)
    return replace(
        compared,
        trained_again=True,
        same_files=tuple(
            name
            for name, entry in stored.manifest.files.items()
            if again.manifest.files.get(name) == entry
        ),
        files=tuple(_file_differences(stored, again)),
        tensors=tuple(_tensor_differences((Path(folder) / TENSORS).read_bytes(), files[TENSORS])),
        manifest=tuple(_manifest_differences(stored, again, other_ids=compared.other_ids)),
        versions=tuple(_versions(stored, again)),
    )


def _config(stored: StoredModel, lexicon: str) -> TrainingConfig:
    """Return the model's settings, with the lexicon where it is here."""
    config = stored.model.config
    path = lexicon or str(setting(config, LEXICON_PATH))
    if setting(config, "features.lexicon.enabled") is True and path and not Path(path).exists():
        raise ConfigError(
            f"Got a model that was trained with the lexicon {path}, which is not here. Give the "
            "same lexicon with --lexicon."
        )
    return with_settings(config, {LEXICON_PATH: path}) if lexicon else config


def _corpus_differences(
    record: TrainingRecord, corpus: LabelledCorpus, summary: CorpusSummary
) -> Iterator[Difference]:
    """Yield what differs from the training corpus: counts; else values of fields or their order."""
    counts = list(_differing_counts(record, corpus, summary))
    if counts:
        yield from counts
        return
    known, names = record.corpus, _differing_fields(record, summary)
    if known is not None and names and names != ["id"]:
        if known.articles_sha256 == summary.articles_sha256:
            yield Difference(ORDER, "as at training", "another")
            return
        for name in names:
            hashes = known.field_sha256.get(name, ""), summary.field_sha256[name]
            yield Difference(f"values of {name}", *hashes)
        return
    fingerprint = corpus.fingerprint()
    if names != ["id"] and fingerprint != record.fingerprint:
        yield Difference(FINGERPRINT, record.fingerprint, fingerprint)


def _differing_counts(
    record: TrainingRecord, corpus: LabelledCorpus, summary: CorpusSummary
) -> Iterator[Difference]:
    outlets, events = (
        len({getattr(a, name) for a in corpus.articles} - {None}) for name in ("outlet", "event")
    )
    labels = Counter(str(article.label) for article in corpus.articles)
    pairs = [
        ("articles", record.n_articles, len(corpus.articles)),
        *(
            (f"articles labelled {label!r}", record.label_counts.get(label, 0), labels[label])
            for label in sorted({*record.label_counts, *labels})
        ),
        ("outlets", record.n_outlets, outlets),
        ("events", record.n_events, events),
    ]
    if record.corpus is not None:
        known = record.corpus
        pairs += [
            ("articles never held out", known.n_always_train, summary.n_always_train),
            ("auxiliary articles", known.n_auxiliary, summary.n_auxiliary),
        ]
    for name, expected, found in pairs:
        if expected != found:
            yield Difference(name, f"{expected:,}", f"{found:,}")


def _differing_fields(record: TrainingRecord, summary: CorpusSummary) -> list[str]:
    """Return the fields with other values, or in another order; none if they are not recorded."""
    if record.corpus is None:
        return []
    known = record.corpus.field_sha256
    return [name for name in FIELDS if known.get(name) != summary.field_sha256[name]]


def _file_differences(stored: StoredModel, again: StoredModel) -> Iterator[Difference]:
    before, now = stored.manifest.files, again.manifest.files
    for name in sorted({*before, *now}):
        hashes = [files[name].sha256 if name in files else "" for files in (before, now)]
        if hashes[0] != hashes[1]:
            yield Difference(name, *hashes)


def _tensor_differences(before: bytes, now: bytes) -> Iterator[TensorDifference]:
    from safetensors.numpy import load

    first, second = load(before), load(now)
    for name in sorted({*first, *second}):
        one, other = first.get(name), second.get(name)
        if one is None or other is None or one.shape != other.shape:
            yield TensorDifference(name, None)
        elif not np.array_equal(one, other):
            yield TensorDifference(name, float(np.abs(one - other).max()))


def _manifest_differences(
    stored: StoredModel, again: StoredModel, *, other_ids: bool
) -> Iterator[Difference]:
    before, now = (_flat(one.manifest.model_dump(exclude=NOT_COMPARED)) for one in (stored, again))
    ignored = [LEXICON_PATH]
    if other_ids:
        ignored += ["record.fingerprint", "record.corpus.field_sha256.id"]
    if stored.manifest.record.corpus is None:
        ignored.append("record.corpus")
    for name in sorted({*before, *now}):
        is_ignored = any(part in name for part in ignored)
        if not is_ignored and before.get(name) != now.get(name):
            yield Difference(name, str(before.get(name)), str(now.get(name)))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested values by dotted names."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _versions(stored: StoredModel, again: StoredModel) -> Iterator[Difference]:
    """Yield what differs between the software of the model and what is installed."""
    before, now = stored.manifest, again.manifest
    if before.format != now.format:
        yield Difference("model format", str(before.format), str(now.format))
    for name in sorted({*before.versions, *now.versions}):
        versions = before.versions.get(name, ""), now.versions.get(name, "")
        if versions[0] != versions[1]:
            yield Difference(name, *versions)
