"""Text of before Unicode: TCVN3 by the system's own iconv, VNI by its published table, and the verdict over a file."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path

import pytest
from files_to_load import MAP, TODAY, codes, field_map, held, load, parcels, shapefile_of, square
from office_files import TCVN3_BYTES, VN2000, by_driver, dgn, listing

from landinfo.files import legacy
from landinfo.files.read import read_file
from landinfo.files.table import Wanted
from landinfo.model import Refused

TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
ONSETS = ["", "b", "ch", "đ", "gi", "kh", "ngh", "ph", "qu", "th", "tr", "x"]
RIMES = """
a ai an ang anh ao au ay ăm ăn ăng âm ân âng âu ây e em en eo ê ên ênh êu i ia iêm iên iêng iêu in inh iu o oa oai oan
oang oe oi on ong ô ôi ôn ông ơ ơi ơm ơn u ua uân uê ui un ung uôi uôm uôn uông uy uyên ư ưa ưng ươi ươm ươn ương ươu
ưu y
"""
STOPPED = "ac ach at ap ăc ât êch iêc iêt it oc oat ôc ôt ơp uc uôc uyêt ươc ươt ưc"
VOWELS = "aăâeêioôơuưy"

# VNI-Windows as its makers publish it, one line per vowel: plain, grave, acute, hook, tilde, dot.
VNI_TABLE = {
    "a": "a aø aù aû aõ aï", "ă": "aê aè aé aú aü aë", "â": "aâ aà aá aå aã aä", "e": "e eø eù eû eõ eï",
    "ê": "eâ eà eá eå eã eä", "i": "i ì í æ ó ò", "o": "o oø où oû oõ oï", "ô": "oâ oà oá oå oã oä",
    "ơ": "ô ôø ôù ôû ôõ ôï", "u": "u uø uù uû uõ uï", "ư": "ö öø öù öû öõ öï", "y": "y yø yù yû yõ î",
}  # fmt: skip


def _syllables() -> list[str]:
    made = {onset + _toned(rime, tone) for onset in ONSETS for rime in RIMES.split() for tone in TONES}
    made |= {
        onset + _toned(rime, tone) for onset in ONSETS for rime in STOPPED.split() for tone in ("\u0301", "\u0323")
    }
    return sorted(made)


def _toned(rime: str, tone: str) -> str:
    """The tone on the first vowel with a shape, else on the first vowel: where it stands does not matter here."""
    at = next((i for i, c in enumerate(rime) if c in "ăâêôơư"), next(i for i, c in enumerate(rime) if c in VOWELS))
    return unicodedata.normalize("NFC", rime[: at + 1] + tone + rime[at + 1 :])


SYLLABLES = _syllables()


def _vni(text: str) -> str:
    letters = {}
    for vowel, line in VNI_TABLE.items():
        for tone, written in zip(["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"], line.split(), strict=True):
            letters[unicodedata.normalize("NFC", vowel + tone)] = written
    return "".join(letters.get(c, {"đ": "ñ"}.get(c, c)) for c in text)


def _tcvn3(text: str) -> str:
    """By iconv, as Latin-1 letters; its small letters are those of the fonts (capitals share them or have none)."""
    done = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", "TCVN5712-1"], input=text.encode(), capture_output=True, check=True
    )
    return done.stdout.decode("latin-1")


def test_every_byte_of_tcvn3_as_iconv_has_it() -> None:
    for byte in range(0x80, 0x100):
        there = subprocess.run(
            ["iconv", "-f", "TCVN5712-1", "-t", "UTF-8"], input=bytes([byte]), capture_output=True, check=True
        ).stdout.decode()
        assert legacy.decode(chr(byte), legacy.TCVN3) == unicodedata.normalize("NFC", there)


def test_every_syllable_goes_through_tcvn3_and_back() -> None:
    assert len(SYLLABLES) > 5_000
    written = _tcvn3("\n".join(SYLLABLES)).split("\n")
    assert [legacy.decode(w, legacy.TCVN3) for w in written] == SYLLABLES


def test_every_syllable_goes_through_vni_and_back() -> None:
    for syllable in SYLLABLES:
        for form in (syllable, syllable.upper(), syllable.capitalize()):
            assert legacy.decode(_vni_case(form), legacy.VNI) == form


def _vni_case(form: str) -> str:
    """The letter after a vowel follows its case: Ñaát, ÑAÁT."""
    small = _vni(form.lower())
    if form.isupper():
        return small.upper()
    return small[0].upper() + small[1:] if form[:1].isupper() else small


@pytest.mark.parametrize("encoding", [legacy.TCVN3, legacy.VNI, legacy.UNICODE])
def test_a_file_of_syllables_is_told(encoding: str) -> None:
    """Forty words at a time, some of them syllables that nobody says: never taken for another encoding."""
    write = {legacy.TCVN3: _tcvn3, legacy.VNI: _vni, legacy.UNICODE: str}[encoding]
    words = [s for s in SYLLABLES if not s.isascii()]
    texts = write("\n".join(words)).split("\n")
    told = [legacy.judge(texts[i : i + 40]).encoding for i in range(0, len(texts) - 40, 40)]
    assert set(told) <= ({encoding} if encoding != legacy.UNICODE else {encoding, ""})
    assert told.count(encoding) > 0.9 * len(told)


def test_windows_1252_letters_are_bytes_too() -> None:
    """Excel and MapInfo turn 0x80–0x9F into their own letters: byte 0x93 arrives as a quotation mark."""
    assert legacy.decode("\u201c", legacy.TCVN3) == legacy.decode("\x93", legacy.TCVN3) == "Ỏ"


@pytest.mark.parametrize(
    "texts",
    [
        ["Géraud à la pêche", "hôtel Müller", "né à Besançon", "forêt brûlée", "L'île d'Oléron"],
        ["Straße", "Köln", "Düsseldorf", "für", "Bäume"],
        ["São Paulo", "Não", "Conceição", "três"],
    ],
)
def test_other_languages_are_left_alone(texts: list[str]) -> None:
    assert legacy.judge(texts).encoding == ""


def test_the_evidence_is_shown(tmp_path: Path) -> None:
    file = shapefile_of(tmp_path, "Lê-ế1", "latin-1", None, raw=TCVN3_BYTES["Lê-ế1"])
    result = load(file, field_map(tmp_path / "a.toml"), str(tmp_path / "s.gpkg"), TODAY)
    (finding,) = (f for f in result.findings if f.kind.code == "FIL-015")
    assert finding.params["encoding"] == "TCVN3"
    assert "«Lª-Õ1» → «Lê-ế1»" in str(finding.params["examples"])
    assert (finding.params["fits"], finding.params["words"]) == (1, 1)  # a single letter tells nothing
    assert {p.ref.sheet for p in held(str(tmp_path / "s.gpkg"))[2]} == {"Lê-ế1"}


@pytest.mark.parametrize("cpg", ["ISO-8859-1", "1252", None])
def test_a_wrong_mark_beside_a_shapefile_does_not_hide_tcvn3(tmp_path: Path, cpg: str | None) -> None:
    file = shapefile_of(tmp_path, "", "latin-1", cpg, raw=TCVN3_BYTES["Bình Dương"])
    table = read_file(file, Wanted(fields=("TO",)))
    assert set(table.columns["TO"]) == {"Bình Dương"}


def test_mapinfo_and_dgn_in_tcvn3(tmp_path: Path) -> None:
    mif = by_driver(tmp_path / "a.mif", "MapInfo File", TO=["XX", "XX"])
    mid = tmp_path / "a.mid"
    mid.write_bytes(mid.read_bytes().replace(b"XX", TCVN3_BYTES["đất ở"]))
    assert set(read_file(mif, Wanted(fields=("TO",))).columns["TO"]) == {"đất ở"}
    latin = mif.read_bytes().replace(b"Neutral", b"WindowsLatin1")
    mif.write_bytes(latin)
    assert set(read_file(mif, Wanted(fields=("TO",))).columns["TO"]) == {"đất ở"}
    ring = "LINESTRING(600000 1214000,600010 1214000,600010 1214010,600000 1214000)"
    drawn = dgn(tmp_path / "a.dgn", [(ring, 10, b""), ("POINT(600008 1214002)", 11, TCVN3_BYTES["Bình Dương"])])
    assert read_file(drawn, Wanted(fields=("LEVEL_11",))).columns["LEVEL_11"] == ["Bình Dương"]


def test_text_that_went_through_another_encoding_stays_nfc(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.gpkg", TO=[unicodedata.normalize("NFD", "Đất ở")] * 2)
    assert set(read_file(file, Wanted(fields=("TO",))).columns["TO"]) == {"Đất ở"}


def test_mixed_rows_are_named_and_left_as_they_are(tmp_path: Path) -> None:
    garbled = TCVN3_BYTES["đất ở"].decode("latin-1")
    file = parcels(tmp_path / "a.gpkg", GHICHU=["Đất ở đô thị", garbled])
    table = read_file(file, Wanted(fields=("GHICHU",)))
    assert table.columns["GHICHU"] == ["Đất ở đô thị", unicodedata.normalize("NFC", garbled)]
    ((remark, spot),) = [(r.code, r.spots[0]) for r in table.remarks]
    assert (remark, spot.row, len(table.remarks[0].spots)) == ("FIL-017", 2, 1)
    assert "TCVN3" in spot.detail


def test_a_row_in_unicode_among_tcvn3_is_left_as_it_is(tmp_path: Path) -> None:
    """ "Bình" would become another word: its ì is a letter of TCVN3 too."""
    garbled = [TCVN3_BYTES["đất ở"].decode("latin-1"), TCVN3_BYTES["Bình Dương"].decode("latin-1")]
    file = parcels(tmp_path / "a.gpkg", [square(10 * n) for n in range(3)], GHICHU=[*garbled, "Bình Dương"])
    table = read_file(file, Wanted(fields=("GHICHU",)))
    assert table.columns["GHICHU"] == ["đất ở", "Bình Dương", "Bình Dương"]
    assert {r.code: [s.row for s in r.spots] for r in table.remarks} == {"FIL-015": [], "FIL-017": [3]}


def test_latin_1_of_no_known_language_is_asked_about(tmp_path: Path) -> None:
    file = shapefile_of(tmp_path, "", "latin-1", None, raw=b"M\xfcller-\xdf")
    with pytest.raises(Refused) as refused:
        read_file(file, Wanted(fields=("TO",)))
    assert refused.value.code == "FIL-006"


def test_a_list_of_corners_in_tcvn3_headings_and_all(tmp_path: Path) -> None:
    rows = ["sè tê,thöa,®iÓm,X,Y,lo¹i", *(f"12,1,{n},{1214000 + n * n},{600000 + 9 * n},®Êt ë" for n in range(3))]
    file = listing(tmp_path / "a.csv", "\n".join(rows), "latin-1")
    table = read_file(file, Wanted(fields=("loại", "thửa")))
    assert table.columns == {"loại": ["đất ở"], "thửa": ["1"]}
    map = field_map(tmp_path / "m.toml", MAP.replace("{TO}", "{số tờ}").replace("{THUA}", "{thửa}"), source=VN2000)
    assert "FIL-015" not in codes(load(file, map, str(tmp_path / "s.gpkg"), TODAY))
