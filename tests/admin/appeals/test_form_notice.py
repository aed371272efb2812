"""The notice above the form: previewed, stored, removed."""

import pytest
from django.test import Client

from petition.models import Appeal, Notice
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT
from tests.factories import SLUG

NOTICE = f"/admin/notices/{SLUG}/ru/"


def test_a_notice_is_previewed_then_stored(staff: Client, appeal: Appeal) -> None:
    typed = {"words": f"Первая\r\nстрока.\r\n\r\n \r\nВторая {SCRIPT}", "dated": "2026-10-01"}
    preview = staff.post(NOTICE, typed | {"preview": ""}).content.decode()
    assert f"<li>Первая строка.</li>\n<li>Вторая {ESCAPED}</li>" in preview
    assert "Обновлено: 1 октября 2026 г." in preview
    assert SCRIPT not in preview
    assert not Notice.objects.exists()
    assert "The form notice is saved." in staff.post(NOTICE, typed, follow=True).content.decode()
    assert "<li>Первая строка.</li>" in staff.get(f"/ru/appeals/{SLUG}/endorse/").content.decode()
    assert f"Вторая {ESCAPED}" in staff.get(NOTICE).content.decode()
    staff.post(NOTICE, {"words": "", "dated": "2026-10-01"})
    assert not Notice.objects.exists()
    assert "В некоторых странах это может быть опасно для людей." in staff.get(NOTICE).content.decode()


@pytest.mark.parametrize("typed", [{"words": "x", "dated": ""}, {"words": "a\u202eb", "dated": "2026-10-01"}])
def test_an_invalid_notice_is_refused(staff: Client, appeal: Appeal, typed: dict[str, str]) -> None:
    assert staff.post(NOTICE, typed).status_code == 422
    assert not Notice.objects.exists()


def test_a_notice_needs_staff_and_a_csrf_token(staff: Client, client: Client, appeal: Appeal) -> None:
    typed = {"words": "x", "dated": "2026-10-01"}
    assert client.post(NOTICE, typed)["Location"].startswith("/admin/login/")
    staff.handler.enforce_csrf_checks = True
    assert staff.post(NOTICE, typed).status_code == 403
    assert staff.get("/admin/notices/nowhere/en/").status_code == 404
    assert staff.get(f"/admin/notices/{SLUG}/xx/").status_code == 404
    assert not Notice.objects.exists()
