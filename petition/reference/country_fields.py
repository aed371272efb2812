"""The form field for the countries of an organisation, on the public form and on staff pages."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy as _

from petition.reference import countries
from petition.text.form_limits import MAX_COUNTRIES


class CountrySelects(forms.SelectMultiple):
    """Several plain drop-down lists with one name, instead of one multiple-choice box, which few people can use."""

    template_name = "endorse/country_selects.html"
    use_fieldset = True

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""  # the legend names the group, each list has its own name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = [code for code in value or [] if code][:MAX_COUNTRIES]
        chosen += [""] * (MAX_COUNTRIES - len(chosen))
        context = super().get_context(name, [], attrs)
        options = countries.country_choices(get_language() or "en")
        context["selects"] = [(index, code, options) for index, code in enumerate(chosen)]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [code for code in data.getlist(name) if code] if hasattr(data, "getlist") else list(data.get(name, ()))


class CountriesField(forms.Field):
    """At most MAX_COUNTRIES ISO 3166-1 alpha-2 codes, in the order given, each once."""

    widget = CountrySelects

    def clean(self, value: Any) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(code.strip().upper() for code in value or ()))
        if not set(codes) <= countries.COUNTRY_CODES:
            raise forms.ValidationError(_("Choose countries from the list."))
        if len(codes) > MAX_COUNTRIES:
            raise forms.ValidationError(_("Choose three countries at most."))
        return codes


class CountryCodesField(CountriesField):
    """The countries as on the public form, but as the database has them: codes separated by spaces."""

    def __init__(self) -> None:
        super().__init__(label=_("Countries"), required=False)

    def prepare_value(self, value: Any) -> list[str]:
        return value.split() if isinstance(value, str) else list(value or ())

    def clean(self, value: Any) -> str:  # type: ignore[override]
        return " ".join(super().clean(" ".join(value or ()).replace(",", " ").split()))
