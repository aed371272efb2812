"""The text that the form shows is the text to which the endorsement is bound."""

import json
from pathlib import Path

from django.test import Client

from petition.models import Appeal, AppealText, Endorsement
from tests.factories import SLUG, confirmed
from tests.management.commands.test_import_statement import run, translation


def test_beside_a_translation_the_same_text_is_endorsed(client: Client, appeal: Appeal, tmp_path: Path) -> None:
    for status in ("unofficial", "official"):
        language = "ru" if status == "unofficial" else "ky"
        run(translation(tmp_path), "--slug", SLUG, "--language", language, "--status", status)
    signed = AppealText.objects.get(appeal=appeal, language="en")
    assert f"/appeals/{SLUG}/text.en.txt" in client.get(f"/ru/appeals/{SLUG}/endorse/").content.decode()
    page = client.get(f"/ru/appeals/{SLUG}/").content.decode()
    assert signed.sha256 in page
    assert json.loads(client.get(f"/appeals/{SLUG}/signatories.json").content)["text_sha256"] == signed.sha256
    assert confirmed(appeal, language="ru").text_id == signed.pk
    assert not Endorsement.objects.exclude(text=signed).exists()
