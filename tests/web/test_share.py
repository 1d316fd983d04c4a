"""The page that plays by itself: whole, closed to the outside, and what the sources give."""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gomoku_zero.commands.share import main, shared_page
from gomoku_zero.web.page import FOLDER, WINDOW_LANGUAGES, page_texts
from tests.web.golden import MODEL
from tests.web.node import WEB, require_node, run_node
from tests.web.test_engine import save_residual


class Elements(HTMLParser):
    """The elements of a page, and the texts of those that hold no markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.texts.append("")
        self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[-1] += data

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        pairs = zip(self.found, self.texts, strict=True)
        return [(attrs, text) for (name, attrs), text in pairs if name == tag]


def policy_of(page: str) -> str:
    (policy,) = (
        attrs["content"]
        for attrs, _ in Elements(page).of("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    return policy


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_committed_page_is_what_the_sources_give() -> None:
    require_node()
    run_node("node_modules/.bin/tsc", "--noEmit")
    run_node("build.mjs", "--check")


def test_the_page_runs_only_its_own_script_and_asks_nobody() -> None:
    page = shared_page(MODEL)
    assert len(page.encode()) < 1_000_000
    elements = Elements(page)
    (data, _), (script, text) = elements.of("script")
    assert data == {"type": "application/json", "id": "data"}
    assert script == {}
    policy = policy_of(page)
    assert f"script-src {hash_of(text)} 'wasm-unsafe-eval';" in policy
    (_, style), *others = elements.of("style")
    assert others == []
    assert f"style-src {hash_of(style)};" in policy
    assert "default-src 'none'" in policy
    assert "connect-src ;" in policy
    assert "unsafe-inline" not in policy
    assert "{{" not in re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)
    for _, attributes in elements.found:
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:").startswith("data:")


@pytest.mark.parametrize(
    "name",
    ["</script><script>alert(1)</script>", "<!--<script>", '"\\\u2028&lt;{{SCRIPT}}{{DATA}}', "棋"],
)
def test_no_name_breaks_out_of_its_element(name: str) -> None:
    page = shared_page(MODEL, name)
    elements = Elements(page)
    (_, data), (_, script) = elements.of("script")
    assert json.loads(data)["name"] == name
    assert hash_of(script) in policy_of(page)
    assert len(elements.found) == len(Elements(shared_page(MODEL)).found)


def test_a_folder_has_all_that_an_app_needs(tmp_path: Path) -> None:
    assert main([str(MODEL), "-o", str(tmp_path / "site"), "--folder"]) == 0
    names = {file.name for file in (tmp_path / "site").iterdir()}
    assert names == {"index.html", "icon.svg", "manifest.webmanifest", "service-worker.js"}
    manifest = json.loads((tmp_path / "site" / "manifest.webmanifest").read_text())
    assert manifest["start_url"] == "./"
    page = (tmp_path / "site" / "index.html").read_bytes()
    worker = (tmp_path / "site" / "service-worker.js").read_text()
    assert f'"gomoku-zero-{hashlib.sha256(page).hexdigest()[:16]}"' in worker
    assert "worker-src blob: 'self';" in policy_of(page.decode())


def test_what_cannot_be_shared_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "play.html"
    target.write_text("an older page")
    assert main([str(save_residual(tmp_path / "residual")), "-o", str(target)]) == 2
    assert "only patterns" in capsys.readouterr().err
    assert main([str(tmp_path / "none"), "-o", str(target)]) == 2
    assert target.read_text() == "an older page"
    assert main([str(MODEL), "-o", str(tmp_path / "no" / "play.html")]) == 2
    assert main([str(MODEL), "-o", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "cannot write" in error
    assert "name a file" in error


def test_sharing_needs_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from gomoku_zero.commands.share import main\n"
        f"code = main([{str(MODEL)!r}, '-o', {str(tmp_path / 'play.html')!r}])\n"
        "sys.exit(code or ('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=WEB.parent, check=False)
    assert done.returncode == 0


def test_whatever_the_page_says_has_words() -> None:
    english = page_texts()["en"]
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("engine", "page")
        for file in (WEB / "src" / folder).glob("*.ts*")
    )
    said = set(re.findall(r"(?:say|remark|button|flag)\((?:\"\w+\", )?\"(\w+)\"", source))
    said |= set(re.findall(r"\"(web_\w+)\"", source))
    said |= {"overline", "double_four", "double_three", "inaccuracy", "mistake", "blunder"}
    assert len(said) > 80
    assert said <= english.keys()


def test_the_words_of_the_page_are_the_same_in_all_its_languages() -> None:
    files = sorted((FOLDER / "languages").glob("*.toml"))
    assert {file.name for file in files} == {file.name for file in WINDOW_LANGUAGES.glob("*.toml")}
    texts = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    for language, its in texts.items():
        assert its.keys() == texts["en"].keys(), language
        for key, text in its.items():
            places = set(re.findall(r"\{\w+\}", text))
            assert places == set(re.findall(r"\{\w+\}", texts["en"][key])), (language, key)


@pytest.mark.gui
def test_the_page_in_a_browser(tmp_path: Path) -> None:
    require_node()
    page = tmp_path / "play.html"
    assert main([str(MODEL), "-o", str(page)]) == 0
    print(run_node("test/browser.mjs", page.as_uri(), str(tmp_path / "pictures")))  # noqa: T201
