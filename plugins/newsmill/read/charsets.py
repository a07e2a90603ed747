"""Facts about character encodings: the names that pages use, and which letters a Latin script's language has.

Owns the tables. Keep out: how an encoding is chosen (decode).
"""

from __future__ import annotations

_NAMES = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8 utf-16 utf-16le utf-16be utf16 unicode ucs-2 "
    "iso-10646-ucs-2",
    "cp1252": "ascii us-ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso88591 iso_8859-1 latin1 latin-1 l1 cp819 "
    "windows-1252 cp1252 cp-1252 x-cp1252 win-1252 x-user-defined",
    "cp1250": "windows-1250 cp1250 x-cp1250 win-1250",
    "cp1251": "windows-1251 cp1251 x-cp1251 win-1251",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 latin5 l5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "cp874": "windows-874 tis-620 iso-8859-11 iso8859-11 dos-874",
    "iso8859_2": "iso-8859-2 iso8859-2 iso88592 iso_8859-2 latin2 l2",
    "iso8859_3": "iso-8859-3 iso8859-3 latin3 l3",
    "iso8859_4": "iso-8859-4 iso8859-4 latin4 l4",
    "iso8859_5": "iso-8859-5 iso8859-5 cyrillic",
    "iso8859_6": "iso-8859-6 iso8859-6 arabic",
    "iso8859_7": "iso-8859-7 iso8859-7 greek greek8",
    "iso8859_8": "iso-8859-8 iso8859-8 iso-8859-8-i hebrew logical visual",
    "iso8859_10": "iso-8859-10 iso8859-10 latin6 l6",
    "iso8859_13": "iso-8859-13 iso8859-13",
    "iso8859_14": "iso-8859-14 iso8859-14",
    "iso8859_15": "iso-8859-15 iso8859-15 iso885915 latin-9 l9",
    "iso8859_16": "iso-8859-16 iso8859-16",
    "koi8_r": "koi8-r koi8_r koi koi8 cskoi8r",
    "koi8_u": "koi8-u koi8-ru",
    "cp866": "ibm866 cp866 866",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "gb18030 gb2312 gb_2312 gb_2312-80 gbk x-gbk cp936 chinese csgb2312 iso-ir-58",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 csbig5 cp950",
    "cp932": "shift_jis shift-jis shiftjis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis cp932",
    "euc_jp": "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "cp949": "euc-kr euckr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 cp949 iso-ir-149 cseuckr",
}
CODECS = {label: codec for codec, labels in _NAMES.items() for label in labels.split()}
"""Python's codec for a label, in lower case: the table of the WHATWG Encoding Standard (4.2, Names and labels) as
far as Python has the codec, and the misspellings that pages use. A page that can be searched for its `meta` is not
UTF-16, so that label means UTF-8, as the standard says. A label that is not here is not believed: Python's own
names include codecs that are no encodings (`zip`, `rot13`, `unicode_escape`)."""

MULTIBYTE = frozenset({"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"})
"""Codecs in which a short text may be valid UTF-8 by chance."""

DETECTABLE = (
    *("cp1252", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp866", "gb18030", "big5hkscs", "big5", "cp932", "euc_jp"),
    *("cp949", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "mac_roman"),
)
"""What detection chooses from: the legacy encodings that web pages are written in. The detector knows some 90;
the rest (EBCDIC, DOS) are wrong guesses far oftener than right ones."""

LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "mac_roman")
"""Encodings of Latin letters, the commonest first: a tie goes to the first."""

ALPHABETS = tuple(
    frozenset(small + small.upper())
    for small in (
        "àâæçéèêëîïôœùûüÿ",  # French
        "äöüßé",  # German
        "áéíóúüñºª",  # Spanish
        "àáâãçéêíóôõúüªº",  # Portuguese
        "àèéìíîòóùú",  # Italian
        "áäèéêëíïóöúü",  # Dutch
        "àçèéíïòóúü·",  # Catalan
        "åäöéü",  # Swedish, Finnish
        "åæøéèêòóôü",  # Danish, Norwegian
        "áéíóúýþæöð",  # Icelandic
        "çğıiöşüâîû",  # Turkish
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîșțşţ",  # Romanian
        "čćđšž",  # Croatian, Slovene
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņšūž",  # Latvian
        "äõöüšž",  # Estonian
        "çë",  # Albanian
    )
)
"""Letters beyond ASCII of the languages written in `LATIN` encodings."""

TYPOGRAPHY = frozenset("“”‘’‚„–—…«»‹›€£©®™°·•§¡¿\xa0İ´×½")
"""Signs that any language's text may hold."""
