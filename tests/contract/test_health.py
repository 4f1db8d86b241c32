"""What the operator asks."""

from tests.contract.client import Api


def test_a_live_server_says_so(api: Api) -> None:
    response = api.http.get("/health/live")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_a_ready_server_names_its_database(api: Api) -> None:
    response = api.http.get("/health/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["database"].split()[0] in {"SQLite", "PostgreSQL"}
