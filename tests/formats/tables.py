"""A few articles, and how to put them into every format."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from stance.corpus.article import Article
from stance.formats.reading import LocatedArticle, read_located
from stance.formats.source import Source

COMPRESSIONS = ["", ".gz", ".bz2", ".xz", ".zst"]
COLUMNS = ["id", "text", "label", "outlet"]
ARTICLES = [
    Article("ق-1", "أعلنت البلديةُ فتحَ الطريق،\nوقالت: «انتهى العمل».", "محايد", "النهار الجديد"),
    Article("ق-2", 'كتب المراسل "الحكومة" بين علامتين، ثم مضى\tفي سبيله', "None", "صوت"),
    Article("ق-3", "سـوق 🍇 السورى کە به\u202bﻻ\u202c ﷺ Kobani", None, "صوت"),
    Article("ق-4", "كلمة" * 5_000, "محايد", None),
]
BOM = b"\xef\xbb\xbf"
GOOD = "خبر من وسط المدينة"


def read(*inputs, **options):
    """Return articles and rejected rows in the order of the rows."""
    found = read_located(Source.of(inputs, options))
    return [one.article if isinstance(one, LocatedArticle) else one for one in found]


def as_rows(articles):
    return [{name: getattr(article, name) for name in COLUMNS} for article in articles]


def as_jsonl(articles):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in as_rows(articles)).encode()


def as_table(articles, delimiter):
    def quoted(value):
        return '"' + (value or "").replace('"', '""') + '"'

    rows = [delimiter.join(quoted(value) for value in row.values()) for row in as_rows(articles)]
    return "".join(f"{row}\n" for row in [delimiter.join(COLUMNS), *rows]).encode()


def as_parquet(articles):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(as_rows(articles)), file)
    return file.getvalue()


PACKED = {
    "jsonl": as_jsonl(ARTICLES),
    "csv": as_table(ARTICLES, ","),
    "tsv": as_table(ARTICLES, "\t"),
    "parquet": as_parquet(ARTICLES),
}
