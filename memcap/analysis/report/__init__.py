"""The report of a study: one HTML page and its Markdown twin, from records alone."""

from memcap.analysis.report.render import html as html
from memcap.analysis.report.render import markdown as markdown
from memcap.analysis.report.render import write as write
