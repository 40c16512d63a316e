"""Pictures for licences over HTTP: put forward once, and looked at by their authority alone."""

from identity.duties import Duty, Grant
from licence.pictures.reading import read_picture
from tests.api.builders import Furnished, Service
from tests.licence.pictures.housing import photograph

PATH = "/v1/licence-pictures"
CONTENT = photograph()


def test_a_picture_is_put_forward_and_looked_at(shared_furnished: Service, furnished_folder: Furnished) -> None:
    service, authority = shared_furnished, furnished_folder.authority
    officer = service.bearer(Grant(Duty.LICENCE_OFFICER, authority))
    request = {
        "data": {"issuer": authority},
        "files": {"file": ("photo.jpg", CONTENT, "image/jpeg")},
        "headers": {"Idempotency-Key": "picture-1"},
    }
    answer = service.ask("POST", PATH, token=officer, **request)
    told = answer.json()
    assert (answer.status_code, told["width"], told["height"], told["used_at"]) == (201, 358, 441, None)
    assert service.ask("POST", PATH, token=officer, **request).json() == told
    looked = service.ask("GET", f"{PATH}/{told['id']}", token=officer)
    assert (looked.status_code, looked.headers["Content-Type"]) == (200, "image/jpeg")
    assert looked.headers["Cache-Control"] == "no-store"
    assert looked.content == read_picture(CONTENT).jpeg
    assert told["size"] == len(looked.content)
    stranger = service.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.enterprise))
    assert service.ask("GET", f"{PATH}/{told['id']}", token=stranger).status_code == 403
    assert service.ask("GET", f"{PATH}/pic_{'0' * 26}", token=officer).json()["code"] == "licence.picture_unknown"


def test_what_is_no_picture_is_a_problem(shared_furnished: Service, furnished_folder: Furnished) -> None:
    service, authority = shared_furnished, furnished_folder.authority
    answer = service.ask(
        "POST",
        PATH,
        token=service.bearer(Grant(Duty.LICENCE_OFFICER, authority)),
        data={"issuer": authority},
        files={"file": ("photo.gif", b"GIF89a", "image/gif")},
        headers={"Idempotency-Key": "picture-2"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "licence.picture_refused")
