"""Cuts the window's fonts out of Noto Sans CJK: Latin, Cyrillic, kana, signs, common Chinese.

    python -m tools.fonts NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

Needs fonttools. The 3,755 characters of GB 2312's first level are nearly all of written Chinese, so
names of players and files can be read, too. Run it again when a language file uses a rarer one; a
test notices.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "gomoku_zero" / "window" / "fonts"
SIMPLIFIED_CHINESE = 2  # the font's number in the collection
ARROWS = "\u2190\u2191\u2192\u2193"
SIGNS = ARROWS + "\u00b7\u2013\u2014\u2212\u00d7\u2026\u25d0\u25cf\u25cb\u25b2\u25b6\u25bc\u2261"


def needed_characters() -> str:
    """Every character the language files and the window use."""
    texts = [file.read_text(encoding="utf-8") for file in (FOLDER.parent / "languages").iterdir()]
    codes = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x400, 0x460), *range(0x3041, 0x3100)]
    letters = "".join(map(chr, codes))  # Latin, Cyrillic, and the two kana
    return "".join(sorted(set("".join(texts) + letters + common_chinese() + SIGNS) - {"\n"}))


def common_chinese() -> str:
    """Chinese punctuation, full-width forms and the first level of GB 2312, its rows 16 to 55."""
    rows = (1, 3, *range(16, 56))
    encoded = (bytes((0xA0 + row, 0xA0 + cell)) for row in rows for cell in range(1, 95))
    return "".join(code.decode("gb2312", errors="ignore") for code in encoded)


def main(regular: str, bold: str) -> None:
    characters = needed_characters()
    for source, name in ((regular, "regular.otf"), (bold, "bold.otf")):
        subprocess.run(
            [
                *(sys.executable, "-m", "fontTools.subset"),
                source,
                f"--font-number={SIMPLIFIED_CHINESE}",
                f"--text={characters}",
                f"--output-file={FOLDER / name}",
                "--layout-features=kern,tnum",
                "--no-hinting",
                "--desubroutinize",
                "--name-IDs=0,1,2,3,4,5,6,13,14",
            ],
            check=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
