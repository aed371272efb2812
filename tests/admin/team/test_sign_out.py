"""Signing out ends the session on the server, and tells the browser to forget pages."""

from django.test import Client


def test_signing_out_ends_the_session_and_clears_the_browser(staff: Client) -> None:
    cookie = staff.cookies["session"].value
    assert staff.get("/admin/").status_code != 403
    response = staff.post("/admin/logout/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    stolen = Client(headers={"host": "127.0.0.1:8000"})
    stolen.cookies["session"] = cookie
    assert stolen.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert "Clear-Site-Data" not in stolen.get("/admin/login/").headers
