"""The documents are true where a test can tell: paths, links, rooms, numbers of decisions, tables made from the code."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from sterna.app.scenario import explain
from sterna.emsa import documents, usecase
from sterna.protocols.rest import MESSAGES
from sterna.runtime.card import Card

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted(
    (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "src/sterna/data/SOURCES.md")
)
CODE: Final = re.compile(r"```.*?```", re.DOTALL)
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
NAMED: Final = re.compile(r"(?<![\w/.])(?:src|tests|bench|docs)/[\w./-]*\w")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
README_LINES_MAX: Final = 100
"""A stranger reads one screen or two."""
ELSEWHERE: Final = tuple("/" + folder + "/" for folder in ("work", "tmp", "root", "home"))
"""Folders of somebody's machine: nothing in the repository may depend on them."""
HOSTS: Final = re.compile(
    r"\b(?:[\w-]+\.)*(?:mirrors?|nexus|artifactory|pypiserver)\.[\w.-]+", re.IGNORECASE
)
"""Package mirrors of somebody's network."""
TEXTS: Final = {
    ".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".csv", ".json", ".html", ".svg", ".txt", "",
}  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchor(heading: str) -> str:
    """Return the anchor that a Markdown renderer gives to a *heading*."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def tracked() -> list[Path]:
    """Return the files of the repository, or skip where there is none."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: there is no list of files")
    return [ROOT / line for line in listed.split("\0") if line and (ROOT / line).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if "://" in target:
            continue
        path, _, part = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        assert aim.exists(), f"{target} leads nowhere"
        if part:
            headings = HEADING.findall(aim.read_text(encoding="utf-8"))
            assert part in map(anchor, headings), f"{target}: there is no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    text = LINK.sub("]", page.read_text(encoding="utf-8"))
    missing = [path for path in NAMED.findall(text) if not (ROOT / path).exists()]
    assert missing == []


def test_every_page_stands_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {
        (index.parent / target.partition("#")[0]).resolve()
        for target in LINK.findall(index.read_text(encoding="utf-8"))
    }
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - {index}
    assert pages <= linked


def test_a_decision_has_a_number_of_its_own_that_its_title_repeats() -> None:
    seen: set[str] = set()
    for page in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        number = page.name[:4]
        assert number not in seen, f"{page.name}: {number} is taken"
        seen.add(number)
        title = page.read_text(encoding="utf-8").splitlines()[0]
        assert title.startswith(f"# {int(number)}. "), f"{page.name}: {title}"


def test_every_rest_message_stands_on_its_page() -> None:
    page = (ROOT / "docs" / "protocols" / "rest.md").read_text(encoding="utf-8")
    missing = [one for one in MESSAGES if f"{one.method} {one.path}" not in page]
    assert missing == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    assert named <= targets


def test_every_key_to_explain_can_be_explained() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    keys = set(re.findall(r"sterna explain ([a-z_]+\.[a-z_]+)", text))
    assert keys, "the documents show how to ask"
    for key in keys:
        assert explain(key).startswith(key)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= README_LINES_MAX


def rows_of_the_map() -> dict[str, str]:
    """Return component id -> room, as the map in docs/architecture.md says."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\|[^|]+\| `([A-Z_]+)` \| \[?`([a-z_]+)`", text, re.MULTILINE))


def test_the_map_shows_every_component_in_the_room_that_the_use_case_names() -> None:
    porto = usecase.packaged("porto")
    assert rows_of_the_map() == {one.id: one.module for one in porto.components}


@pytest.mark.parametrize("card", documents.cards(), ids=lambda card: card.room)
def test_a_room_plays_the_components_that_the_map_gives_it(card: Card) -> None:
    drawn = {component for component, room in rows_of_the_map().items() if room == card.room}
    assert drawn == set(card.components)


@pytest.mark.parametrize(
    ("document", "command"),
    [(documents.CARDS, "make cards"), (documents.PICTURE, "make picture")],
)
def test_a_document_made_from_the_code_is_fresh(document: str, command: str) -> None:
    kept = (ROOT / "docs" / document).read_text(encoding="utf-8")
    assert kept == documents.written(document), f"docs/{document} is stale: run `{command}`"


def test_the_lock_names_the_public_registry_alone() -> None:
    hosts = re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text(encoding="utf-8"))
    assert set(hosts) == {"pypi.org", "files.pythonhosted.org"}


def test_no_text_names_a_place_on_somebodys_machine_or_network() -> None:
    found: list[str] = []
    for path in tracked():
        if path.suffix not in TEXTS:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        places = [place for place in ELSEWHERE if re.search(rf"(?<![\w.}}*]){place}", text)]
        found += [f"{name(path)}: {said}" for said in (*places, *HOSTS.findall(text))]
    assert found == []
