"""The blocks there are. To add one is to add a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stance.features.lexicon_block import LexiconBlock
from stance.features.lexicon_settings import LexiconSettings
from stance.features.tfidf import TfidfBlock
from stance.features.tfidf_settings import CharSettings, WordSettings

if TYPE_CHECKING:
    from stance.features.block import Block
    from stance.features.settings import BlockSettings


class BlockKind(NamedTuple):
    """One kind of features.

    Parameters
    ----------
    name : str
        Its section of the settings, ``features.NAME``, and how its columns and
        tensors begin.
    block : type of Block
    settings : type of BlockSettings
    files : tuple of str
        Its files in a model folder, besides the tensors.
    """

    name: str
    block: type[Block]
    settings: type[BlockSettings]
    files: tuple[str, ...]


# In the order of a matrix's columns.
BLOCKS = (
    BlockKind("word", TfidfBlock, WordSettings, ("word.txt",)),
    BlockKind("char", TfidfBlock, CharSettings, ("char.txt",)),
    BlockKind("lexicon", LexiconBlock, LexiconSettings, ("lexicon.json",)),
)
