"""The command line: exit codes, one sentence for each error, quick help."""

import json
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from memcap.cli.main import app
from memcap.core.errors import CorruptFileError
from memcap.data import from_arrays, random_next_token

COMMANDS = ("study", "construct", "verify", "bounds", "sweep", "report")


def _memcap(*arguments, env=None):
    """Run a command in this process; the tests that need a process start one."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], env=env)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "net"
    made = _memcap(
        *("construct", "next_token", "--data", "random", "--num-samples", 30),
        *("--length", 4, "--vocab", 16, "--classes", 3, "--out", folder),
    )
    assert made.exit_code == 0, made.stderr
    assert made.stdout.startswith("PROVED: 30/30 labels right, exact; ")
    return folder


@pytest.fixture
def copy(net, tmp_path):
    import shutil

    return shutil.copytree(net, tmp_path / "copy")


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from memcap.cli.main import app; import typer.main;"
        "typer.main.get_command(app);"
        "heavy = {'jax', 'numpy', 'flint', 'matplotlib', 'scipy', 'sympy'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_example_and_exit_code(command):
    shown = _memcap(command, "--help")
    assert shown.exit_code == 0
    assert f"memcap {command} " in shown.stdout and "Exit code" in shown.stdout


def test_version_is_that_of_the_package():
    import memcap

    assert _memcap("--version").stdout == f"memcap {memcap.__version__}\n"


def test_a_construction_is_verified_from_its_files(net):
    checked = _memcap("verify", net)
    assert checked.exit_code == 0
    assert checked.stdout.startswith("PROVED: 30/30 labels right, exact; ")
    counts = json.loads((net / "counts.json").read_text())
    assert f"{counts['nonzero']:,} non-zero parameters" in checked.stdout


def test_other_labels_are_refuted(copy):
    ds = random_next_token(num_samples=30, length=4, vocab=16, classes=3, seed=0)
    from_arrays(ds.tokens, (ds.labels + 1) % 3).save(copy / "wrong.npz")
    checked = _memcap("verify", copy, "--data", copy / "wrong.npz")
    assert checked.exit_code == 1
    assert checked.stdout.startswith("REFUTED: these are not the certified data")
    assert "(0/30 labels right)" in checked.stdout


def test_one_changed_digit_of_the_weights_is_noticed(copy):
    path = copy / "weights.json"
    text = path.read_text()
    place = text.index('"rows"') + text[text.index('"rows"') :].index("1")
    path.write_text(text[:place] + "3" + text[place + 1 :])
    assert _memcap("verify", copy).exit_code in (1, 2)


@pytest.mark.parametrize("name", ["weights.json", "data.npz", "certificate.json"])
@pytest.mark.parametrize("harm", ["missing", "empty", "torn"])
def test_broken_folders_are_unusable_in_one_sentence(copy, name, harm):
    path = copy / name
    content = path.read_bytes()
    path.unlink()
    if harm != "missing":
        path.write_bytes(b"" if harm == "empty" else content[: len(content) // 2])
    _is_one_sentence(_memcap("verify", copy))


def _is_one_sentence(done, code=2):
    assert done.exit_code == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("memcap: ") and done.stderr.endswith(".\n")
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "no/such/folder"),
        ("report", "no/such/folder"),
        ("study", "--data", "no-such-data", "--out", "o"),
        ("study", "--preset", "huge", "--data", "turkish", "--out", "o"),
        ("construct", "no_such", "--data", "random", "--out", "o"),
        ("construct", "next_token", "--data", "no.npz", "--out", "o"),
        ("construct", "next_token", "--data", "random", "--task", "x", "--out", "o"),
        ("construct", "next_token", "--data", "random", "--constants", "x")
        + ("--out", "o"),
        ("construct", "next_token", "--data", "random", "--task", "seq_to_seq")
        + ("--out", "o"),
        ("bounds", "--samples", "10", "--delta", "none"),
        ("bounds", "--samples", "10", "--delta", "1/0"),
        ("bounds", "--samples", "10", "--r", "-1"),
        ("bounds", "--samples", "10", "--task", "x"),
    ],
)
def test_unusable_input_is_one_sentence(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _is_one_sentence(_memcap(*arguments))
    assert not (tmp_path / "o").exists()


def test_debugging_shows_where_an_error_is_from():
    with pytest.raises(CorruptFileError, match="holds no records"):
        _memcap("report", "nowhere", env={"MEMCAP_DEBUG": "1"})


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    arguments = ("--data", "random", "--num-samples", 5, "--out", tmp_path / "file")
    _is_one_sentence(_memcap("construct", "next_token", *arguments))


def test_bounds_as_json_are_rows_with_references():
    shown = _memcap("bounds", "--samples", 1000, "--length", 8, "--json")
    rows = json.loads(shown.stdout)
    assert len(rows) > 20 and shown.stdout.count("\n") == len(rows)
    assert {"id", "value", "reference", "sentence"} <= set(rows[0])


def test_bounds_as_a_table_name_every_statement():
    shown = _memcap("bounds", "--samples", 1000, env={"COLUMNS": "160"})
    assert shown.exit_code == 0 and "KS25.ThmB1.depth" in shown.stdout


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    random_next_token(num_samples=30, length=4, vocab=16, classes=3, seed=1).save(
        folder / "sample.npz"
    )
    done = _memcap("study", "--data", folder / "sample.npz", "--out", folder / "out")
    assert done.exit_code == 0, done.stderr
    assert "[1/2] constructed, N = 30: PROVED: 30/30 labels" in done.stdout
    assert "[2/2] compact, N = 30: PROVED: 30/30 labels" in done.stdout
    return folder


def test_the_report_is_rebuilt_byte_for_byte(studied):
    out = studied / "out"
    names = ("report.html", "report.md", "figures/parameters.svg")
    before = [(out / name).read_bytes() for name in names]
    for name in names:
        (out / name).unlink()
    assert _memcap("report", out).exit_code == 0
    assert [(out / name).read_bytes() for name in names] == before


def test_a_study_is_verified_network_by_network(studied):
    checked = _memcap("verify", studied / "out")
    assert checked.exit_code == 0
    assert checked.stdout.count("30/30 labels right, exact") == 2
    assert "2 of 2 networks proved." in checked.stdout


def test_the_module_is_the_same_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "memcap", "report", "nowhere"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("memcap: nowhere") and done.stderr.count("\n") == 1


def test_interrupting_a_study_says_what_is_kept(tmp_path):
    random_next_token(num_samples=20_000, length=8, vocab=64, classes=3, seed=1).save(
        tmp_path / "large.npz"
    )
    study = subprocess.Popen(
        [sys.executable, "-m", "memcap", "study", "--data", tmp_path / "large.npz"]
        + ["--out", tmp_path / "out"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert study.stdout is not None and study.stdout.readline().startswith("[1/")
    study.send_signal(signal.SIGINT)
    out, err = study.communicate()
    assert study.returncode == 130, err
    assert "records.jsonl" in err and "the same command goes on" in err
    kept = (tmp_path / "out" / "records.jsonl").read_bytes().count(b"\n")
    assert f"interrupted; {kept - 1} of " in err
