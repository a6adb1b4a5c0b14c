import sys

from stance.features.folding import WHITE_SPACE


def test_white_space_is_all_that_split_knows():
    assert [p for p in range(sys.maxunicode + 1) if chr(p).isspace()] == WHITE_SPACE
