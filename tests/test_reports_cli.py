"""The staff's commands: list, show, answer, forget; exit code 2 with a sentence for what is wrong."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import street
from flask.testing import FlaskClient
from serving import DAY, HALVED, ask
from test_reception import received

from landinfo import cli, reception
from landinfo.cli import error_reports
from landinfo.error_report import CONTACT, receipt
from landinfo.store.register import Register

TODAY = date(2026, 11, 24)
SECRET = "0903-nguyen-van-a"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def answer(web: FlaskClient) -> dict[str, Any]:
    return ask(web, f"/api/parcels/{HALVED}?{DAY}&known=2026-11-24")


@pytest.fixture
def run(register_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``reports …``; gives what was printed, of a refusal what was said of it."""
    monkeypatch.setattr(error_reports, "today", lambda: TODAY)

    def command(*words: str, status: int = 0) -> str:
        code = cli.main(["reports", words[0], "--register", register_url, *words[1:]])
        printed = capsys.readouterr()
        assert code == status, printed.err
        assert (printed.err == "") is (code == 0)
        return printed.out if code == 0 else printed.err

    return command


def test_from_the_list_to_the_answer(run: Run, register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer, wrong="Diện tích sai\nxem lại", contact=SECRET)
    name = receipt.written(key)
    printed = run("list")
    assert "1 báo sai sót" in printed
    assert "Reports: 1" in printed
    assert f"{name}  24/11/2026  Đã tiếp nhận      {HALVED} use/1  Diện tích sai\n" in printed
    assert SECRET not in printed
    shown = run("show", name.lower())
    for said in (SECRET, "22/02/2027", "xem lại", "CLN – Đất trồng cây lâu năm", "410,0\u00a0m²", "Received", "bản 1"):
        assert said in shown
    run("answer", name, "--state", "under-review", "--by", "Lan")
    done = run("answer", name, "--state", "corrected", "--note", "Đã sửa", "--note-en", "Done", "--by", "Lan")
    assert done.splitlines() == [f"{name}: Đã sửa", f"{name}: Corrected"]
    assert "Lan" in run("show", name)
    assert [step["note"] for step in reception.find(name, register).body["steps"]] == [
        None, None, {"vi": "Đã sửa", "en": "Done"},
    ]  # fmt: skip


def test_json_and_geojson(run: Run, register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer, kind="share", row="land_use_planning-0", contact=SECRET, wrong="=1+1")
    listed, places = run("list", "--json"), run("list", "--geojson")
    assert SECRET not in listed + places
    (one,) = json.loads(listed)["reports"]
    assert (one["receipt"], one["state"], one["revision"]) == (receipt.written(key), "received", 1)
    (feature,) = json.loads(places)["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [one["place"]["lon"], one["place"]["lat"]]}
    assert feature["properties"]["receipt"] == receipt.written(key)
    assert feature["properties"]["layer"] == "land_use_planning"
    assert all(isinstance(value, str) for value in feature["properties"].values())
    assert json.loads(run("show", key, "--json"))["contact"] == SECRET
    answered = json.loads(run("answer", key, "--state", "under_review", "--by", "Lan", "--json"))
    assert (answered["state"], answered["revision"]) == ("under_review", 2)


def test_the_list_is_narrowed(run: Run, register: Register, answer: dict[str, Any]) -> None:
    use = received(register, answer)
    received(register, answer, kind="share", row="land_use_planning-0")
    run("answer", use, "--state", "under_review", "--by", "Lan")

    def count(*asked: str) -> int:
        return len(json.loads(run("list", *asked, "--json"))["reports"])

    assert (count(), count("--state", "under-review"), count("--layer", "parcels")) == (2, 1, 1)
    assert (count("--commune", "25750@2025"), count("--commune", "1"), count("--state", "corrected")) == (2, 0, 0)


def test_contacts_are_deleted_on_their_day(
    run: Run, register: Register, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = received(register, answer, contact=SECRET, contact_days=2)
    assert "Đã xóa 0 liên hệ" in run("forget")
    monkeypatch.setattr(error_reports, "today", lambda: TODAY + timedelta(2))
    assert "Đã xóa 1 liên hệ" in run("forget")
    assert SECRET not in run("show", key)
    for command in (("list",), ("show", key)):
        received(register, answer, contact=SECRET, contact_days=1, wrong=" ".join(command))
        run(*command)
        assert register.listed(CONTACT) == ()


def test_two_who_answer_the_same_revision(run: Run, register: Register, answer: dict[str, Any]) -> None:
    key = received(register, answer)
    run("answer", key, "--state", "under_review", "--by", "Lan", "--revision", "1")
    told = run("answer", key, "--state", "under_review", "--by", "Minh", "--revision", "1", status=2)
    assert "--revision 2" in told
    assert "Somebody else" in told
    assert [step["by"] for step in reception.find(key, register).body["steps"]] == ["", "Lan"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "x"), "receipt"),
        (("show", "AAAA-AAAA-AAAA"), "AAAA-AAAA-AAAA"),
        (("list", "--state", "gone"), "cannot_tell"),
        (("answer", "KEY", "--state", "gone", "--by", "Lan"), "gone"),
        (("answer", "KEY", "--state", "corrected", "--by", "Lan", "--note", "x"), "under_review"),
        (("answer", "KEY", "--state", "under_review"), "--by"),
        (("answer", "AAAA-AAAA-AAAA", "--state", "under_review", "--by", "Lan"), "No report"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    run: Run, register: Register, answer: dict[str, Any], words: tuple[str, ...], said: str
) -> None:
    key = received(register, answer)
    told = run(*(key if word == "KEY" else word for word in words), status=2)
    assert said in told
    assert len(told.splitlines()) == 2
    assert reception.find(key, register).revision == 1


def test_a_command_that_is_not_whole_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["answer", "x"], ["list", "--frob"], ["answer", "x", "--state", "corrected", "--revision", "y"]):
        with pytest.raises(SystemExit) as left:
            cli.main(["reports", *words])
        assert left.value.code == 2
    assert "Câu lệnh chưa đúng" in capsys.readouterr().err


def test_what_a_reporter_typed_moves_no_cursor(run: Run, register: Register, answer: dict[str, Any]) -> None:
    """Also what came into the register by another way than the form."""
    key = received(register, answer, wrong="a\x1b[2Jb\u202ec")
    printed = run("list") + run("show", key)
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_the_commands_of_the_readme_run(run: Run, register: Register, answer: dict[str, Any]) -> None:
    key = receipt.written(received(register, answer))
    lines = re.findall(r"-m landinfo reports ([^\n>]+)", (street.ROOT / "README.md").read_text("utf-8"))
    assert [line.split()[0] for line in lines] == ["list", "list", "list", "show", "answer", "answer", "forget"]
    for line in lines:
        assert run(*shlex.split(line.replace("$RECEIPT", key)))
    assert reception.find(key, register).body["steps"][-1]["state"] == "corrected"


def test_a_register_that_cannot_be_used_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    assert cli.main(["reports", "list", "--register", str(tmp_path / "gone" / "kept.sqlite")]) == 2
    assert "báo sai sót" in capsys.readouterr().err


def test_a_long_list_comes_in_pages(run: Run, register: Register, answer: dict[str, Any]) -> None:
    for n in range(5):
        received(register, answer, wrong=f"sai {n}", once=f"0123456789abcdef{n}", today=TODAY - timedelta(days=n))
    seen: list[str] = []
    for count, last in ((2, False), (2, False), (1, True)):
        after = ("--after", seen[-1]) if seen else ()
        printed = run("list", "--limit", "2", *after)
        page = json.loads(run("list", "--limit", "2", "--json", *after))
        seen += [one["receipt"] for one in page["reports"]]
        assert len(page["reports"]) == count
        assert page["next"] == (None if last else seen[-1])
        assert (f"Còn nữa: thêm --after {seen[-1]}" in printed) is not last
        assert (f"There are more: add --after {seen[-1]}" in printed) is not last
    whole = json.loads(run("list", "--json"))
    assert (whole["next"], [one["receipt"] for one in whole["reports"]]) == (None, seen)
    assert [one["wrong"] for one in whole["reports"]] == [f"sai {n}" for n in (4, 3, 2, 1, 0)]
    assert len(json.loads(run("list", "--limit", "0", "--json"))["reports"]) == 5
    assert len(json.loads(run("list", "--geojson"))["features"]) == 5
    assert len(json.loads(run("list", "--geojson", "--limit", "3"))["features"]) == 3
    assert "receipt" in run("list", "--after", "AAAA-AAAA-AAAA", status=2)
    for wrong in ("-1", "x", "1.5", "²"):
        with pytest.raises(SystemExit):
            run("list", "--limit", wrong)


def test_without_a_number_a_hundred_are_listed_and_the_map_has_all(
    run: Run, register: Register, answer: dict[str, Any]
) -> None:
    key = received(register, answer)
    body = register.get("error_report", key)
    assert body
    for n in range(100):
        register.add("error_report", receipt.made(f"0123456789abcdef{n}", {}), TODAY, body.body)
    page = json.loads(run("list", "--json"))
    assert (len(page["reports"]), bool(page["next"])) == (100, True)
    assert len(json.loads(run("list", "--geojson"))["features"]) == 101
