import pytest

from stance.corpus.article import Article
from stance.corpus.document_kinds import HEADLINE_WORDS, document_kind, kind_of


@pytest.mark.parametrize(("n_words", "kind"), [(0, "headline"), (20, "headline"), (21, "article")])
def test_the_kind_follows_from_the_number_of_words(n_words, kind):
    assert HEADLINE_WORDS == 20
    assert document_kind(n_words) == kind


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        (None, "قَسَد " * 20, "headline"),
        (None, "قســـد " * 21, "article"),
        ("عاجل", "كلمة " * 19, "headline"),
        ("عاجل", "كلمة " * 20, "article"),
        ("عاجل", "كلمة – " * 19, "headline"),
        (None, "", "headline"),
        (None, "🙂 " * 40, "headline"),
        (None, "\ud800 " * 3, "headline"),
        (None, "ك" * 100_000, "headline"),
    ],
)
def test_words_of_title_and_text_count(title, text, kind):
    assert kind_of(Article("1", text, title=title)) == kind
