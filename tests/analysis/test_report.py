"""The report says what the records say, escapes what they name, and never changes."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from memcap.analysis import report, rows
from memcap.analysis.report import cells, summary, tables
from memcap.core.claims import Verdict
from memcap.core.errors import CorruptFileError
from memcap.sweeps.records import Store

VOID = {"meta", "br", "path", "use", "rect", "stop"}


class _Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.sources, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.sources += [names[key] for key in ("src", "data") if key in names]
        self.sources += [names["href"]] if tag == "link" else []
        self.ids += [names["id"]] if "id" in names and tag != "g" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def _store(folder, records):
    store = Store(folder / "records.jsonl")
    for record in records:
        store.append(record)
    return folder


def test_the_page_is_one_well_formed_file_that_asks_for_no_other(records):
    page = report.html(records)
    parser = _Balance()
    parser.feed(page)
    assert parser.open == [] and parser.sources == []
    assert "@import" not in page and "url(http" not in page
    assert page.count("<svg") == 4 and page.startswith("<!doctype html>")


def test_names_in_the_data_cannot_write_html(records):
    page = report.html(records, ())
    assert "tests &amp; &lt;checks&gt;" in page and "<checks>" not in page


def test_writing_twice_gives_the_same_bytes(tmp_path, records):
    folder = _store(tmp_path, records)
    report.write(folder)
    names = ("report.html", "report.md", "figures/bits.svg", "figures/bits.png")
    before = [(folder / name).read_bytes() for name in names]
    for name in names:
        (folder / name).unlink()
    report.write(folder)
    assert [(folder / name).read_bytes() for name in names] == before


def test_both_forms_hold_every_number_of_the_tables(records):
    page, text = report.html(records, ()), report.markdown(records, ())
    made = (tables.networks, tables.trained, tables.claims, tables.bounds)
    for table in (make(records) for make in made):
        assert table.rows
        for row in table.rows:
            assert len(row) == len(table.columns)
            for cell in row:
                assert cell.text in text
                assert cell.text in page


def test_networks_stand_beside_the_fewest_possible(records):
    table = tables.networks(records)
    fewest = table.columns.index("fewest possible")
    for row, made in zip(table.rows, rows.constructed(records), strict=True):
        assert row[fewest].text == f"{made.fewest:,}"
        assert row[fewest + 1].text == cells.number(made.nonzero / made.fewest, 3).text
        bits = made.counts["total_bits"] / (2 * made.samples)
        assert row[-3].text == cells.number(bits, 3).text


def test_records_without_lower_bounds_have_dashes(records):
    older = [
        replace(r, results={k: v for k, v in r.results.items() if k != "lower"})
        for r in records
    ]
    table = tables.networks(older)
    assert table.rows and {row[-3].text for row in table.rows} == {"–"}
    assert "fewest numbers with which" not in report.html(older, ())


def test_every_statement_is_linked(records):
    for table in (tables.claims(records), tables.bounds(records)):
        column = table.columns.index("statement")
        assert all(row[column].url.startswith("https://") for row in table.rows)


def test_the_verdict_is_the_worst_of_the_networks(records, refuted):
    assert summary.verdict(records) is Verdict.PROVED
    assert summary.verdict(refuted) is Verdict.REFUTED
    assert summary.verdict(()) is Verdict.UNDECIDED
    assert 'class="verdict refuted">REFUTED' in report.html(refuted, ())


def test_the_summary_is_three_sentences_with_the_fitted_exponent(records):
    said = summary.sentences(records)
    assert len(said) == 3
    assert "all 8,500 labels are right" in said[0]
    assert "exponent 0.50" in said[1] and "rough" in said[1]
    assert "N = 256" in said[2]


def test_failed_runs_are_shown_with_their_reason(records):
    assert "no network of at most 512 units fitted" in report.html(records, ())
    assert "no network of at most 512 units fitted" in report.markdown(records, ())


@pytest.mark.parametrize("keep", [1, 2])
def test_an_unfinished_study_still_has_a_report(records, keep):
    assert "How to read this" in report.html(records[:keep], ())
    assert "How to read this" in report.markdown(records[:keep], ())


def test_no_records_are_refused_with_the_remedy(tmp_path):
    with pytest.raises(CorruptFileError, match="run memcap study"):
        report.write(tmp_path)


def test_markdown_tables_have_as_many_bars_as_columns(records):
    lines = [x for x in report.markdown(records, ()).splitlines() if x.startswith("|")]
    blocks = re.split(r"\n(?!\|)", report.markdown(records, ()))
    assert lines
    for block in blocks:
        bars = {
            len(re.findall(r"(?<!\\)\|", x)) for x in block.splitlines() if x[:1] == "|"
        }
        assert len(bars) <= 1
