"""The registry of feature blocks. To add a block, add a line here."""

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
    """Registry entry of a feature block.

    Parameters
    ----------
    name : str
        The settings section, ``features.NAME``, and the prefix of its columns
        and tensors.
    block : type of Block
    settings : type of BlockSettings
    files : tuple of str
        The block's files in a model folder, in addition to the tensors.
    """

    name: str
    block: type[Block]
    settings: type[BlockSettings]
    files: tuple[str, ...]


# In the order of the columns of the feature matrix.
BLOCKS = (
    BlockKind("word", TfidfBlock, WordSettings, ("word.txt",)),
    BlockKind("char", TfidfBlock, CharSettings, ("char.txt",)),
    BlockKind("lexicon", LexiconBlock, LexiconSettings, ("lexicon.json",)),
)
