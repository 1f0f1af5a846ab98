#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes open_clip_cases.json: what open_clip's tokenizer (3.3.0, with ftfy 6.3.1) makes of texts, without padding.

usage: make_open_clip_cases.py FOLDER
"""
import json
import pathlib
import random
import sys
import unicodedata

import ftfy
from open_clip.tokenizer import SimpleTokenizer

LENGTH = 77
RANDOM_TEXTS = 100

LANGUAGES = [
    "a photo of a cat", "A red cube on a blue table, 8K, highly detailed!!", "Ein schöner Fuß, Größe XXL",
    "CAFÉ À LA MODE",
    "Le cœur a ses raisons, l'Œuvre", "¿Dónde está el niño?", "São Paulo às 5h", "Zażółć gęślą jaźń",
    "Příliš žluťoučký kůň",
    "Árvíztűrő tükörfúrógép", "Þórður Æði", "Smörgåsbord på Øresund", "İstanbul ve ISPARTA, ılık ığdır",
    "TİTİZ İİ", "Tiếng Việt rất đẹp",
    "Москва — СТОЛИЦА", "Їжак, ґанок, Єва", "Қазақстан Әлем", "ΑΘΗΝΑ", "Ελληνικά ΓΛΏΣΣΑ", "Ἀρχιμήδης ᾼ ᾳ ᾍ",
    "Հայաստան", "საქართველო ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ",
    "שלום עולם", "שָׁלוֹם", "مرحبا بالعالم", "الْعَرَبِيَّة", "فارسی ۱۲۳", "اردو", "हिन्दी में चित्र",
    "বাংলা ভাষা", "ਪੰਜਾਬੀ", "ગુજરાતી", "தமிழ் மொழி", "తెలుగు",
    "ಕನ್ನಡ", "മലയാളം", "සිංහල", "ภาษาไทย ๑๒๓", "ພາສາລາວ", "မြန်မာ", "ខ្មែរ", "བོད་ཡིག", "አማርኛ", "ᏣᎳᎩ ꭰ", "ᐃᓄᒃᑎᑐᑦ",
    "ᠮᠣᠩᠭᠣᠯ", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "日本の猫", "東京タワー、夜",
    "中文分词测试。", "繁體中文", "한국어 고양이", "각각 가", "ㄅㄆㄇ", "ꦗꦮ", "𐍈𐌿𐍂𐌳", "𐐀𐐁 𐐨", "𓀀𓁐", "𒀀𒁀", "ᚠᚢᚦ", "ᜀᜁ", "𞤀𞤁", "ჰ ⴀ Ⴀ"]

SYMBOLS = [
    "🐱", "👩‍🚀 on the moon", "👨‍👩‍👧‍👦", "👍🏽👍🏿", "🏳️‍🌈", "🇩🇪🇫🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣2️⃣", "☕️ vs ☕︎", "€100 £20 ¥3 ₿1",
    "½ ⅓ ² ³ ¹ ₂", "Ⅷ ⅷ Ⓐ ⓐ", "①②⑳", "٣٤٥ ۴۵ ४५ ๕", "∑ ∏ √ ∞ ≠",
    "→ ⇒ ↔", "♠♥♦♣", "🅰🅱", "𝕳𝖊𝖑𝖑𝖔 𝓦", "®©™", "x̸y", "e\u0301 vs \u00e9", "a\u0323\u0301", "A\u030a Å \u212b",
    "\u212a \u2126", "ẛ̣", "q\u0307\u0323", "\u0344 \u0345 α\u0345",
    "x\u0345y !\u0345!", "ﷺ", "ﬁ ﬂ ﬀ ﬃ ﬄ ﬅ ﬆ", "Ĳssel ĳs ŉ Ǆ ǅ ǆ Ǉ ǈ Ǌ ǳ Ǳ", "ﬓ ﬡ", "ＡＢＣ　１２３！？", "ｶﾞｷﾞ ﾊﾟ ｱ",
    "ﾡ ￦ ￥ ￣ ￨", "／＼～＇＂", "‘single’ ‚low‛ “double” „low‟", "ʼn vs ʼ",
    "it’s ‘quoted’", "«guillemets» ‹x›", "dash – — ― -", "ellipsis…", "soft\u00adhyphen",
    "zero\u200bwidth\u200cnon\u200djoiner", "\u200e\u202aleft\u202c \u202eright\u202c", "\u2066isolate\u2069",
    "\ufffd", "\U000f0000 private \ue000", "ß ẞ STRASSE", "ſ S K k", "ŁÓDŹ ø Ø"]

SIGMAS = [
    "Σ", "ΣΣ", "ΑΣ", "ΟΔΟΣ", "ΟΔΟΣ ΟΔΟΣ", "ΟΔΟΣ.", "ΟΔΟΣ'", "ΟΔΟΣ'Α", "ΟΔΟΣ.Α", "ΟΔΟΣ-Α", "ΣΑΣ", "ΑΣ\u0301",
    "ΑΣ\u0301Α", "Α\u0301Σ", ".Σ", "Α.Σ", "1Σ", "Α1Σ", "ªΣ ⒶΣ ⅧΣ ʰΣ", "σΣς", "ΑΣ\u00ad", "ΑΣ:Β ΑΣ·Β", "日Σ",
    "ΑΣ👩", "🅰Σ", "ΣÍSYPHOS", "ΑΣ\u200dΑ"]

ENTITIES = [
    "&amp;", "&amp;amp;", "&amp;amp;amp;amp;", "&lt;b&gt;", "a < b &amp; c", "a < b &amp;amp; c",
    "a < b &amp;amp;amp;lt; c", "x &amp;\n<b> &amp;amp;amp;", "<b>\n&amp;amp;amp;", "&eacute; &EACUTE; &Eacute;",
    "&eacute &EACUTE",
    "&NTILDE;&nTILDE;", "&SZLIG;&FILIG;&filig;", "&notit; &notin; &not", "&notit&copyright &ampx", "this&not that",
    "&nbsp;x&nbsp", "&ThickSpace;x", "&NotEqualTilde;", "&bne;&BNE;", "&CounterClockwiseContourIntegral;",
    "&CounterClockwiseContourIntegralx;", "&AMP;&LT;&GT;&QUOT;&AMP", "&hearts;&HEARTS;", "&#65;&#x41;&#X41",
    "&#65&#x41", "&#8217; &#x2019;", "&#146;&#x92;&#150", "&#128;&#129;&#x9f;", "&#0;&#x0", "&#55296;&#xDFFF",
    "&#1114111;&#1114112;",
    "&#99999999999999999999;", "&#1;&#x0b;&#127", "a&#13;b&#10;c&#9;d", "&#59;&#38;&#60;", "&#x3b;", "&#x26;amp;",
    "&#xFDD0;&#65534;&#xFFFE", "&#12ab;", "&#xzz; &#; &# &;", "&", "&&amp;&", "& amp;", "&unknown; &x",
    "&lang;&rang;", "&apos;s", "it&rsquo;S",
    "&lt;start_of_text&gt;", "&#931;", "Α&Sigma;", "&zwj;&zwnj;", "&Tab;&NewLine;", "&shy;", "&fjlig;",
    "&amp;eacute;", "&amp;#x41;", "&" * 40, "&abcdefghijklmnopqrstuvwxyzabcdefghij;", "&am\x00p;", "＆amp；",
    "&ａmp;"]

CONTROLS = [
    "\x1b[31mred\x1b[0m", "\x1b[1;31;mbold", "\x1b[", "\x1b[3", "\x1b[٣m", "\x1b[1é", "\x1b]0;title\x07",
    "\x1b[\x1b[0mm", "\x00a\x01b\x7fc", "a\x08\x0bb\x0cc\x0e\x1c\x1dd\x1f", "\ufeffbom\ufeff",
    "\u206a\u206f\ufff9\ufffc x", "caf\x85", "\x91quote\x92",
    "\x80\x81\x9f", "a\r\nb\rc\nd", "a\u2028b\u2029c", "\x85\x85", "\u180e"]

SPACES = [
    "", " ", "\n\t ", "  leading and trailing  ", "tab\tand\u00a0nbsp",
    "\u1680\u2000\u2001\u2009\u200a\u202f\u205f\u3000x", "a\u2003\u2003b", "a \u200b b", "x\n\n\ny",
    "\u3000日本\u3000"]

WORDS = [
    "it's I'm we'll they've you're he'd can't", "IT'S I'M WE'LL THEY'VE YOU'RE HE'D CAN'T", "it'ſ",
    "!'s 's 'S ''s", "'tis 'twas", "rock'n'roll", "'llama 'revenge", "it's's", "<start_of_text>", "<end_of_text>",
    "cat<end_of_text>cat", "!<end_of_text>",
    "<START_OF_TEXT> <End_Of_Text>", "<ſtart_of_text>", "<|startoftext|> <|endoftext|>",
    "<start_of_text><start_of_text>", "< start_of_text >", "<end_of_text", "[CLS] [SEP]",
    "snake_case CamelCase kebab-case", "3.14159e-10", "2023年", "mp3 b2b 4k",
    "http://example.org/?a=b&copy=1#x", "user@example.org", "C++ #1 @you $5 50%", "...!!!???",
    "-" * 200, "a" * 500, "word " * 100, "日本語" * 40, "!" * 76, "x " * 75, "x " * 76, "\u0301" * 90, "(masterpiece:1.2), [bad] {x|y} \\escape",
    "<lora:name:0.8>",
    "“it’s”\u2028‘S", "supercalifragilisticexpialidocious", "AaAaAa", "..a..b..", "e.g. i.e. U.S.A."]

# First assigned in Unicode 14: utf8proc may be older.
NEW = """061D 0870-088E 0890-0891 0898-089F 08B5 08C8-08D2 0C3C 0C5D 0CDD 170D 1715 171F 180F 1AC1-1ACE 1B4C 1B7D-1B7E 1DFA 20C0 2C2F 2C5F
2E53-2E5D 9FFD-9FFF A7C0-A7C1 A7D0-A7D9 A7F2-A7F4 FBC2 FD40-FD4F FDCF FDFE-FDFF 10570-105BC 10780-107BA 10F70-10F89 11070-11075 110C2 116B9
11740-11746 11AB0-11ABF 12F90-12FF2 16A70-16AC9 1AFF0-1AFFE 1B11F-1B122 1CF00-1CFC3 1D1E9-1D1EA 1DF00-1DF1E 1E290-1E2AE 1E7E0-1E7FE 1F6DD-1F6DF
1F7F0 1F979 1F9CC 1FA7B-1FA7C 1FAA9-1FAAC 1FAB7-1FABA 1FAC3-1FAC5 1FAD7-1FAD9 1FAE0-1FAE7 1FAF0-1FAF6 2A6DE-2A6DF 2B735-2B738"""


def assigned():
    new = set()
    for first, last in ((r.split("-")[0], r.split("-")[-1]) for r in NEW.split()):
        new.update(range(int(first, 16), int(last, 16) + 1))
    return [chr(c) for c in range(0x110000) if c not in new and unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs")]


def is_mojibake(text):
    """What is not repaired here."""
    return ftfy.fix_text(text) != ftfy.fix_text(text, fix_encoding=False)


def random_texts(count):
    draw = random.Random(20261126)
    characters = assigned()
    low = [c for c in characters if ord(c) < 0x3000]
    while count:
        text = "".join(draw.choice(low if draw.random() < 0.6 else characters) for _ in range(draw.randrange(1, 20)))
        if not is_mojibake(text):
            count -= 1
            yield text


def ids_of(tokenizer, text):
    ids = [tokenizer.sot_token_id, *tokenizer.encode(text), tokenizer.eot_token_id]
    return ids if len(ids) <= LENGTH else [*ids[:LENGTH - 1], tokenizer.eot_token_id]


def main(folder):
    tokenizer = SimpleTokenizer()
    texts = [*LANGUAGES, *SYMBOLS, *SIGMAS, *ENTITIES, *CONTROLS, *SPACES, *WORDS, *random_texts(RANDOM_TEXTS)]
    repaired = [text for text in texts if is_mojibake(text)]
    assert not repaired, repaired
    rows = ",\n".join(json.dumps({"text": t, "ids": ids_of(tokenizer, t)}, ensure_ascii=True) for t in texts)
    (folder / "open_clip_cases.json").write_text(f'{{"length": {LENGTH}, "cases": [\n{rows}\n]}}\n')
    print(len(texts), "texts")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
