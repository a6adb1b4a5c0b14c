"""Random neutral tables, and the labels that they choose from."""

from hypothesis import strategies as st

from stance.formats.annotation.records import Annotation, CodingTask, LabelChoice, Span

LABELS = ("محايد", "مؤيّد", 'a<b & "c"', "1.0")
TASK = CodingTask(tuple(map(LabelChoice, LABELS)), "ما موقف النص؟")

IDS = ["007", "7", "12345678901234567890", "NA", "None", "1e3", "1/2", "1.0", "خبر ٣", "=1+1", " x"]
# Everything but halves of characters, which no file in UTF-8 can hold.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ARABIC = st.sampled_from(["قَالَ الوزيرُ 😀", "سطر\r\nوآخر", "𐤀𐤁 ﷺ", '<b>"نص"</b>', "\u2028فاصل", ""])
NAMES = st.sampled_from(["title", "id", "label", "annotator", "عنوان", "stance_note"]) | TEXTS


@st.composite
def articles(draw, identifier):
    """Draw the annotations of one article; one without an annotator if nobody annotated it."""
    text = draw(ARABIC) + draw(TEXTS)
    probability = draw(st.none() | st.floats(0, 1, exclude_min=True))
    stratum = draw(st.none() | TEXTS.filter(bool))
    fields = draw(st.dictionaries(NAMES, TEXTS, max_size=3))
    shared = {"inclusion_probability": probability, "stratum": stratum, "fields": fields}
    annotators = draw(st.lists(st.sampled_from(["amal", "1", "نور", "007"]), unique=True))
    if not annotators:
        return [Annotation(identifier, text, **shared)]
    return [draw(annotations(identifier, text, name, shared)) for name in annotators]


@st.composite
def annotations(draw, identifier, text, annotator, shared):
    """Draw what one annotator said."""
    labels = st.lists(st.sampled_from(LABELS), unique=True, max_size=2).map(tuple)
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    span = st.builds(lambda ends, label: Span(*ends, label), places, st.sampled_from(LABELS))
    return Annotation(
        identifier,
        text,
        annotator,
        draw(labels),
        tuple(draw(st.lists(span, max_size=2))),
        draw(st.none() | st.floats(0, 1)),
        draw(st.none() | st.just("2026-11-29T10:00:00+00:00")),
        draw(st.sampled_from(["human", "model"])),
        draw(st.booleans()),
        draw(st.none() | TEXTS.filter(bool)),
        **shared,
    )


def tables():
    """Draw tables of a few articles, each with its own id."""
    ids = st.lists(st.sampled_from(IDS) | TEXTS.filter(bool), min_size=1, max_size=3, unique=True)
    return ids.flatmap(lambda some: st.tuples(*map(articles, some))).map(
        lambda found: [one for some in found for one in some]
    )
