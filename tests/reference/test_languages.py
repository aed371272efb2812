"""The languages of the site."""

from petition.reference.languages import DEFAULT_LANGUAGE, LANGUAGES


def test_three_languages_have_an_order_and_their_own_names() -> None:
    assert list(LANGUAGES.items()) == [("en", "English"), ("ru", "Русский"), ("ky", "Кыргызча")]


def test_the_default_language_is_one_of_them() -> None:
    assert DEFAULT_LANGUAGE in LANGUAGES
