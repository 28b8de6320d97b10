"""The README's Python examples give what it says; its commands exist."""

import doctest
import re
from pathlib import Path

from memcap.cli.main import app

ROOT = Path(__file__).parents[1]


def test_examples_run():
    found = doctest.testfile(
        str(ROOT / "README.md"),
        module_relative=False,
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
    )
    assert found.attempted > 10 and not found.failed


def test_every_command_named_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^memcap (\w+)", text, flags=re.MULTILINE))
    known = {command.callback.__name__ for command in app.registered_commands}
    known |= {group.typer_instance.info.name for group in app.registered_groups}
    assert named == known


def test_every_construction_is_in_the_table():
    import memcap as mc

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (`\w.*`) \| (\S+) \|", text, flags=re.MULTILINE)
    rows = {
        (name.strip("` "), ref) for names, ref in found for name in names.split(",")
    }
    entries = mc.constructions.available().values()
    assert rows == {(entry.name, entry.ref.id) for entry in entries}
