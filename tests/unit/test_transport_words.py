"""The words of a server that are shown: short, on one line, nothing that a terminal obeys or that repeats a query."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.fakes.scripted import Scripted, says
from vmexporter.core.request import Auth, Connection
from vmexporter.tsdb.transport import HttpClient


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("missing `match[]` arg\n", "missing `match[]` arg"),
        ('{"status":"error","errorType":"422","error":"too many samples"}', "too many samples"),
        ('{"message":"non allow-listed POSTs"}', "non allow-listed POSTs"),
        ("<!doctype html><title>Log\n in &amp; go</title>", 'a web page titled "Log in & go"'),
        ("<html>", "a web page"),
        ('remoteAddr: "10.1.2.3:4"; requestURI: /x?query=%7Ba%3D%22b%22%7D; unsupported path requested: "/x"',
         'unsupported path requested: "/x"'),
        ('user joe missing route for "/1/export?match%5B%5D=up&start=1"', 'user joe missing route for "/1/export"'),
        ('cannot fetch "accountID=0, filters=[{job=\\"x]y\\"}], timeRange=[a..b]"',
         'cannot fetch "accountID=0, filters=[…], timeRange=[a..b]"'),
        ("a\x1b[31mb\x00c\u202ed\r\ne", "a [31mb c d e"),
        ("a" * 500 + "z" * 500, "a" * 120 + "…" + "z" * 199),
        ("[" * 100_000, "[" * 120 + "…" + "[" * 199),
    ],
)  # fmt: skip
def test_words_are_short_and_harmless(started: ExitStack, body: str, words: str) -> None:
    server = started.enter_context(Scripted(says(400, body)))
    with HttpClient(Connection(url=server.url)) as client:
        assert client.get(server.url).words == words
        with client.stream(server.url) as stream:
            assert stream.words == words


def test_no_part_of_a_secret_is_left_where_words_are_cut(started: ExitStack) -> None:
    token = "Geheim0123456789"
    server = started.enter_context(Scripted())
    auth = Auth(type="bearer", token=token)
    with HttpClient(Connection(url=server.url, auth=auth)) as client:
        for before in (*range(100, 130), *range(16_370, 16_390), *range(20_460, 20_482)):
            server.script = says(400, "x" * before + token + "y" * 400)
            words = client.get(server.url).words
            assert "Geheim" not in words
            assert "6789" not in words
        for body in (f'{{"error":"a{token}"}}', f"<title>{token}</title>", "<title>&#71;eheim0123456789</title>"):
            server.script = says(400, body)
            assert "***" in client.get(server.url).words
