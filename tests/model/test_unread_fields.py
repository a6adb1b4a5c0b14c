import dataclasses

import pytest

from stance.corpus.article import Article
from stance.errors import CorpusError
from stance.evaluation.confounding import probe_outlets
from stance.evaluation.protocol import cross_validate
from stance.model.training import train
from stance.model.unread_fields import refuse_contradictions, unread_fields


def corpus(label_of):
    """Return thirty texts, each for two targets; `label_of` decides their labels."""
    return [
        Article(
            f"{n}-{target}",
            f"خبر رقم {n} عن السوق والطريق والنهر",
            label=label_of(n, target),
            target=target,
            outlet=f"o{n % 3}",
        )
        for n in range(30)
        for target in ("الاتفاق", "الحصار")
    ]


def by_target(n, target):
    return "مؤيد" if target == "الاتفاق" and n % 2 else "معارض"


def by_text(n, target):
    return "مؤيد" if n % 2 else "معارض"


@pytest.mark.parametrize("learn", [train, cross_validate])
def test_contradictory_labels_of_one_text_are_refused(learn):
    with pytest.raises(CorpusError) as told:
        learn(corpus(by_target))
    message = str(told.value)
    assert "15 texts with different labels for different targets" in message
    assert "خبر رقم 1 عن" in message
    assert "'مؤيد' for 'الاتفاق', 'معارض' for 'الحصار'" in message
    assert "--where target='الاتفاق' (30 articles)" in message


def test_what_is_labelled_alike_for_every_target_may_be_learned(fast_config):
    articles = corpus(by_text)
    assert train(articles, fast_config).labels == ("مؤيد", "معارض")
    found = unread_fields(articles)
    assert found.targets == {"الاتفاق": 30, "الحصار": 30}
    assert found.shared_texts == 30
    assert found.contradictions == ()


def test_other_texts_on_other_targets_contradict_nothing():
    articles = corpus(by_target)
    apart = [a for n, a in enumerate(articles) if n // 2 % 2 == n % 2]
    assert {a.target for a in apart} == {"الاتفاق", "الحصار"}
    assert unread_fields(apart).contradictions == ()
    refuse_contradictions(apart)


def test_two_labels_for_one_target_are_no_contradiction_of_targets():
    again = [Article(str(n), "خبر", label=label, target="أ") for n, label in enumerate("xy")]
    other = [Article("2", "آخر", label="x", target="ب")]
    assert unread_fields([*again, *other]).contradictions == ()


def test_a_title_tells_texts_apart():
    first, second = corpus(by_target)[2:4]
    named = [dataclasses.replace(first, title="عنوان"), dataclasses.replace(second, title="آخر")]
    assert unread_fields(named).contradictions == ()
    assert len(unread_fields([first, second]).contradictions) == 1


def test_auxiliary_articles_may_contradict_each_other(fast_config):
    own = [Article(f"own{n}", f"نص {n} آخر", label="ab"[n % 2]) for n in range(12)]
    assert train(own, fast_config, auxiliary=corpus(by_target)).labels == ("a", "b")


def test_the_outlet_of_such_articles_can_still_be_probed():
    articles = [dataclasses.replace(a, outlet=f"{a.outlet}{a.target}") for a in corpus(by_target)]
    assert probe_outlets(articles).outlets == 6


def test_the_message_names_the_field_and_few_of_many_targets():
    articles = [
        Article(f"{n}-{m}", f"خبر {n}", label=str(m % 2), target=f"هدف {m}")
        for n in range(3)
        for m in range(8)
    ]
    with pytest.raises(CorpusError) as told:
        refuse_contradictions(articles, target_field="topic")
    assert "--where topic='هدف 0' (3 articles)" in str(told.value)
    assert str(told.value).count("--where") == 5
    assert "and 3 more" in str(told.value)


PAIR = {"s1": "أعلن المجلس فتح المعبر", "s2": "نفى المجلس فتح المعبر"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (PAIR, ("s1", "s2")),
        ({"s1": PAIR["s1"]}, ()),
        ({"claim": PAIR["s1"], "text": "نص"}, ("claim",)),
        ({"claim": "V-479", "text": "نص"}, ()),
        ({"second": PAIR["s2"]}, ("second",)),
        ({"text": PAIR["s1"], "title": PAIR["s2"]}, ()),
    ],
)
def test_pairs_are_seen_by_their_fields(row, expected):
    articles = [Article(str(n), "نص", label="x") for n in range(5)]
    assert unread_fields(articles, [row] * 5).pair_fields == expected


def test_a_field_that_is_read_is_no_second_text():
    rows = [PAIR] * 5
    articles = [Article(str(n), PAIR["s1"], title=PAIR["s2"]) for n in range(5)]
    assert unread_fields(articles, rows, read=("s1", "s2")).pair_fields == ()
    assert unread_fields(articles, rows, read=("s1", "title")).pair_fields == ("s2",)
