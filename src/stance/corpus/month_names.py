"""Names of months and weekdays in Arabic, English and French."""

from __future__ import annotations

import unicodedata

# The Arabic names of each month from the Levant to Morocco, then the English and French ones. Hamza
# forms, diacritics and final letters need no entries of their own: `fold_date` folds them.
MONTH_NAMES: tuple[tuple[str, ...], ...] = (
    ("كانون الثاني", "كانون ثاني", "كانون ثان", "يناير", "جانفي", "january", "jan", "janvier",
     "janv"),
    ("شباط", "فبراير", "فيفري", "february", "feb", "février", "févr", "fév"),
    ("آذار", "مارس", "march", "mar", "mars"),
    ("نيسان", "أبريل", "أفريل", "april", "apr", "avril", "avr"),
    ("أيار", "مايو", "ماي", "may", "mai"),
    ("حزيران", "يونيو", "يونيه", "جوان", "june", "jun", "juin"),
    ("تموز", "يوليو", "يوليه", "يوليوز", "جويلية", "july", "jul", "juillet", "juill", "juil"),
    ("آب", "أغسطس", "أوغسطس", "غشت", "أغشت", "أوت", "august", "aug", "août"),
    ("أيلول", "سبتمبر", "شتنبر", "شتمبر", "september", "sept", "sep", "septembre"),
    ("تشرين الأول", "تشرين أول", "أكتوبر", "october", "oct", "octobre"),
    ("تشرين الثاني", "تشرين ثاني", "تشرين ثان", "نوفمبر", "نونبر", "november", "nov", "novembre"),
    ("كانون الأول", "كانون أول", "ديسمبر", "دجنبر", "دجمبر", "december", "dec", "décembre",
     "déc"),
)  # fmt: skip

ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

HIJRI_MONTHS = (
    "محرم", "المحرم", "صفر", "ربيع الأول", "ربيع أول", "ربيع الثاني", "ربيع ثاني", "ربيع الآخر",
    "جمادى الأولى", "جمادى الأول", "جمادى الآخرة", "جمادى الآخر", "جمادى الثانية", "جمادى الثاني",
    "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذي القعدة", "ذو الحجة", "ذي الحجة",
)  # fmt: skip

# Without "mar", a month in English and a weekday in French: the context decides.
WEEKDAYS = (
    "السبت", "الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة",
    "سبت", "أحد", "اثنين", "ثلاثاء", "أربعاء", "خميس", "جمعة",
    "saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday",
    "sat", "sun", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri",
    "samedi", "dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi",
    "sam", "dim", "lun", "mer", "jeu", "ven",
)  # fmt: skip

# Words that may precede a date, or occur within one, without changing it.
LEADING_WORDS = (
    "يوم", "في", "بتاريخ", "تاريخ", "تاريخ النشر", "نشر", "نشر في", "الموافق", "شهر", "عام", "سنة",
    "on", "published", "date", "le",
)  # fmt: skip
INNER_WORDS = ("من", "شهر", "عام", "سنة", "لعام", "of", "de")

_LETTERS = str.maketrans({
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه",
    "\u0640": "", "،": ",", "؛": ";", "٫": ".", "\u060d": "/",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
})  # fmt: skip


def fold_date(value: str) -> str:
    """Fold a date so that different spellings of it become equal.

    Folds hamza forms, diacritics, tatweel, final letters, all decimal digits,
    dashes, Arabic punctuation and case, and removes invisible characters.

    Examples
    --------
    >>> fold_date("٢٣ أَيّـار ٢٠١٩")
    '23 ايار 2019'
    """
    if value.isascii():
        return value.lower()
    kept = []
    # Decomposition turns a hamza or an accent into a mark, which is removed with the other marks.
    for character in unicodedata.normalize("NFKD", value):
        category = unicodedata.category(character)
        if category == "Nd":
            kept.append(str(unicodedata.decimal(character)))
        elif category not in {"Mn", "Cf"}:
            kept.append(character)
    return "".join(kept).translate(_LETTERS).lower()
