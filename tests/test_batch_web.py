"""A list handed in on the web: a child answers it, its state and its files are there to fetch, for a time."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import amount
import markup
import pytest
import street
from batched import awaited, batch, done, files, read_csv, table
from flask.testing import FlaskClient
from street import TODAY
from werkzeug.test import TestResponse

from landinfo.batch import job
from landinfo.store.register import beside, open_register
from landinfo.web import Settings, create_app

LIST = table("id,commune,sheet,number", "a,25750@2024,1,1", "b,25750@2024,1,99", "c,25750@2024,1,2")
ASKED = {"on": "2026-03-01", "convert_to": "ODT"}
MULTIPART = "multipart/form-data"
KILLED = amount.of(150, 250)
"""Rows of a list whose child is killed: more than a part, so that it has some to do when the first is kept."""


@pytest.fixture(scope="module")
def url(engine: str, new_place: Callable[[str], str]) -> str:
    made = new_place(engine)
    street.create(made).close()
    return made


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    return tmp_path / "jobs"


@pytest.fixture
def web(url: str, jobs: Path) -> Iterator[FlaskClient]:
    yield served(url, jobs)
    emptied(url)


def served(url: str, jobs: Path, **settings: Any) -> FlaskClient:
    given = Settings(store=url, jobs=str(jobs), connections=2, **settings)
    return create_app(given, today=lambda: TODAY).test_client()


def emptied(url: str) -> None:
    register = open_register(beside(url))
    for entry in register.listed(job.KIND):
        register.remove(job.KIND, entry.key)


def handed_in(web: FlaskClient, content: str | bytes = LIST, name: str = "in.csv", **fields: Any) -> TestResponse:
    sent = content.encode() if isinstance(content, str) else content
    return web.post("/api/batch", data={**fields, "file": (io.BytesIO(sent), name)}, content_type=MULTIPART)


def fetched(web: FlaskClient, address: str) -> bytes:
    with web.get(address) as response:
        assert response.status_code == 200
        return response.data


def ended(web: FlaskClient, key: str, within: float = 60) -> dict[str, Any]:
    def state() -> dict[str, Any] | None:
        told = dict(json.loads(web.get(f"/api/batch/{key}").data))
        return None if told["state"] in job.OPEN else told

    return awaited(state, within) or {}


def test_a_list_is_answered_as_on_the_command_line(web: FlaskClient, url: str, jobs: Path, tmp_path: Path) -> None:
    response = handed_in(web, format="csv", **ASKED)
    assert response.status_code == 202, response.text
    begun = json.loads(response.data)
    assert response.headers["Location"] == begun["href"] == f"/api/batch/{begun['id']}"
    assert re.fullmatch("[0-9a-f]{32}", begun["id"])
    state = ended(web, begun["id"])
    assert (state["state"], state["percent"]) == ("done", 100), state
    assert (state["rows"], state["results"], state["errors"]) == (3, 2, 1)
    (tmp_path / "in.csv").write_text(LIST, "utf-8")
    own = tmp_path / "own"
    own.mkdir()
    done(batch(tmp_path / "in.csv", own / "results.csv", url, *ASKED.items()))
    assert {file["name"]: fetched(web, file["href"]) for file in state["files"]} == files(own)
    with web.get(state["files"][0]["href"]) as response:
        header = response.headers
    assert "attachment" in header["Content-Disposition"]
    assert header["Cache-Control"] == "no-store"
    assert "password" not in "".join(p.read_text("utf-8", "replace") for p in jobs.rglob("*.json"))
    assert url not in "".join(p.read_text("utf-8", "replace") for p in jobs.rglob("*.json"))


def test_json_and_bodies_of_each_kind_are_lists_too(web: FlaskClient) -> None:
    rows = [{"parcel": "25750@2024/1/1", "on": ["2026-03-01", "2026-04-01"]}, {"commune": "25750@2024"}]
    body = {"rows": rows, "format": "csv", "convert_to": ["ODT", "TMD"]}
    state = ended(web, json.loads(web.post("/api/batch", json=body).data)["id"])
    assert (state["rows"], state["results"], state["errors"]) == (2, 4, 1), state
    point = {"type": "FeatureCollection", "features": [{"properties": {"parcel": "25750@2024/1/1"}}]}
    sent = (("text/csv", LIST.encode(), 2), ("application/geo+json", json.dumps(point).encode(), 1))
    for kind, content, count in sent:
        response = web.post("/api/batch?on=2026-03-01&format=geojson", data=content, content_type=kind)
        assert ended(web, json.loads(response.data)["id"])["results"] == count


REFUSED = [
    (LIST, "in.pdf", {}, 400, "batch-format"),
    (LIST, "in.csv", {"format": "doc"}, 400, "batch-out-format"),
    (LIST, "in.csv", {"colour": "red"}, 400, "unknown-parameter"),
    (LIST, "in.csv", {"on": "2026-13-01"}, 400, "bad-day"),
    (LIST, "in.csv", {"convert_to": "ODT;XXX"}, 400, "unknown-land-use"),
    (LIST, "in.csv", {"price.XXX": "5"}, 400, "unknown-land-use"),
    ("a,b\n1,2\n", "in.csv", {}, 422, "batch-no-place"),
    ("", "in.csv", {}, 422, "batch-empty"),
    (b"{}", "in.geojson", {}, 422, "batch-geojson-empty"),
]


@pytest.mark.parametrize(("content", "name", "fields", "status", "code"), REFUSED)
def test_what_is_no_list_is_refused_at_once_and_leaves_nothing(
    web: FlaskClient, jobs: Path, content: str, name: str, fields: dict[str, str], status: int, code: str
) -> None:
    response = handed_in(web, content, name, **fields)
    told = json.loads(response.data)
    assert (response.status_code, told["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert list(jobs.glob("*")) == []


BAD_JSON = ["[]", "{}", '{"rows": 5}', '{"rows": [5]}', "[" * 100_000]
# JSON may hold half of a surrogate pair, the list that is made of it may not.
BAD_JSON += [r'{"rows": [{"parcel": "\ud800"}]}', r'{"rows": [{"\udfff": "1"}]}', r'{"rows": [{"on": ["\ud800"]}]}']


@pytest.mark.parametrize("body", BAD_JSON)
def test_json_that_is_no_list_is_refused(web: FlaskClient, jobs: Path, body: str) -> None:
    response = web.post("/api/batch", data=body, content_type="application/json")
    assert (response.status_code, json.loads(response.data)["code"]) == (400, "batch-bad-json")
    assert web.post("/api/batch", data="x", content_type="image/png").status_code == 400
    assert web.post("/api/batch", data={"file": "a word"}, content_type=MULTIPART).status_code == 400
    assert list(jobs.glob("*")) == []


@pytest.mark.parametrize(("name", "value"), [("on", 5), ("area", 100.5), ("fact.chosen_parcel", True), ("on", [None])])
def test_a_value_in_json_that_is_no_text_is_named(web: FlaskClient, jobs: Path, name: str, value: Any) -> None:
    response = web.post("/api/batch", json={"rows": [{"parcel": "25750@2024/1/1"}], name: value})
    told = json.loads(response.data)
    assert (response.status_code, told["code"], told["field"]) == (400, "batch-json-no-text", name)
    assert json.dumps(value).strip("[]") in told["detail"]
    assert list(jobs.glob("*")) == []


def test_what_only_the_child_can_see_stands_in_the_state(web: FlaskClient, url: str, jobs: Path) -> None:
    state = ended(web, json.loads(handed_in(web, b"no zip", "in.xlsx").data)["id"])
    assert (state["state"], state["problem"]["code"]) == ("refused", "FIL-002")
    few = served(url, jobs, batch_rows=2)
    state = ended(few, json.loads(handed_in(few).data)["id"])
    assert (state["state"], state["problem"]["code"]) == ("refused", "batch-many-rows")
    assert "2" in state["problem"]["detail"]
    shown = markup.read(few.get(f"/batch/{state['id']}").text)
    assert state["problem"]["detail"] in shown.text


def test_a_list_too_large_is_refused_before_it_is_read(url: str, jobs: Path) -> None:
    web = served(url, jobs, batch_mb=1)

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: Any) -> int:
            self.taken += len(into)
            into[:] = b"1" * len(into)
            return len(into)

    declared = Endless()
    environ: dict[str, Any] = {"wsgi.input": declared, "CONTENT_LENGTH": "200000000"}
    told = web.post("/api/batch", content_type="text/csv", environ_overrides=environ)
    assert (told.status_code, json.loads(told.data)["code"]) == (413, "batch-too-large")
    assert "1 MB" in json.loads(told.data)["detail"]
    assert declared.taken == 0
    chunked = Endless()
    environ = {"wsgi.input": chunked, "wsgi.input_terminated": True}
    told = web.post("/api/batch", content_type="text/csv", environ_overrides=environ)
    assert (told.status_code, json.loads(told.data)["code"]) == (413, "batch-too-large")
    assert chunked.taken < 1_500_000
    assert list(jobs.glob("*")) == []


def test_a_child_that_was_killed_is_begun_again_where_it_was(
    web: FlaskClient, url: str, jobs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [f"{n},25750@2024,1,{(1, 2, 7)[n % 3]}" for n in range(KILLED)]
    content = table("id,commune,sheet,number", *rows)
    key = json.loads(handed_in(web, content, format="csv", **ASKED).data)["id"]
    awaited(lambda: list((jobs / key).glob(".results.csv.parts/*.part")))
    os.kill(_child(key), signal.SIGKILL)
    assert json.loads(web.get(f"/api/batch/{key}").data)["state"] == "running"
    monkeypatch.setattr(job, "SILENT", 0.0)
    at = open_register(beside(url))
    entry = at.get(job.KIND, key)
    assert entry
    at.revise(job.KIND, key, {**entry.body, "beat": 0.0}, entry.revision)
    state = ended(web, key, 120)
    assert (state["state"], state["results"]) == ("done", KILLED)
    told = at.get(job.KIND, key)
    assert told
    assert told.body["runs"] == 2
    (tmp_path / "in.csv").write_text(content, "utf-8")
    own = tmp_path / "own"
    own.mkdir()
    done(batch(tmp_path / "in.csv", own / "results.csv", url, *ASKED.items()))
    assert {file["name"]: fetched(web, file["href"]) for file in state["files"]} == files(own)


def _child(key: str) -> int:
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if key in place.read_bytes().decode("utf-8", "replace") and "landinfo.batch" in place.read_text():
                return int(place.parent.name)
        except OSError:
            continue
    raise AssertionError(key)


def test_a_child_says_that_it_lives_however_long_a_step_takes(
    web: FlaskClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "BEAT", 0.05)
    register = open_register(beside(url))
    register.add(job.KIND, "1" * 32, TODAY, {"state": "running", "beat": 0.0})
    with job.Telling(register, "1" * 32):
        beat = awaited(lambda: (entry := register.get(job.KIND, "1" * 32)) and entry.body["beat"], 20)
    assert time.time() - beat < 5


def test_a_second_child_leaves_the_word_to_the_first(
    web: FlaskClient, url: str, jobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import landinfo.batch.__main__ as child
    from landinfo.batch.journal import Journal

    key = json.loads(handed_in(web, format="csv", **ASKED).data)["id"]
    ended(web, key)
    register = open_register(beside(url))
    entry = register.get(job.KIND, key)
    assert entry
    register.revise(job.KIND, key, {**entry.body, "state": "running"}, entry.revision)
    monkeypatch.setattr(child, "_modest", lambda: None)
    places = {"STORE": url, "DATA": str(street.ROOT / "data"), "REGISTER": beside(url)}
    for name, place in places.items():
        monkeypatch.setenv(f"LANDINFO_{name}", place)
    with Journal(jobs / key / "results.csv", "the first"):
        assert child.main(jobs / key) == 0
    told = register.get(job.KIND, key)
    assert told
    assert told.body["state"] in job.OPEN
    assert child.main(jobs / key) == 0
    told = register.get(job.KIND, key)
    assert told
    assert told.body["state"] == "done"


def test_a_job_that_dies_each_time_is_given_up(web: FlaskClient, url: str) -> None:
    register = open_register(beside(url))
    body = {"state": "running", "percent": 5, "rows": 5, "results": None, "errors": None, "files": [], "unread": []}
    body |= {"problem": None, "runs": job.MOST_RUNS, "beat": 0.0, "until": time.time() + 99}
    register.add(job.KIND, "0" * 32, TODAY, body)
    state = json.loads(web.get(f"/api/batch/{'0' * 32}").data)
    assert state["state"] == "failed"
    assert "Traceback" not in web.get(f"/batch/{'0' * 32}").text


def test_jobs_are_deleted_when_their_time_is_over(web: FlaskClient, url: str, jobs: Path) -> None:
    key = json.loads(handed_in(web).data)["id"]
    state = ended(web, key)
    register = open_register(beside(url))
    entry = register.get(job.KIND, key)
    assert entry
    register.revise(job.KIND, key, {**entry.body, "until": time.time() - 1}, entry.revision)
    for address in (f"/api/batch/{key}", f"/batch/{key}", state["files"][0]["href"]):
        assert web.get(address).status_code == 404
    other = json.loads(handed_in(web).data)["id"]
    assert [p.name for p in jobs.iterdir()] == [other]
    assert register.get(job.KIND, key) is None
    ended(web, other)


def test_only_so_many_at_a_time(url: str, jobs: Path) -> None:
    web = served(url, jobs, batch_jobs=0)
    response = handed_in(web)
    assert (response.status_code, json.loads(response.data)["code"]) == (503, "batch-many-jobs")
    assert int(response.headers["Retry-After"]) > 0


def test_how_often_one_address_may_hand_in(url: str, jobs: Path) -> None:
    web = served(url, jobs, batch_limit="2 per hour")
    codes = [handed_in(web, "x", "in.pdf").status_code for _ in range(2)]
    codes.append(web.post("/batch", data={}).status_code)
    assert codes == [400, 400, 429]


def test_only_its_output_is_given_out(web: FlaskClient) -> None:
    key = json.loads(handed_in(web).data)["id"]
    assert [fetched(web, given["href"]) for given in ended(web, key)["files"]]
    for name in ("question.json", "log", "../question.json", "%2e%2e/question.json", "list.csv", "none"):
        assert web.get(f"/api/batch/{key}/{name}").status_code == 404, name
    for wrong in (key[:-1], key.upper(), "../" + key, "x" * 32, "0" * 32):
        assert web.get(f"/api/batch/{wrong}").status_code == 404, wrong


def test_the_pages_work_without_a_script(web: FlaskClient) -> None:
    form = markup.read(web.get("/batch").text)
    assert "100.000" in form.text
    response = web.post(
        "/batch", data={"on": "2026-03-01", "format": "xlsx", "file": (io.BytesIO(LIST.encode()), "in.csv")}
    )
    assert response.status_code == 303
    key = response.headers["Location"].rpartition("/")[2]
    waiting = web.get(f"/batch/{key}")
    if 'http-equiv="refresh"' not in waiting.text:
        assert "results.xlsx" in waiting.text
    ended(web, key)
    page = web.get(f"/batch/{key}")
    assert 'http-equiv="refresh"' not in page.text
    assert f'href="/api/batch/{key}/results.xlsx"' in page.text
    english = web.get(f"/batch/{key}?lang=en").text
    assert "Kept until" in english
    assert "Được giữ" in page.text
    refused = web.post("/batch?lang=en", data={"format": "csv"}, content_type=MULTIPART)
    assert refused.status_code == 400
    assert "choose one of" in refused.text


def test_read_csv_reads_what_was_fetched(web: FlaskClient, tmp_path: Path) -> None:
    state = ended(web, json.loads(handed_in(web, format="csv", **ASKED).data)["id"])
    for file in state["files"]:
        (tmp_path / file["name"]).write_bytes(fetched(web, file["href"]))
    made = read_csv(tmp_path / "results.csv")
    assert [(r["row"], r["id"]) for r in made["results"]] == [("2", "a"), ("4", "c")]
    assert [(e["row"], e["id"], e["code"]) for e in made["errors"]] == [("3", "b", "no-such-parcel")]
