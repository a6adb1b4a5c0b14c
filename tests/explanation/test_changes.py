"""What would change a label: each figure is that of a text labelled again."""

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.explanation.changes import _attached, _Edit, _particle, edited
from stance.explanation.explaining import explain
from stance.explanation.records import Place


def difference(model, article, one):
    logits = model.logits([article])[0]
    return logits[model.labels.index(one.label)] - logits[model.labels.index(one.against)]


@pytest.mark.slow
def test_removals_are_labelled_again_and_flip_the_label(full_model, seed_articles):
    found = list(explain(full_model, seed_articles[:24], changes=True))
    assert sum(one.changes.flips for one in found) > 12
    for one in found:
        edits, before = [], one.logit_difference
        for step in one.changes.removals:
            edits += [_Edit(place, "") for place in step.places]
            left = edited(one.article, edits)
            assert step.logit_difference == pytest.approx(difference(full_model, left, one))
            assert step.effect == pytest.approx(before - step.logit_difference)
            assert step.contribution > 0
            best = full_model.labels[int(full_model.scores([left])[0].argmax())]
            assert step.label == best
            before = step.logit_difference
        labels = [step.label for step in one.changes.removals]
        assert all(label == one.label for label in labels[:-1])
        assert one.changes.flips == (labels[-1:] not in ([], [one.label]))


@pytest.mark.slow
def test_the_first_removal_is_the_word_that_contributes_most(full_model, seed_articles):
    for one in explain(full_model, seed_articles[:9], changes=True, top=0):
        (first, *_) = one.changes.removals
        largest = max(one.words, key=lambda word: word.contribution)
        assert (first.word, first.contribution) == (largest.word, largest.contribution)
        assert sorted(first.places) == sorted(largest.places)


@pytest.mark.slow
def test_a_name_is_exchanged_for_another_of_the_same_actor(full_model):
    text = "قصفت ميليشيا قسد القرية، والأهالي يتهمون ميليشيا قسد ولميليشيا قسد حواجز"
    article = Article("1", text)
    (one,) = explain(full_model, [article], changes=True)
    swaps = [s for s in one.changes.swaps if s.name == "ميليشيا قسد"]
    assert {swap.actor for swap in swaps} == {"sdf"}
    assert len({swap.replacement for swap in swaps}) == len(swaps) > 1
    for swap in swaps:
        assert len(swap.places) == 3
        again = text.replace("ميليشيا قسد", swap.replacement).replace("ولال", "ولل")
        after = full_model.probabilities([Article("1", again)])[0]
        own = full_model.labels.index(one.label)
        assert swap.probability == pytest.approx(after[own], rel=1e-12)
        assert swap.label == full_model.labels[int(np.argmax(after))]


@pytest.mark.parametrize(
    ("word", "form", "name", "expected"),
    [
        ("قسد", "قسد", "القوات", "القوات"),
        ("وقسد", "قسد", "القوات", "والقوات"),
        ("لقسد", "قسد", "القوات", "للقوات"),
        ("للقوات", "قوات", "قسد", "لقسد"),
        ("بالقوات", "قوات", "قسد", "بقسد"),
        ("القوات", "قوات", "قسد", "قسد"),
        ("واشنطن", "واشنطن", "قسد", "قسد"),
        ("وواشنطن", "واشنطن", "قسد", "وقسد"),
    ],
)
def test_a_particle_stays_with_the_name(word, form, name, expected):
    assert _attached(_particle(word, form), name) == expected


def test_edits_of_both_fields_are_made_once_each():
    article = Article("1", "قسد في الرقة", title="عن قسد")
    edits = [
        _Edit(Place("text", 0, 3), "هم"),
        _Edit(Place("title", 3, 6), ""),
        _Edit(Place("text", 0, 3), "هم"),
        _Edit(Place("text", 7, 12), ""),
    ]
    assert edited(article, edits) == Article("1", "هم في ", title="عن ")
    assert edited(Article("1", "قسد"), edits[:1]) == Article("1", "هم")


def test_a_text_without_evidence_has_no_changes(full_model):
    (one,) = explain(full_model, [Article("1", "؟!")], changes=True)
    assert one.changes.to_dict() == {"flips": False, "removals": [], "swaps": []}
