"""The documentation site: ``make docs`` builds it, and a warning is an error."""

import re

import loyalty_core

project = "loyalty-core"
author = "the loyalty-core developers"
release = loyalty_core.__version__
version = release

extensions = ["myst_nb", "sphinx.ext.autodoc"]
source_suffix = {".md": "myst-nb", ".py": "myst-nb"}
# Notebooks are scripts in the percent form of jupytext; they are executed whenever the site is built.
nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "force"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
exclude_patterns = ["conf.py", "_build"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
# Fields with the name of a type, such as ``list``, are what types in signatures seem to mean.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"loyalty-core {release}"


def _files_of_the_project(app, name, source):
    """Links to files beside this folder lead to the repository."""
    target = r"\1https://github.com/loyalty-core/loyalty-core/blob/main/\2"
    source[0] = re.sub(r"(\]\()\.\./([^)]+)", target, source[0])


def setup(app):
    app.connect("source-read", _files_of_the_project)
