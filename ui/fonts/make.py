"""Cuts the window's fonts out of Noto Sans CJK: Latin, signs, and the Chinese that is used.

    python -m ui.fonts.make NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

Needs fonttools. Run it again when a language file uses a new character; a test notices.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SIMPLIFIED_CHINESE = 2  # the font's number in the collection
SIGNS = "\u00b7\u2013\u2014\u2212\u00d7\u2026\u25d0\u25cf\u25cb\u25b2\u25b6\u25bc\u2261"


def needed_characters() -> str:
    """Every character the language files and the window use."""
    texts = [file.read_text(encoding="utf-8") for file in (FOLDER.parent / "languages").iterdir()]
    latin = "".join(chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x180)])
    return "".join(sorted(set("".join(texts) + latin + SIGNS) - {"\n"}))


def main(regular: str, bold: str) -> None:
    characters = needed_characters()
    for source, name in ((regular, "regular.otf"), (bold, "bold.otf")):
        subprocess.run(
            [
                "pyftsubset",
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
