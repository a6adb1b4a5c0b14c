"""Tables of annotations to write and read: random ones, and ids that tools damage."""

from hypothesis import strategies as st

from stance.formats.annotation.records import Annotation, CodingTask, LabelChoice

LABELS = ("gov", "sdf, ypg", "محايد", "1")
TASK = CodingTask(
    tuple(LabelChoice(name, f"تعريف {name}") for name in LABELS),
    question="كيف يؤطر المقال الحدث؟",
    instructions="# قواعد\n\n- اقرأ **العنوان** أولا\n- ثم النص",
)
IDS = ("007", "7", "12345678901234567890", "مقال-١", "NA", "1e3", "1/2", "=1+1", "1.0", "True", "-")
TEXTS = (
    "قالت قسد إن المقاتلين انسحبوا.\r\nثم عادوا.\rسطر\tآخر",
    "</script><script>alert(1)</script> & \"quotes\" 'single' <!-- -->",
    "\u202eمعكوس\u202c \u2067عزل\u2069 \u200f\u200e\ufeff",
    "نصف رمز \ud83d ورمز 😀 و\x00 و\x01 و\x85 و\u2028 و\uffff",
    "مُقَاتِلُونَ _x000D_ _x005F_x0041_ @data@",
    "=1+1",
    "",
)

_OFTEN = 'قسد\u0650<>&"=_x\r\n\u202e\ud83d'
_characters = st.characters(exclude_categories=()) | st.sampled_from(_OFTEN)


def is_one_text(text):
    """Return whether UTF-16 and JSON hold a text as it is: two halves side by side become one."""
    units = text.encode("utf-16", "surrogatepass")
    return units.decode("utf-16", "surrogatepass") == text


texts = st.text(_characters, max_size=40).filter(is_one_text) | st.sampled_from(TEXTS)
ids = st.text(_characters.filter(str.strip), min_size=1, max_size=8).filter(
    is_one_text
) | st.sampled_from(IDS)
shares = st.floats(0, 1) | st.sampled_from((1.0, 0.1, 1 / 3, 5e-324))
fields = st.dictionaries(
    st.sampled_from(("title", "outlet", "published", "same_as", "حقل", "label", "id")),
    texts,
    max_size=3,
)
articles = st.builds(
    Annotation,
    id=ids,
    text=texts,
    inclusion_probability=st.none() | shares.filter(bool),
    stratum=st.none() | texts,
    fields=fields,
)


def by_id(strategy, size=4):
    """Return lists with every id once."""
    return st.lists(strategy, min_size=1, max_size=size, unique_by=lambda one: one.id)
