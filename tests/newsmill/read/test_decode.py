"""Encodings: marks, declarations, UTF-8, detection, and what is lost."""

from __future__ import annotations

import codecs
import random
import time

import pytest

from newsmill.read.decode import DecodingError, decode, plain

FRENCH = "Le président de la République a déclaré à Genève que les négociations étaient terminées, après des années."
POLISH = "Prezydent podpisał ustawę, która zmienia zasady działania sądów. Sędziowie zapowiadają protesty w Łodzi."
TURKISH = "Rusya Devlet Başkanı çarşamba günü görüştü. Görüşme birkaç saat sürdü, işbirliği güçlendirilecek."
RUSSIAN = "Президент встретился с лидером Северной Кореи на космодроме Восточный. Переговоры длились несколько часов."
CHINESE = "俄罗斯总统普京星期三在东方航天发射场会见了朝鲜领导人。双方就加强合作进行了会谈，会谈持续了几个小时。"
TAIWANESE = "俄羅斯總統普京星期三在東方航天發射場會見了朝鮮領導人。雙方就加強合作進行了會談，會談持續了幾個小時。"
JAPANESE = (
    "ロシアのプーチン大統領は水曜日、北朝鮮の金正恩総書記と会談した。会談は数時間続き、両国の協力について話し合われた。"
)
KOREAN = (
    "블라디미르 푸틴 러시아 대통령은 수요일 김정은 북한 국무위원장과 회담을 가졌다. 회담은 몇 시간 동안 계속되었다."
)
GREEK = "Ο πρόεδρος της Ρωσίας συναντήθηκε με τον ηγέτη της Βόρειας Κορέας. Οι συνομιλίες διήρκεσαν αρκετές ώρες."

UNDECLARED = [
    (FRENCH, "cp1252"),
    ("The Prime Minister’s office said on Wednesday that the talks had been “constructive” — at last.", "cp1252"),
    ("The Prime Minister’s office said on Wednesday that the talks had been “constructive” — at last.", "mac_roman"),
    (POLISH, "cp1250"),
    (POLISH, "iso8859_2"),
    (TURKISH, "cp1254"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8_r"),
    (RUSSIAN, "cp866"),
    (CHINESE, "gb18030"),
    (TAIWANESE, "big5"),
    (JAPANESE, "cp932"),
    (JAPANESE, "euc_jp"),
    (JAPANESE, "iso2022_jp"),
    (KOREAN, "cp949"),
    (GREEK, "cp1253"),
    (RUSSIAN, "utf-16-be"),
    (FRENCH, "utf-16-le"),
]


def page(text: str, declaration: str = "") -> str:
    return f"<html><head>{declaration}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("mark_and_codec", [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
])  # fmt: skip
@pytest.mark.parametrize("declaration", ["", '<meta charset="koi8-r">'])
def test_a_byte_order_mark_beats_all_else_and_is_dropped(mark_and_codec, declaration):
    mark, codec = mark_and_codec
    text = page(CHINESE, declaration)
    found = decode(mark + text.encode(codec), html=True)
    assert (found.text, found.encoding, found.note) == (text, codec, None)


@pytest.mark.parametrize(
    ("text", "label", "codec"),
    [
        ("“Café” — 5 €", "iso-8859-1", "cp1252"),
        ("“Café” — 5 €", "us-ascii", "cp1252"),
        (RUSSIAN[:12], "KOI8-R", "koi8_r"),
        (RUSSIAN[:12], "windows-1251", "cp1251"),
        ("镕基", "gb2312", "gb18030"),
        ("①㈱髙", "Shift_JIS", "cp932"),
        ("똠방각하", "ks_c_5601-1987", "cp949"),
        (TAIWANESE[:6], "big5", "big5hkscs"),
        (JAPANESE[:9], "euc-jp", "euc_jp"),
    ],
)
@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="{}">',
        "<META  CHARSET={}>",
        '<meta http-equiv="Content-Type" content="text/html; charset={}">',
        '<?xml version="1.0" encoding="{}"?>',
        '<!-- <meta charset="utf-8"> --><meta charset={}>',
        '<meta charset="no-such-thing"><meta charset="{}">',
    ],
)
def test_a_declaration_is_believed_as_browsers_mean_it(text, label, codec, declaration):
    text = page(text, declaration.format(label))
    found = decode(text.encode(codec), html=True)
    assert (found.text, found.encoding) == (text, codec)


def test_a_declaration_counts_in_markup_only():
    text = f"He wrote <meta charset=koi8-r> into it. {FRENCH}"
    assert decode(text.encode("cp1252"), html=False).text == text
    assert decode(text.encode("cp1252"), html=True).text != text


def test_a_declaration_is_searched_within_the_first_32_kib_only():
    declared = '<meta charset="koi8-r"><p>'
    within, beyond = f"<b>{'x' * 32_000}{declared}дом", f"<b>{'x' * 33_000}{declared}дом"
    assert decode(within.encode("koi8_r"), html=True).encoding == "koi8_r"
    assert decode(beyond.encode("koi8_r"), html=True).encoding != "koi8_r"


@pytest.mark.parametrize("label", ["zip", "rot13", "unicode_escape", "idna", "punycode", "mbcs", "undefined"])
def test_a_declared_codec_that_is_no_encoding_is_not_used(label):
    text = page("Plain \\u0041 text", f'<meta charset="{label}">')
    assert decode(text.encode(), html=True).text == text


def test_a_page_saved_as_utf8_keeps_its_text_whatever_it_declares():
    text = page("It’s late", "<meta charset=iso-8859-1>")
    found = decode(text.encode(), html=True)
    assert (found.text, found.encoding) == (text, "utf-8")
    assert found.note == "it declares cp1252 but is UTF-8"


def test_two_gbk_characters_that_look_like_utf8_stay_gbk_and_a_page_of_utf8_does_not():
    both = page("联通", "<meta charset=gbk>")  # the pair that an old editor was famous for getting wrong
    assert decode(both.encode("gbk"), html=True).text == both
    chinese = page(CHINESE, "<meta charset=gbk>")
    assert decode(chinese.encode(), html=True).text == chinese


@pytest.mark.parametrize(("text", "codec"), UNDECLARED)
@pytest.mark.parametrize("html", [False, True])
def test_an_undeclared_encoding_is_detected(text, codec, html):
    text = page(text) if html else text
    assert decode(text.encode(codec), html=html).text == text


@pytest.mark.parametrize("text", ["caf\xe9", "Müller", "naïve résumé", "It’s", "São Paulo"])
def test_a_word_or_two_in_cp1252_is_enough(text):
    assert decode(f"{text} was there today".encode("cp1252"), html=False).text == f"{text} was there today"


def test_a_wrong_declaration_gives_way_to_detection():
    text = page(RUSSIAN, "<meta charset=euc-jp>")
    assert decode(text.encode("koi8_r"), html=True).text == text


def test_one_broken_byte_in_utf8_costs_one_character():
    data = FRENCH.encode().replace("Genève".encode(), b"Gen\xc3ve")
    found = decode(data, html=False)
    assert found.text == FRENCH.replace("Genève", "Gen\ufffdve")
    assert (found.encoding, found.note) == ("utf-8", "1 places are not utf-8 and became U+FFFD")


def test_one_broken_byte_in_declared_gbk_costs_one_character():
    text = page(CHINESE * 3, "<meta charset=gbk>")
    found = decode(text.encode("gbk").replace(b"</p>", b"\xff</p>"), html=True)
    assert found.text == text.replace("</p>", "\ufffd</p>")


def test_declared_utf8_is_repaired_where_undeclared_bytes_would_be_guessed():
    data = "<meta charset=utf-8>é".encode() + b"\xe9"
    assert decode(data, html=True).encoding == "utf-8"
    assert decode(data, html=False).encoding != "utf-8"


def test_detection_looks_at_text_not_at_scripts():
    script = "<script>var names = 'ÀÈÌÒÙ ÂÊÎÔÛ';</script>" * 50
    text = page(RUSSIAN)
    data = text.encode("cp1251").replace(b"<body>", b"<body>" + script.encode("cp1252"))
    assert RUSSIAN in decode(data, html=True).text


def test_a_long_line_is_sampled_where_it_is_not_ascii():
    text = "plain words " * 20_000 + POLISH
    assert decode(text.encode("cp1250"), html=False).text == text


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_refused(seed):
    noise = bytes(random.Random(seed).choices(range(0x80, 0x100), k=3000))
    with pytest.raises(DecodingError, match="save it as UTF-8"):
        decode(noise, html=False)


def test_a_mark_that_lies_is_refused():
    with pytest.raises(DecodingError, match="byte order mark of utf-32-le"):
        decode(codecs.BOM_UTF32_LE + b"\xff" * 400, html=False)


def test_line_ends_nuls_marks_and_lone_surrogates_are_made_plain():
    assert plain("\ufeffa\r\nb\rc\0d\ud800e😀") == "a\nb\ncd\ufffde😀"
    assert decode(b"a\r\nb\rc\0d", html=False).text == "a\nb\ncd"


@pytest.mark.parametrize("pattern", ["<", "<script ", "<meta ", "<!--", "<?xml ", "<p "])
def test_hostile_markup_costs_no_time(pattern):
    data = (pattern * (2_000_000 // len(pattern)) + "é").encode("cp1252")
    begin = time.process_time()
    assert decode(data, html=True).text.endswith("é")
    assert time.process_time() - begin < 20  # 0.1 s; a quadratic pattern takes minutes
