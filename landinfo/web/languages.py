"""The reader's language, by Flask-Babel: which one, the catalogue of its sentences, and numbers as it types them.

The catalogues are ``data/texts/*.toml``, where both languages stand beside one another; a key is what gettext calls a
message. Their forms of numbers and days (``landinfo.texts``) serve paper and terminal too; tests hold them to CLDR's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.support import NullTranslations
from flask import Flask, request
from flask_babel import Babel, Domain, format_decimal, get_locale, get_translations

from landinfo import texts
from landinfo.texts import LANGUAGES, Texts

DEFAULT = "vi"


class Catalogue(NullTranslations):
    """The sentences of one language by their key; a key without a sentence says itself."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__()
        self.sentences = dict(sentences)

    def gettext(self, message: str) -> str:
        return self.sentences.get(message, message)

    ugettext = gettext


class Sentences(Domain):  # type: ignore[misc]
    """A catalogue for each language, made of texts that hold all of them."""

    def __init__(self, held: Texts) -> None:
        super().__init__(domain="landinfo")
        self.catalogues = {lang: Catalogue({key: both[lang] for key, both in held.items()}) for lang in LANGUAGES}

    def get_translations(self) -> NullTranslations:
        return self.catalogues[language()]


def register(app: Flask, held: Texts) -> None:
    """Let Flask-Babel choose the language of each request of ``app``, with ``held`` as its catalogues."""
    chosen = Babel(app, configure_jinja=False, default_locale=DEFAULT, locale_selector=_asked)
    chosen.domain_instance = Sentences(held)


def _asked() -> str:
    """``?lang=en``, and Vietnamese otherwise: the same address says the same, whatever a browser prefers."""
    return "en" if request.args.get("lang") == "en" else DEFAULT


def language() -> str:
    """The language of the request; Vietnamese where there is none."""
    locale = get_locale()
    return locale.language if locale else DEFAULT


def text(key: str, **params: Any) -> str:
    """A sentence of ``data/texts`` in the reader's language."""
    return texts.filled(get_translations().ugettext(key), params, language())


def told(both: Mapping[str, str] | None) -> str:
    """A text of the answer in the reader's language."""
    return both[language()] if both else ""


def typed(value: float | None) -> str:
    """A number as a reader would type it into a form: ``10,5``, in English ``10.5``, without thousands."""
    return "" if value is None else str(format_decimal(value, "0.######"))
